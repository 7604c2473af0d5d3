"""The folder of an index: its generations, which of them is current, and the lock of the one builder.

    INDEX/current        one name a line: the current generation, then those that were current before, newest first
    INDEX/generations/   000012-3f9c1a/ ... each complete in itself
    INDEX/encoders/      exported encoders, so that only the first build pays for the export
    INDEX/drafts/        builds that are under way, or were cut short; the next build clears them away
    INDEX/lock           held by the builder

`current` is a file and not a symbolic link, because a link does not survive every way of copying a folder (`cp -rL`,
object stores, Windows shares); it is replaced by one rename, which readers see whole or not at all.
"""

from __future__ import annotations

import errno
import fcntl
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from index.draft import Draft, Step, flush_folder, no_step
from index.errors import BuildFault, IndexDamaged, IndexFault, IndexLocked, IndexUnwritable, NoIndex
from index.generation import Generation

KEEP = 3
"""Generations kept by default: the current one and two to go back to."""

_NONE = "none"
"""What `current` says while a first build is about to become current: a missing file would mean damage."""

_NAME = re.compile(r"(\d{6,})-[0-9a-f]{6}")


class IndexFolder:
    """A folder of generations; reading needs no lock, writing takes `lock()`."""

    def __init__(self, path: Path, *, step: Step = no_step) -> None:
        self.path = Path(path)
        self.encoders = self.path / "encoders"
        self._generations = self.path / "generations"
        self._drafts = self.path / "drafts"
        self._pointer = self.path / "current"
        self._step = step

    # --- reading

    def exists(self) -> bool:
        """Whether there is an index here, whole or damaged: nothing is built over a damaged one unasked."""
        try:
            self._history()
        except NoIndex:
            return False
        except IndexDamaged:
            return True
        return True

    def current_name(self) -> str:
        """The name of the current generation; raises NoIndex or IndexDamaged. Costs one small read: poll it freely."""
        return self._history()[0]

    def current(self, *, threads: int = 1, wordless: bool = False) -> Generation:
        """Open the current generation, `wordless` without its encoder; raises NoIndex, IndexDamaged or OtherFormat.

        A switch that happens in between is noticed: the newer generation is opened then.
        """
        name = self.current_name()
        try:
            return self._open(name, threads, wordless=wordless)
        except IndexDamaged:
            if self.current_name() == name:
                raise
            return self._open(self.current_name(), threads, wordless=wordless)

    def generations(self) -> tuple[str, ...]:
        """Names of the generations that can be served: the current one first, then those to go back to."""
        return tuple(name for name in self._history() if (self._generations / name).is_dir())

    def folder(self, name: str) -> Path:
        """Where the generation of this name lies."""
        return self._generations / name

    def _open(self, name: str, threads: int, *, wordless: bool = False) -> Generation:
        folder = self.folder(name)
        if not folder.is_dir():
            raise IndexDamaged(folder, "the current generation is missing")
        generation = Generation.open(folder, threads=threads, wordless=wordless)
        if generation.name != name:
            raise IndexDamaged(folder, f"it holds generation {generation.name}")
        return generation

    def _history(self) -> list[str]:
        try:
            names = self._pointer.read_text(encoding="ascii").split("\n")
        except (FileNotFoundError, NotADirectoryError):
            if self._generations.is_dir() and any(self._generations.iterdir()):
                raise IndexDamaged(self._pointer, "it is missing, so no generation is current") from None
            raise NoIndex(self.path) from None
        except (OSError, UnicodeDecodeError) as error:
            raise IndexDamaged(self._pointer, "it cannot be read") from error
        if names == [_NONE, ""]:
            raise NoIndex(self.path)
        if names[-1] or len(names) < 2 or not all(_NAME.fullmatch(name) for name in names[:-1]):
            raise IndexDamaged(self._pointer, "it names no generation")
        return names[:-1]

    # --- writing

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Be the only builder; the lock dies with its process. Raises IndexLocked or IndexUnwritable."""
        path = self.path / "lock"
        with writing(self.path):
            self.path.mkdir(parents=True, exist_ok=True)
            file = path.open("a+", encoding="utf-8")
        with file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                if error.errno not in (errno.EWOULDBLOCK, errno.EACCES, errno.EAGAIN):
                    raise IndexUnwritable(path, error.strerror or "no locks here") from error
                file.seek(0)
                raise IndexLocked(self.path, file.read(100).strip() or "its process is unknown") from error
            with writing(self.path):
                file.truncate(0)
                file.write(f"process {os.getpid()}\n")
                file.flush()
            yield

    @contextmanager
    def draft(self) -> Iterator[Draft]:
        """A fresh draft, removed again if the block fails; the lock must be held."""
        self._clear(self._drafts)
        folder = self._drafts / f"{os.getpid()}"
        try:
            yield Draft(folder, self._step)
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def next_number(self) -> int:
        """The number of the next generation: above all that are or were there."""
        names = [path.name for path in self._generations.iterdir()] if self._generations.is_dir() else []
        matches = (_NAME.fullmatch(name) for name in [*names, *self._known()])
        return max((int(match[1]) for match in matches if match), default=0) + 1

    def publish(self, draft: Draft, name: str) -> None:
        """Make a finished, flushed draft the current generation: two renames, the second of which readers see."""
        if not self._pointer.exists() and not self._generations.exists():
            self._point([_NONE])
        self._generations.mkdir(exist_ok=True)
        draft.folder.rename(self._generations / name)
        self._step("generation in place")
        flush_folder(self._generations)
        self._step("generations flushed")
        known = [known for known in self._known() if (self._generations / known).is_dir()]
        self._point([name, *known])

    def rollback(self) -> str:
        """Make the generation before the current one current again and return its name; the lock must not be held.

        The one that was current is forgotten and removed by the next build. Raises NoIndex, or IndexFault if there is
        no earlier generation that opens.
        """
        with self.lock(), writing(self.path):
            history = self._history()
            for place, name in enumerate(history[1:], start=1):
                if self._opens(name):
                    self._point(history[place:])
                    return name
        raise IndexFault(self.path, "there is no earlier generation to go back to; run `footnote index build`")

    def prune(self, keep: int = KEEP) -> tuple[str, ...]:
        """Remove all but the current generation and the `keep - 1` before it; returns the names removed.

        Leftovers that never became current go too. A process that still serves a removed generation keeps its files
        until it lets go. The lock must be held.
        """
        if keep < 1:
            raise BuildFault(self.path, "at least one generation must be kept")
        kept = list(self.generations())[:keep]
        self._point(kept)
        removed = sorted(path.name for path in self._generations.iterdir() if path.name not in kept)
        for name in removed:
            # Moved out of sight first: a folder half removed must not look like a generation.
            self._drafts.mkdir(exist_ok=True)
            doomed = self._drafts / f"removed-{name}"
            (self._generations / name).rename(doomed)
            self._step(f"{name} taken away")
            shutil.rmtree(doomed, ignore_errors=True)
        return tuple(removed)

    def _point(self, names: list[str]) -> None:
        if self._known() == names:
            return
        fresh = self.path / "current.new"
        with fresh.open("w", encoding="ascii") as file:
            file.write("".join(f"{name}\n" for name in names))
            self._step("pointer written")
            file.flush()
            os.fsync(file.fileno())
        self._step("pointer flushed")
        fresh.replace(self._pointer)
        self._step("pointer switched")
        flush_folder(self.path)
        self._step("index flushed")

    def _known(self) -> list[str]:
        try:
            return self._history()
        except (NoIndex, IndexDamaged):
            return []

    def _opens(self, name: str) -> bool:
        try:
            self._open(name, threads=1).close()
        except IndexFault:
            return False
        return True

    def _clear(self, folder: Path) -> None:
        if folder.is_dir():
            shutil.rmtree(folder)
            self._step("leftovers cleared")


@contextmanager
def writing(where: Path) -> Iterator[None]:
    """Turn what the operating system says against writing into IndexUnwritable."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        raise IndexUnwritable(error.filename or where, reason) from error
