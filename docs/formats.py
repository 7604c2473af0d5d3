"""The page of file formats, written from the types that read and write the files."""

from __future__ import annotations

import dataclasses
import inspect
import types
from collections.abc import Iterable
from typing import Literal, Union, get_args, get_origin, get_type_hints

import msgspec

_HEAD = """# File formats

All text is UTF-8. *JSON Lines* is one JSON object a line. Unknown fields are refused wherever Footnote reads a file.
"""


def formats() -> str:
    """The page, without the note that it is generated."""
    return "\n".join([_HEAD, *_front_matter(), *_reply(), *_batch(), *_questions(), *_generation()])


def _front_matter() -> Iterable[str]:
    from corpus import frontmatter

    yield "## Front matter of an article\n"
    yield "YAML between two lines of three dashes at the top of a Markdown file; no key is required.\n"
    yield "| key | value |\n|---|---|"
    kinds = {"date": frontmatter._DATES, "list of texts": frontmatter._LISTS}
    for key in frontmatter.KEYS:
        yield f"| `{key}` | {next((kind for kind, keys in kinds.items() if key in keys), 'text')} |"
    yield "\nWhat each is for: [writing articles](../editors.md#front-matter).\n"


def _reply() -> Iterable[str]:
    from bot import reply

    yield "## Reply\n"
    yield "What `footnote ask --json`, `footnote batch` and `POST /api/v1/chat` give for one visitor message.\n"
    for kind in (reply.Reply, reply.Sentence, reply.Citation, reply.Escalation, reply.Action, reply.Finding):
        yield from _fields(kind, level=3)
    yield "HTTP adds `blocks` and `sources`, which say how it is shown: [the widget](../widget.md#blocks).\n"


def _batch() -> Iterable[str]:
    yield "## Conversations for `footnote batch`\n"
    yield "JSON Lines, in and out in the same order.\n"
    yield "```json"
    yield '{"id": "c1", "messages": ["first visitor message", "second"], "region": "uk"}'
    yield "```\n"
    yield "`region` may be left out. One Reply for each message, or an `error` where the line cannot be read:\n"
    yield "```text"
    yield '{"id": "c1", "replies": [Reply, Reply]}'
    yield '{"id": "c2", "error": "..."}'
    yield "```\n"


def _questions() -> Iterable[str]:
    from bot.evaluation import questions

    yield "## Question files for `footnote eval`\n"
    yield "JSON Lines. What a line is follows from its fields: [how figures are defined](../evaluation.md#the-file).\n"
    yield from _fields(questions._Line, level=3, name="Line", about="One question, dialogue or list.")
    yield from _fields(questions.Turn, level=3)


def _generation() -> Iterable[str]:
    from corpus import article
    from index import encoder, manifest, passage

    yield "## A generation of the index\n"
    yield f"The files and what each is for: [the index](../index.md#what-a-generation-is). Format {manifest.FORMAT}.\n"
    kind: type
    yield "### `manifest.json`\n"
    for kind in (manifest.Manifest, manifest.Counts, manifest.FileEntry, encoder.EncoderCard):
        yield from _fields(kind, level=4)
    yield "### `articles.jsonl`\n"
    for kind in (article.Article, article.Metadata, article.Section, article.Block, article.Span):
        yield from _fields(kind, level=4)
    yield "### `passages.jsonl`\n"
    for kind in (passage.Passage, passage.Sentence):
        yield from _fields(kind, level=4)


def _fields(kind: type, *, level: int, name: str | None = None, about: str | None = None) -> Iterable[str]:
    """A heading, the docstring and a table of the fields of a dataclass or a msgspec Struct."""
    yield f"{'#' * level} {name or kind.__name__}\n"
    yield (about or inspect.cleandoc(kind.__doc__ or "")) + "\n"
    yield "| field | type | without it |\n|---|---|---|"
    hints = get_type_hints(kind)
    for field, default in _defaults(kind):
        yield f"| `{field}` | {_typed(hints[field])} | {default} |"
    yield ""


def _defaults(kind: type) -> Iterable[tuple[str, str]]:
    if dataclasses.is_dataclass(kind):
        for field in dataclasses.fields(kind):
            made = field.default is not dataclasses.MISSING
            factory = field.default_factory is not dataclasses.MISSING
            yield field.name, _value(field.default) if made else "empty" if factory else "required"
        return
    for known in msgspec.structs.fields(kind):
        yield known.name, "required" if known.required else _value(known.default)


def _value(default: object) -> str:
    if default is None:
        return "null"
    if default == () or default == "":
        return "empty"
    return f"`{msgspec.json.encode(default).decode()}`"


def _typed(hint: object) -> str:
    """A type in the words of JSON."""
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Literal:
        return " · ".join(f"`{each}`" for each in arguments)
    if origin in (Union, types.UnionType):
        return " or ".join(_typed(each) for each in arguments)
    if origin is tuple:
        return f"list of {_typed(arguments[0])}"
    if origin is dict:
        return f"object of {_typed(arguments[1])}"
    return _WORDS.get(str(getattr(hint, "__name__", hint)), getattr(hint, "__name__", str(hint)))


_WORDS = {"str": "text", "int": "integer", "float": "number", "bool": "true or false", "NoneType": "null"}
