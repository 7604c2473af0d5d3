"""A tree of elements (HTML, or the tree that trafilatura makes of it) to Markdown, without recursion."""

from __future__ import annotations

from typing import Literal

from lxml import etree

from corpus import markup

Event = Literal["start", "end"]

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


class _Writer:
    """Gathers words until a block ends, then writes the block."""

    def __init__(self) -> None:
        self.blocks: list[str] = []
        self.items: list[str] = []
        self.rows: list[list[str]] = []
        self.lists = self.tables = self.bold = 0
        self.ordered = False
        self._level = 1
        self._words: list[str] = []
        self._bold_length = 0

    def say(self, text: str | None) -> None:
        if text:
            self._words.append(text)
            self._bold_length += len("".join(text.split())) if self.bold else 0

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
            self.say("\n")
            return
        text, bold = self.take()
        if not text:
            return
        if self.lists:
            self.items[-1:] = [f"{self.items[-1]}\n{text}".strip()] if self.items else [text]
        elif bold and "\n" not in text:
            self.blocks.append(f"**{markup.escape(text)}**")
        else:
            self.blocks.append(markup.paragraph(text))

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


def to_markdown(root: etree._Element) -> str:
    """The text below `root` as Markdown: headings, paragraphs, lists, tables, captions and bold lines."""
    writer = _Writer()
    walk = etree.iterwalk(root, events=("start", "end", "comment", "pi"))
    for event, element in walk:
        tag = element.tag
        if event in ("comment", "pi") or not isinstance(tag, str):
            writer.say(element.tail)
        elif event == "start":
            if tag in _SKIPPED:
                walk.skip_subtree()
            else:
                _start(writer, element, tag)
        else:
            if tag not in _SKIPPED:
                _end(writer, element, tag)
            if element is not root:
                writer.say(element.tail)
    writer.flush()
    return "\n\n".join(block for block in writer.blocks if block) + "\n"


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
        writer.say("\n")
    elif tag in _BLOCKS or tag in _HEADINGS or tag in ("head", "summary", "figcaption", "caption", "hr"):
        writer.flush()
    if _is_bold(element, tag):
        writer.bold += 1
    writer.say(element.text)


def _end(writer: _Writer, element: etree._Element, tag: str) -> None:
    if _is_bold(element, tag):
        writer.bold -= 1
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
