"""The house rules that a machine can check."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ROOMS = ("corpus", "index", "bot", "web")


def _imported_rooms(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names.update(alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            names.add(node.module.split(".")[0])
    return names & set(ROOMS)


@pytest.mark.parametrize("room", ROOMS)
def test_imports_point_left_only(room: str) -> None:
    allowed = set(ROOMS[: ROOMS.index(room) + 1])
    wrong = {
        str(path.relative_to(ROOT)): _imported_rooms(path) - allowed
        for path in (ROOT / room).rglob("*.py")
        if _imported_rooms(path) - allowed
    }
    assert not wrong


def test_safety_imports_neither_index_nor_answering() -> None:
    wrong = [
        str(path)
        for path in (ROOT / "bot" / "safety").rglob("*.py")
        if "index" in _imported_rooms(path) and "TYPE_CHECKING" not in path.read_text(encoding="utf-8")
    ]
    assert not wrong


def _loaded_by(code: str) -> set[str]:
    program = f"import sys\n{code}\nprint('\\n'.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT)
    return {name.split(".")[0] for name in done.stdout.split()}


def test_the_command_line_starts_without_anything_heavy() -> None:
    heavy = {"numpy", "torch", "transformers", "faiss", "onnxruntime", "fastapi", "pydantic", "jinja2"}
    assert not _loaded_by("import web.cli") & heavy


def test_answering_does_without_the_evaluation() -> None:
    program = "import sys, bot.bot; sys.exit(any(name.startswith('bot.evaluation') for name in sys.modules))"
    assert subprocess.run([sys.executable, "-c", program], cwd=ROOT).returncode == 0


def test_answering_needs_neither_torch_nor_a_web_framework(answering_modules: set[str]) -> None:
    heavy = {"torch", "transformers", "sentence_transformers", "fastapi", "pydantic", "starlette", "scipy", "sklearn"}
    assert not answering_modules & heavy
