"""A tree of elements (HTML, or the tree that trafilatura makes of it) to Markdown, without recursion."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import groupby

from lxml import etree

from corpus import markup
from corpus.characters import fold_line
from corpus.lines import Line

_SKIPPED = frozenset(
    """script style template noscript svg math iframe object embed audio video canvas form button select input textarea
    nav head_ link meta title graphic img""".split()
)
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_LISTS = frozenset(("ul", "ol", "dl", "list", "menu"))
_ITEMS = frozenset(("li", "dt", "dd", "item"))
_ROWS = frozenset(("tr", "row"))
_CELLS = frozenset(("td", "th", "cell"))
_BOLD = frozenset(("b", "strong"))
_BLOCKS = frozenset(
    """p div section article main header footer aside blockquote quote pre body html figure address center details
    fieldset ab comments""".split()
)


_WHITE = re.compile(r"[ \t\n\r\f]+")
_EMPTY_LINE = re.compile(r"\n\s*\n")


class _Writer:
    """Gathers words until a block ends, then writes the block."""

    def __init__(self) -> None:
        self.blocks: list[str] = []
        self.items: list[str] = []
        self.rows: list[list[str]] = []
        self.lists = self.tables = self.bold = self.verbatim = 0
        self.ordered = False
        self._level = 1
        self._words: list[str] = []
        self._bold_length = 0

    def say(self, text: str | None) -> None:
        """Adds words; how the source breaks its lines means nothing."""
        if text:
            self._words.append(text if self.verbatim else _WHITE.sub(" ", text))
            self._bold_length += len("".join(text.split())) if self.bold else 0

    def break_line(self) -> None:
        """Begins a new line in the same paragraph."""
        self._words.append("\n")

    def take(self) -> tuple[str, bool]:
        """The words since the last block, and whether all of them are bold."""
        text = "".join(self._words).strip()
        length = len("".join(text.split()))
        bold = bool(length) and self._bold_length >= length
        self._words, self._bold_length = [], 0
        return text, bold

    def flush(self) -> None:
        """Ends what is being said: a paragraph, or a line of the item or cell that is open."""
        if self.tables:
            self.break_line()
            return
        text, bold = self.take()
        if not text:
            return
        if self.lists:
            self.items[-1:] = [f"{self.items[-1]}\n{text}".strip()] if self.items else [text]
        elif bold and "\n" not in text:
            self.blocks.append(f"**{markup.escape(text)}**")
        else:
            self.blocks += _paragraphs(text)

    def head(self, level: int | None) -> None:
        if self.lists or self.tables:
            self.flush()
            return
        text, _ = self.take()
        self._level = level or self._level
        self.blocks.append(markup.heading(level or self._level + 1, text))

    def end_list(self) -> None:
        self.flush()
        self.lists -= 1
        if self.lists == 0 and not self.tables:
            self.blocks.append(markup.bullets(filter(None, self.items), ordered=self.ordered))
            self.items = []

    def end_table(self) -> None:
        self.tables -= 1
        if self.tables:
            return
        self.take()
        rows = [row for row in self.rows if any(row)]
        self.rows = []
        if self.lists:
            self.items += [" | ".join(row) for row in rows]
        elif max(map(len, rows), default=0) > 1:
            self.blocks.append(markup.table(rows))
        else:
            self.blocks += [markup.paragraph(cell) for row in rows for cell in row]


def words_of(element: etree._Element) -> str:
    """All words in an element, on one line."""
    return fold_line("".join(map(str, element.itertext())))


def to_markdown(root: etree._Element, *, without: Callable[[etree._Element], bool] = lambda _: False) -> str:
    """The text below `root` as Markdown: headings, paragraphs, lists, tables, captions and bold lines.

    Elements that `without` names are left out with all that is in them, the text behind them stays.
    """
    writer = _Writer()
    walk = etree.iterwalk(root, events=("start", "end", "comment", "pi"))
    for event, element in walk:
        tag = element.tag
        if event in ("comment", "pi") or not isinstance(tag, str):
            writer.say(element.tail)
        elif event == "start":
            if tag in _SKIPPED or without(element):
                walk.skip_subtree()
            else:
                _start(writer, element, tag)
        else:
            if tag not in _SKIPPED and not without(element):
                _end(writer, element, tag)
            if element is not root:
                writer.say(element.tail)
    writer.flush()
    return "\n\n".join(block for block in writer.blocks if block) + "\n"


def _paragraphs(text: str) -> Iterator[str]:
    """The paragraphs in a text with line breaks: two of them end one, lines that begin with a bullet are a list."""
    for paragraph in _EMPTY_LINE.split(text):
        lines = [Line(words) for words in map(fold_line, paragraph.split("\n")) if words]
        marked = sum(line.bullet is not None for line in lines) > 1
        for is_item, group in groupby(lines, key=lambda line: line.bullet is not None):
            if marked and is_item:
                yield markup.bullets(line.bullet or "" for line in group)
            else:
                yield markup.paragraph("\n".join(line.text for line in group))


def _start(writer: _Writer, element: etree._Element, tag: str) -> None:
    if tag in _LISTS:
        writer.flush()
        writer.ordered = writer.ordered if writer.lists else tag == "ol" or element.get("rend") == "ol"
        writer.lists += 1
    elif tag in _ITEMS:
        writer.flush()
        writer.items.append("")
    elif tag == "table":
        if not writer.tables:
            writer.flush()
        writer.tables += 1
    elif tag in _ROWS and writer.tables == 1:
        writer.rows.append([])
    elif tag in _CELLS and writer.tables == 1:
        writer.take()
    elif tag in ("br", "lb"):
        writer.break_line()
    elif tag in _BLOCKS or tag in _HEADINGS or tag in ("head", "summary", "figcaption", "caption", "hr"):
        writer.flush()
    writer.bold += _is_bold(element, tag)
    writer.verbatim += tag == "pre"
    writer.say(element.text)


def _end(writer: _Writer, element: etree._Element, tag: str) -> None:
    writer.bold -= _is_bold(element, tag)
    writer.verbatim -= tag == "pre"
    if tag in _HEADINGS or tag in ("head", "summary"):
        writer.head(_HEADINGS.get(element.get("rend") or tag))
    elif tag in _LISTS:
        writer.end_list()
    elif tag in _CELLS or tag == "table":
        _end_of_table(writer, tag)
    elif tag == "hr":
        writer.blocks.append("***")
    elif tag in ("figcaption", "caption") and not writer.lists and not writer.tables:
        writer.blocks.append(markup.image(writer.take()[0]))
    elif tag in _BLOCKS:
        writer.flush()


def _end_of_table(writer: _Writer, tag: str) -> None:
    if tag == "table":
        writer.end_table()
    elif writer.tables == 1 and writer.rows:
        writer.rows[-1].append(writer.take()[0])


def _is_bold(element: etree._Element, tag: str) -> bool:
    return tag in _BOLD or (tag == "hi" and element.get("rend") == "#b")
