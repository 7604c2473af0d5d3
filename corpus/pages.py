"""Pages as they were last fetched, in one file, so that an unchanged page need not be fetched again."""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from corpus.errors import SourceError

_VERSION = 1
_TABLE = """
create table if not exists page (
    url text primary key, etag text, modified text, content_type text, charset text,
    day text not null, body blob not null
) strict"""


@dataclass(frozen=True, slots=True)
class Page:
    """A page of some day (ISO date), with what its server gave to ask for changes by."""

    url: str
    body: bytes
    day: str
    etag: str | None = None
    modified: str | None = None
    content_type: str | None = None
    charset: str | None = None


class Pages:
    """The pages in a file, or in memory without one; each change is on disk when the call returns.

    Every call raises SourceError where the file cannot be used: the disk is full, or the file is damaged.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._path = str(path) if path else ":memory:"
        self._asked: set[str] = set()
        with self._use(self._path):
            self._database = sqlite3.connect(self._path)
            version = self._database.execute("pragma user_version").fetchone()[0]
            if version not in (0, _VERSION):
                raise SourceError(self._path, "was written by another version of Footnote; delete it to fetch all anew")
            self._database.execute(_TABLE)
            self._database.execute(f"pragma user_version = {_VERSION}")
            self._database.commit()

    def get(self, url: str) -> Page | None:
        """The page, if it was ever fetched."""
        self._asked.add(url)
        with self._use(url):
            with closing(self._database.execute("select * from page where url = ?", [url])) as rows:
                row = rows.fetchone()
            if row is None:
                return None
            _, etag, modified, content_type, charset, day, body = row
            return Page(url, zlib.decompress(body), day, etag, modified, content_type, charset)

    def put(self, page: Page) -> None:
        """Keeps the page in place of an older one."""
        row = (page.url, page.etag, page.modified, page.content_type, page.charset, page.day, zlib.compress(page.body))
        with self._use(page.url), self._database:
            self._database.execute("insert or replace into page values (?, ?, ?, ?, ?, ?, ?)", row)

    def drop(self, url: str) -> None:
        """Forgets a page that is gone."""
        with self._use(url), self._database:
            self._database.execute("delete from page where url = ?", [url])

    def forget_others(self, kept: Iterable[str]) -> int:
        """Forgets every page that was not asked for since this was opened and is none of `kept`; returns how many."""
        with self._use(self._path):
            known = {url for (url,) in self._database.execute("select url from page")}
            others = sorted(known - self._asked - set(kept))
            if others:
                with self._database:
                    self._database.executemany("delete from page where url = ?", [(url,) for url in others])
                self._database.execute("vacuum")
            return len(others)

    def close(self) -> None:
        """Ends the use of the file."""
        self._database.close()

    @contextmanager
    def _use(self, source: str) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, zlib.error) as error:
            raise SourceError(
                source,
                f"the file of kept pages, {self._path}, cannot be used ({error}); make room for it, or delete it to "
                "fetch all anew",
            ) from error
