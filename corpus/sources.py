"""Sources to Articles: files, folders, URLs, sitemaps and feeds, each with an outcome, none stopping the others."""

from __future__ import annotations

import hashlib
import os
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Literal, Protocol
from urllib.parse import urlsplit

from corpus import markdown, readers
from corpus.article import Article
from corpus.errors import SourceError
from corpus.readers import Raw
from corpus.readers.kind import BY_SUFFIX

Status = Literal["read", "skipped", "failed"]

MAX_BYTES = 50_000_000
"""The largest file that is opened: a long PDF with pictures fits, a dump does not."""

_MAX_ID = 120


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one file or page; `reason` is one line, and for "read" only given when an old copy was used.

    `gone` where a source that failed plainly is no more (corpus/errors.py).
    """

    source: str
    status: Status
    article_id: str | None = None
    reason: str | None = None
    gone: bool = False


@dataclass(frozen=True, slots=True)
class Harvest:
    """The articles that were read, sorted by id, and what became of every source, in the order of the sources."""

    articles: tuple[Article, ...]
    outcomes: tuple[Outcome, ...]


def bundled() -> list[str]:
    """The sources of the articles that come with Footnote."""
    return sorted(str(path) for path in (Path(__file__).parent / "articles").glob("*.md"))


class Fetcher(Protocol):
    """What goes to the network for `read`."""

    def find(self, source: str) -> Iterator[Raw | SourceError]:
        """The pages behind a URL: itself, or all that a sitemap or feed lists; a page that fails is its error."""
        ...


def read(sources: Sequence[str], *, fetcher: Fetcher | None = None) -> Harvest:
    """Reads every source; what cannot be read is an outcome "failed" with its reason, and the rest goes on.

    Two articles with one id: the first stays, the second fails with a reason that names both. URLs are fetched by
    `fetcher`, or with the default manners of `corpus.fetcher` (public addresses only, nothing kept for the next run).
    """
    articles: dict[str, Article] = {}
    outcomes: list[Outcome] = []
    for source in sources:
        for found in _find(source, fetcher):
            outcome, article = _outcome(found)
            if article is not None:
                outcome = _registered(article, articles, outcome)
            outcomes.append(outcome)
    return Harvest(tuple(articles[id] for id in sorted(articles)), tuple(outcomes))


def _registered(article: Article, articles: dict[str, Article], outcome: Outcome) -> Outcome:
    """The outcome of an article once its id is taken or found to be free."""
    other = articles.setdefault(article.id, article)
    if other is article:
        return outcome
    if other.origin == article.origin:
        return replace(outcome, status="skipped", reason="was read already in this run")
    reason = f"has the same id `{article.id}` as {other.origin}; give one of them another `id` or file name"
    return Outcome(outcome.source, "failed", article.id, reason)


def _outcome(found: Raw | SourceError | Outcome) -> tuple[Outcome, Article | None]:
    if isinstance(found, Outcome):
        return found, None
    if isinstance(found, SourceError):
        return _failure(found), None
    try:
        article = to_article(found)
    except SourceError as error:
        return _failure(error), None
    return Outcome(found.origin, "read", article.id, found.note), article


def _failure(error: SourceError) -> Outcome:
    return Outcome(error.source, "failed", None, str(error).removeprefix(f"{error.source}: "), error.gone)


def to_article(raw: Raw) -> Article:
    """The article in the bytes of one file or page; raises SourceError."""
    document = readers.read(raw)
    metadata = document.metadata
    if metadata.url is None and "://" in raw.origin:
        metadata = replace(metadata, url=raw.origin)
    return markdown.parse(
        document.markdown,
        id=_id(document.id, raw),
        origin=raw.origin,
        metadata=metadata,
        title=document.title,
    )


def _id(given: str | None, raw: Raw) -> str:
    if given is None:
        return id_of(raw.origin)
    if slug(given) != given:
        raise SourceError(
            raw.origin, f"has the id `{given}`; ids are lower case letters, digits, dots, dashes and underscores"
        )
    return given


def id_of(origin: str) -> str:
    """The id of an article that gives none: the stem of its file, or the path of its URL."""
    if "://" in origin:
        url = urlsplit(origin)
        path = re.sub(r"(?:/index)?\.(?:html?|php|aspx?|xhtml|md|txt|pdf|docx)$", "", url.path, flags=re.IGNORECASE)
        words = path.strip("/") or url.hostname or ""
        return slug(f"{words}-{url.query}" if url.query else words) or _hashed(origin)
    file = Path(origin)
    return slug(file.stem) or _hashed(file.name)


def slug(text: str) -> str:
    """`text` in the characters of an id (`a-z0-9._-`); long ones are cut and made unique by a hash."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    words = re.sub(r"[^a-z0-9._-]+", "-", plain).strip("-.")
    if any(character.isalnum() and not character.isascii() for character in unicodedata.normalize("NFKD", text)):
        words = f"{words}-{_hashed(text)}".strip("-")
    return words if len(words) <= _MAX_ID else f"{words[: _MAX_ID - 13]}-{_hashed(text)}"


def _hashed(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:12]


def _find(source: str, fetcher: Fetcher | None) -> Iterator[Raw | SourceError | Outcome]:
    """Everything that a source names: one file, or the files of a folder in the order of their paths."""
    try:
        if not source.strip():
            yield SourceError(source, "is empty; name a file, a folder or a URL")
        elif "://" not in source:
            yield from _found(source)
        else:
            yield from (fetcher or _polite()).find(source)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        yield SourceError(source, f"cannot be opened ({reason}); check the path and its permissions")


@cache
def _polite() -> Fetcher:
    """The fetcher for those who bring none; it keeps nothing between two runs, but its manners between two sources."""
    from corpus.fetcher import HttpFetcher

    return HttpFetcher()


def _found(source: str) -> Iterator[Raw | SourceError | Outcome]:
    path = Path(source)
    if path.is_dir():
        yield from _folder(path)
    elif path.is_file():
        yield _file(path)
    elif path.exists():
        yield SourceError(source, "is neither a file nor a folder")
    else:
        yield SourceError(source, "no such file or folder; check the path", gone=True)


def _folder(folder: Path) -> Iterator[Raw | SourceError | Outcome]:
    found = False
    for path in sorted(_files(folder)):
        if path.suffix.lower() in BY_SUFFIX:
            found = True
            try:
                yield _file(path)
            except OSError as error:
                yield SourceError(str(path), f"cannot be opened ({error.strerror}); check its permissions")
        else:
            yield Outcome(str(path), "skipped", None, f"is not one of {', '.join(BY_SUFFIX)}")
    if not found:
        yield SourceError(str(folder), f"holds no articles ({', '.join(BY_SUFFIX)}); check the folder")


def _files(folder: Path) -> Iterator[Path]:
    """The files below a folder; hidden ones and linked folders are left out."""
    for parent, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        yield from (Path(parent) / name for name in names if not name.startswith("."))


def _file(path: Path) -> Raw | SourceError:
    size = path.stat().st_size
    if size > MAX_BYTES:
        return SourceError(str(path), f"is too large ({size:,} bytes, at most {MAX_BYTES:,}); split it")
    return Raw(path.read_bytes(), str(path))
