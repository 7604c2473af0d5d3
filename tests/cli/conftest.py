"""Copies of an index that a test may damage."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from index.store import IndexFolder

Damage = Callable[[str, bytes | None], Path]


@pytest.fixture
def damaged(bundled_index: Path, tmp_path: Path) -> Damage:
    """Gives a copy of the index in which one file of the current generation is gone (None) or holds other bytes."""

    def make(name: str, content: bytes | None) -> Path:
        copy = tmp_path / "index"
        # Linked, for the encoder alone has 20 MB; a file is replaced below and never written to.
        shutil.copytree(bundled_index, copy, copy_function=os.link)
        folder = IndexFolder(copy)
        path = copy / "current" if name == "current" else folder.folder(folder.current_name()) / name
        assert path.is_file(), name
        path.unlink()
        if content is not None:
            path.write_bytes(content)
        return copy

    return make
