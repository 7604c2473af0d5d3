"""The block of facts at the top of a Markdown article, between two lines of three dashes."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date

import yaml

from corpus.article import Metadata
from corpus.errors import SourceError

_TEXTS = ("id", "title", "url", "author", "licence", "language")
_DATES = ("published", "reviewed", "review_by")
_LISTS = ("sources",)
KEYS = (*_TEXTS, *_DATES, *_LISTS)
"""Every key that front matter may hold."""

_FENCED = re.compile(r"\A---[ \t]*\n(.*?)^(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """What the front matter says; `id` and `title` are `None` where it leaves them open."""

    id: str | None = None
    title: str | None = None
    metadata: Metadata = field(default_factory=Metadata)


def split(markdown: str, origin: str) -> tuple[FrontMatter, str]:
    """The front matter of `markdown` and the Markdown behind it.

    Raises SourceError, naming the line, when it is no YAML mapping of the known keys to text, ISO dates or lists of
    text.
    """
    markdown = markdown.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    if not (fenced := _FENCED.match(markdown)):
        return FrontMatter(), markdown
    return _decode(fenced[1], origin), markdown[fenced.end() :]


def _decode(block: str, origin: str) -> FrontMatter:
    values = dict(_pair(key, value, origin) for key, value in _pairs(block, origin))
    texts = {key: value for key, value in values.items() if isinstance(value, str)}
    metadata = Metadata(
        url=texts.get("url"),
        author=texts.get("author"),
        published=texts.get("published"),
        reviewed=texts.get("reviewed"),
        review_by=texts.get("review_by"),
        licence=texts.get("licence"),
        language=texts.get("language", "en"),
        sources=tuple(values.get("sources", ())),
    )
    return FrontMatter(texts.get("id"), texts.get("title"), metadata)


def _pairs(block: str, origin: str) -> list[tuple[yaml.Node, yaml.Node]]:
    try:
        # BaseLoader: every scalar stays the text that was typed, so `no` is a word and a date is not a datetime.
        node = yaml.compose(block, Loader=yaml.BaseLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise _error(
            origin, mark.line if mark else 0, "is not valid YAML; quote values that contain a colon"
        ) from error
    except RecursionError as error:
        raise _error(origin, 0, "nests lists or mappings too deep; write lines of `key: value`") from error
    if node is None:
        return []
    if not isinstance(node, yaml.MappingNode):
        raise _error(origin, node.start_mark.line, "must be lines of `key: value`")
    seen: set[str] = set()
    for key, _ in node.value:
        if isinstance(key, yaml.ScalarNode) and key.value in seen:
            raise _error(origin, key.start_mark.line, f"says `{key.value}` twice; keep one")
        seen.add(str(key.value))
    return list(node.value)


def _pair(key: yaml.Node, value: yaml.Node, origin: str) -> tuple[str, str | tuple[str, ...]]:
    line = key.start_mark.line
    if not isinstance(key, yaml.ScalarNode) or key.value not in KEYS:
        raise _error(origin, line, f"has the unknown key `{key.value}`; known are {', '.join(KEYS)}")
    if key.value in _LISTS:
        return key.value, _texts(key.value, value, origin)
    if not isinstance(value, yaml.ScalarNode):
        raise _error(origin, line, f"wants one text for `{key.value}`")
    if key.value in _DATES and value.value and not _is_date(value.value):
        raise _error(origin, line, f"wants a date like 2026-11-21 for `{key.value}`, not `{value.value}`")
    if key.value == "url" and value.value and not value.value.startswith(("https://", "http://")):
        raise _error(origin, line, f"wants an address like https://example.org/page for `url`, not `{value.value}`")
    return key.value, value.value or ()


def _texts(key: str, value: yaml.Node, origin: str) -> tuple[str, ...]:
    nodes = value.value if isinstance(value, yaml.SequenceNode) else [value]
    if not all(isinstance(node, yaml.ScalarNode) for node in nodes):
        raise _error(
            origin, value.start_mark.line, f"wants a list of texts for `{key}`; quote texts that contain a colon"
        )
    return tuple(node.value for node in nodes if node.value)


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _error(origin: str, line: int, message: str) -> SourceError:
    return SourceError(origin, f"line {line + 2}: the front matter {message}")
