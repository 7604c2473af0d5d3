"""Markdown to Article: the one way by which every article comes into being.

Besides CommonMark and tables: an empty heading (`###`) marks where a heading of that level was lost, a thematic break
starts a new section under the same headings, a paragraph of one short bold line is a heading, a picture that stands
alone is a block with the role "furniture". Raw HTML loses its tags; its text stays.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from html import unescape

from markdown_it import MarkdownIt
from markdown_it.token import Token

from corpus import outline, roles, summaries
from corpus.article import Article, BlockKind, Metadata, Role
from corpus.characters import fold_line, fold_lines, visible
from corpus.outline import Part, Piece

_MAX_NESTING = 100
_MANY_BRACKETS = 300
"""In one paragraph; an index of links from A to Z has about 100. With 300 a paragraph takes some 10 ms."""

_BOLD_HEADING = 80
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)|<(script|style|template)\b.*?(?:</\1\s*>|\Z)", re.DOTALL | re.IGNORECASE)
_BRACKET = re.compile(r"(?<!\\)\[")
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>|<[!?][^<>]*>")


def parse(
    markdown: str, *, id: str, origin: str = "", metadata: Metadata | None = None, title: str | None = None
) -> Article:
    """The Article that `markdown` is; deterministic.

    Without a `title` the first heading of level 1 is it, else the id in words. Every heading, block and item has an
    exact span; they lie in the order of the text, do not overlap, and cover all of it but spaces. Raises SourceError
    when there is no text, or too much for one article (`outline.MAX_CHARACTERS`).
    """
    outline.check_length(markdown, origin or id)
    parts = _Walk(_parser().parse(_tame(visible(markdown)))).parts()
    parts = roles.with_roles(parts)
    title_at = _title_at(parts, title)
    parts = summaries.with_summaries(parts, title_at)
    name = title or (parts[title_at].heading if title_at is not None else None) or in_words(id)
    return outline.article(parts, id=id, title=fold_line(name), origin=origin, metadata=metadata, title_at=title_at)


def _tame(markdown: str) -> str:
    """`markdown` with the brackets of any paragraph that has hundreds of them taken for text.

    The parser looks for the end of a link at each bracket, which takes minutes for the 10,000 of a hostile text.
    """
    paragraphs = markdown.split("\n\n")
    return "\n\n".join(
        _BRACKET.sub(r"\\[", paragraph) if paragraph.count("[") > _MANY_BRACKETS else paragraph
        for paragraph in paragraphs
    )


def in_words(id: str) -> str:
    """A title made of an id, for articles that have none: "ankle-pain" is "Ankle pain"."""
    words = re.sub(r"[-_.]+", " ", id).strip()
    return words[:1].upper() + words[1:]


def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark", {"maxNesting": _MAX_NESTING}).enable("table")


def _title_at(parts: Sequence[Part], title: str | None) -> int | None:
    """Where the title stands: the first heading, if of level 1, behind no body, and the only one or the same words."""
    place = next((place for place, part in enumerate(parts) if part.heading), None)
    if place is None or parts[place].level != 1:
        return None
    if any(piece.role == "body" for part in parts[:place] for piece in part.pieces):
        return None
    alone = sum(part.level == 1 and part.heading is not None for part in parts) == 1
    same = title is None or fold_line(title).casefold() == (parts[place].heading or "").casefold()
    return place if alone or same else None


class _Walk:
    """One pass over the tokens of a document, gathering parts."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        self._tokens = tokens
        self._heads: list[tuple[int, str | None]] = [(0, None)]
        self._pieces: list[list[Piece]] = [[]]
        self._level = 0

    def parts(self) -> list[Part]:
        place = 0
        while place < len(self._tokens):
            place = self._take(place)
        parts = [Part(*head, tuple(pieces)) for head, pieces in zip(self._heads, self._pieces, strict=True)]
        return [part for part in parts if part.heading or part.pieces]

    def _take(self, place: int) -> int:
        """Takes what begins at `place` and returns where the next begins."""
        token = self._tokens[place]
        if token.type == "heading_open":
            self._level = int(token.tag[1])
            self._begin(self._level, fold_line(_words(self._tokens[place + 1])) or None)
        elif token.type == "hr":
            level, heading = self._heads[-1]
            self._begin(level + 1 if heading else level, None)
        elif token.type == "paragraph_open":
            self._paragraph(place)
        elif token.type in ("bullet_list_open", "ordered_list_open", "table_open"):
            end = self._end(place)
            inside = self._tokens[place:end]
            self._add("table", _rows(inside)) if token.type == "table_open" else self._add("list", _items(inside))
            return end
        elif token.type in ("fence", "code_block"):
            self._add("code", [fold_lines(token.content)])
        elif token.type == "html_block":
            self._add("paragraph", [fold_lines(_untagged(token.content))])
        return place + (3 if token.type in ("heading_open", "paragraph_open") else 1)

    def _paragraph(self, place: int) -> None:
        inline = self._tokens[place + 1]
        follower = self._tokens[place + 3].type if place + 3 < len(self._tokens) else "heading_open"
        words = fold_lines(_words(inline))
        if _is_bold_heading(inline, words) and follower not in ("heading_open", "hr"):
            self._begin(max(self._level, 1) + 1, words)
        elif words:
            self._add("paragraph", [words])
        else:
            self._add("paragraph", [fold_line(" ".join(_captions(inline)))], role="furniture")

    def _begin(self, level: int, heading: str | None) -> None:
        self._heads.append((level, heading))
        self._pieces.append([])

    def _add(self, kind: BlockKind, lines: Sequence[str], role: Role = "body") -> None:
        if lines := [line for line in lines if line]:
            self._pieces[-1].append(Piece(kind, tuple(lines), role))

    def _end(self, place: int) -> int:
        """The place behind the close that belongs to the open at `place`."""
        level = self._tokens[place].level
        return next(end for end in range(place + 1, len(self._tokens)) if self._tokens[end].level == level) + 1


