"""A generation in the making: a folder beside the finished ones, written file by file, each flushed to the disk."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from index.manifest import FileEntry, file_entry

Step = Callable[[str], None]
"""Called after every single step that changes the disk, with its name; the crash tests stop the builder there."""


def no_step(_name: str) -> None:
    """What a build does between two steps when nobody watches: nothing."""


class Draft:
    """Writes the files of one generation; nothing of it is seen by readers before `IndexFolder.publish`."""

    def __init__(self, folder: Path, step: Step = no_step) -> None:
        self.folder = folder
        self.step = step
        self._names: list[str] = []
        self._entries: dict[str, FileEntry] = {}
        folder.mkdir(parents=True)
        step("draft made")

    @contextmanager
    def file(self, name: str) -> Iterator[IO[bytes]]:
        """Open a new file of the draft for writing; it is on the disk when the block ends."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            self.step(f"{name} opened")
            yield file
            self.step(f"{name} written")
            file.flush()
            os.fsync(file.fileno())
        self._names.append(name)
        self._entries.pop(name, None)
        self.step(f"{name} flushed")

    def write(self, name: str, data: bytes) -> None:
        """Write a whole file; one that was written before is replaced."""
        with self.file(name) as file:
            file.write(data)

    def copy(self, source: Path, name: str) -> None:
        """Copy a file into the draft, a piece at a time."""
        with source.open("rb") as origin, self.file(name) as file:
            while piece := origin.read(1 << 20):
                file.write(piece)

    def entries(self) -> dict[str, FileEntry]:
        """Size and hash of every file written so far, by name, read back from the disk once."""
        for name in self._names:
            if name not in self._entries:
                self._entries[name] = file_entry(self.folder / name)
        return dict(sorted(self._entries.items()))

    def flush(self) -> None:
        """Flush the folders themselves, innermost first, so that a power cut cannot lose a file's name."""
        folders = {self.folder, *(parent for name in self._names for parent in _inside(self.folder, name))}
        for folder in sorted(folders, key=lambda path: len(path.parts), reverse=True):
            flush_folder(folder)
        self.step("draft flushed")


def flush_folder(folder: Path) -> None:
    """fsync a folder."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _inside(folder: Path, name: str) -> Iterator[Path]:
    parent = (folder / name).parent
    while parent != folder:
        yield parent
        parent = parent.parent
