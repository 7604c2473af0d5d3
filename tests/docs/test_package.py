"""What `pip install .` puts on a machine is all that the program reads at run time."""

from __future__ import annotations

import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
ROOMS = ("bot", "corpus", "index", "web")


def test_every_data_file_of_a_room_is_in_the_package() -> None:
    """A screen that misses its word list fails closed on every message, and only where it was installed."""
    listed = subprocess.run(["git", "ls-files", *ROOMS], capture_output=True, text=True, cwd=ROOT, check=False)
    if listed.returncode:
        pytest.skip("not a git checkout")
    data = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]["package-data"]
    packaged = {
        path.relative_to(ROOT).as_posix() for room in ROOMS for each in data[room] for path in (ROOT / room).glob(each)
    }
    wanted = {name for name in listed.stdout.split() if not name.endswith((".py", "README.md"))}
    assert {name for name in wanted if (ROOT / name).exists()} - packaged == set()


def _torch(*variables: str) -> str:
    command = ["make", "--dry-run", "--what-if=pyproject.toml", ".venv/.installed", *variables]
    printed = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=True).stdout
    return next(line for line in printed.splitlines() if " torch==" in line)


@pytest.mark.skipif(not shutil.which("make"), reason="needs make on the path")
def test_torch_comes_from_the_index_that_is_named_and_from_none_else() -> None:
    assert "--index-url" not in _torch()
    assert _torch("TORCH_INDEX=https://example.org/whl").endswith(" --index-url https://example.org/whl")


def test_documents_name_the_index_that_the_image_is_built_with() -> None:
    image = (ROOT / "deploy" / "Dockerfile").read_text(encoding="utf-8")
    named = re.findall(r"torch==\S+ --index-url (\S+)", image)
    assert len(named) == 1
    for page in ("README.md", "docs/tutorial.md"):
        assert f"\n    make install TORCH_INDEX={named[0]}" in (ROOT / page).read_text(encoding="utf-8"), page