def _items(tokens: Sequence[Token]) -> list[str]:
    """The items of a list; those of a list inside it are items too, in the order of the text."""
    items: list[list[str]] = []
    for token in tokens:
        if token.type in ("list_item_open", "list_item_close"):
            items.append([])
        elif token.type == "inline":
            items[-1].append(_words(token))
        elif token.type in ("fence", "code_block"):
            items[-1].append(token.content)
        elif token.type == "html_block":
            items[-1].append(_untagged(token.content))
    return [fold_lines("\n".join(item)) for item in items]


def _rows(tokens: Sequence[Token]) -> list[str]:
    rows: list[list[str]] = []
    for token in tokens:
        if token.type == "tr_open":
            rows.append([])
        elif token.type == "inline":
            rows[-1].append(fold_line(_words(token)))
    return [" | ".join(row).strip() if any(row) else "" for row in rows]


def _words(inline: Token) -> str:
    """The words of a paragraph, heading, item or cell; pictures give none."""
    return _COMMENT.sub("", "".join(map(_word, inline.children or ())))


def _word(token: Token) -> str:
    if token.type in ("text", "code_inline", "text_special"):
        return token.content
    if token.type == "html_inline":
        return "\n" if token.content.lower().startswith("<br") else ""
    return {"softbreak": " ", "hardbreak": "\n"}.get(token.type, "")


def _captions(inline: Token) -> Iterator[str]:
    for token in inline.children or ():
        if token.type == "image":
            yield token.content if not token.children else _words(token)


def _untagged(html: str) -> str:
    return unescape(_TAG.sub(" ", _COMMENT.sub("", html)))


def _is_bold_heading(inline: Token, words: str) -> bool:
    children = [token for token in inline.children or () if token.content or token.type != "text"]
    bold = len(children) == 3 and children[0].type == "strong_open" and children[-1].type == "strong_close"
    return bold and 0 < len(words) <= _BOLD_HEADING and words[-1] not in ".:;,!…"
