"""Follows the sources of an index: files and folders by their events, sites by schedule; each change is a rebuild."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from corpus.errors import FootnoteError
from corpus.sources import bundled
from index.builder import BuildOptions
from index.errors import BuildFault, IndexFault
from index.manifest import read_manifest
from index.rebuild import BUNDLED_SOURCE, Rebuilt, refresh
from index.store import IndexFolder

if TYPE_CHECKING:
    from corpus.fetcher import Manners

_PAUSE = 500
"""Milliseconds without a further change before a rebuild: an editor saves a file in several steps."""

_TICK = 1000
"""Milliseconds between two looks at the clock."""

SCHEDULE = 3600.0
"""Seconds between two visits to sites, by default."""


def watch(
    folder: Path,
    tell: Callable[[Rebuilt | FootnoteError], None],
    *,
    options: BuildOptions | None = None,
    every: float = SCHEDULE,
    manners: Manners | None = None,
    stop: threading.Event | None = None,
) -> None:
    """Rebuild whenever a source of the current generation changes, until `stop` is set.

    `tell` is given what each rebuild did, or why it could not be done; then the generation that was current stays and
    the watch goes on. Sources that are added or taken out meanwhile are followed or no longer followed from then on,
    and the encoder of the current generation is kept unless `options` names a model. Sources that are URLs are read
    again `every` so many seconds. Raises NoIndex, IndexDamaged, or BuildFault if there is nothing to follow.
    """

    def rebuild() -> None:
        try:
            tell(refresh(folder, options, manners=manners))
        except FootnoteError as error:
            tell(error)

    index, stop = IndexFolder(folder), stop or threading.Event()
    sources: tuple[str, ...] | None = index.current().manifest.sources
    late = False
    while sources is not None:
        sources = _follow(index, sources, rebuild, every, stop, late=late)
        late = True


def _follow(
    index: IndexFolder,
    sources: tuple[str, ...],
    rebuild: Callable[[], None],
    every: float,
    stop: threading.Event,
    *,
    late: bool,
) -> tuple[str, ...] | None:
    """Follow these sources until others are current, which are returned, or until `stop` is set.

    `late`: they were read before anybody followed them, so the first tick rebuilds whatever it saw.
    """
    seen = ""
    with closing(_changes(index.path, sources, every, stop)) as changes:
        for change in changes:
            if change or late:
                late = False
                rebuild()
            with suppress(IndexFault):  # gone or damaged: the next rebuild says so
                name, seen = seen, index.current_name()
                if seen != name and (now := read_manifest(index.folder(seen)).sources) != sources:
                    return now
    return None


def _changes(folder: Path, sources: Sequence[str], every: float, stop: threading.Event) -> Generator[bool, None, None]:
    """At every tick, whether a source changed or is due for a visit."""
    import watchfiles

    files = [Path(source) for name in sources if "://" not in name for source in _files(name)]
    visited = any("://" in source for source in sources)
    places = sorted({path if path.is_dir() else path.parent for path in files})
    places = [place for place in places if place.is_dir()]
    if not places and not visited:
        raise BuildFault(folder, "none of its sources is there any more, so there is nothing to follow")

    def ours(_change: watchfiles.Change, name: str) -> bool:
        path = Path(name)
        hidden = path.name.startswith((".", "~")) or path.name.endswith(("~", ".tmp", ".swp"))
        return not hidden and any(path == file or file in path.parents for file in files)

    due = time.monotonic() + every
    if not places:
        while not stop.wait(min(_TICK / 1000, max(0.0, due - time.monotonic()))):
            visit = time.monotonic() >= due
            due = time.monotonic() + every if visit else due
            yield visit
        return
    for changes in watchfiles.watch(
        *places,
        watch_filter=ours,
        debounce=_PAUSE,
        step=_PAUSE // 2,
        stop_event=stop,
        # The folder of a single file may be large; only folders that are sources themselves are followed to the bottom.
        recursive=any(path.is_dir() for path in files),
        rust_timeout=_TICK,
        yield_on_timeout=True,
        raise_interrupt=True,
    ):
        change = bool(changes) or (visited and time.monotonic() >= due)
        due = time.monotonic() + every if change else due
        yield change


def _files(source: str) -> list[str]:
    return bundled() if source == BUNDLED_SOURCE else [source]
