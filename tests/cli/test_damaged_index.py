"""Any damage to the index ends in one clear line and status 1, whichever file it hits."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from index.store import IndexFolder
from tests.cli.conftest import Damage
from tests.cli.console import footnote
from tests.index.files import FILES as GENERATION_FILES

FILES = [*GENERATION_FILES, "attachments/lexicon.txt"]


def test_the_list_of_files_is_complete(bundled_index: Path) -> None:
    index = IndexFolder(bundled_index)
    folder = index.folder(index.current_name())
    found = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert {name for name in found if not name.startswith("attachments/")} == set(GENERATION_FILES)


@pytest.mark.parametrize("content", [None, b"", b"not what was written"], ids=["gone", "empty", "other"])
@pytest.mark.parametrize("name", [*FILES, "current"])
def test_a_damaged_file_is_named_in_one_line(damaged: Damage, name: str, content: bytes | None) -> None:
    index = damaged(name, content)
    complaint = footnote("ask", "How long should I ice it?", "--index", index).complaint
    assert "footnote index" in complaint
    assert str(index) in complaint


@pytest.mark.parametrize("command", ["batch", "chat", "explain"])
def test_every_command_that_answers_says_the_same(damaged: Damage, command: str) -> None:
    index = damaged("dense.faiss", b"")
    question = ["why?"] if command == "explain" else []
    assert "dense.faiss" in footnote(command, *question, "--index", index).complaint


@pytest.mark.parametrize("format_number", [0, 999])
def test_an_index_of_another_format_version_is_said_to_be_one(
    damaged: Damage, bundled_index: Path, format_number: int
) -> None:
    folder = IndexFolder(bundled_index)
    manifest = json.loads((folder.folder(folder.current_name()) / "manifest.json").read_bytes())
    index = damaged("manifest.json", json.dumps({**manifest, "format": format_number}).encode())
    complaint = footnote("ask", "How long should I ice it?", "--index", index).complaint
    assert "version of Footnote" in complaint
    assert "footnote index build" in complaint
