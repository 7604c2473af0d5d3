"""The headings of a plain text: which lie below which, and where one was lost.

Main headings have level 2. A heading lies below one when that one, or the text under it, announces several things
("Types of ...", "here are some ways"), when it stands among the questions that structure the text, or by its number.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Literal

from corpus import markup, roles
from corpus.lines import Line
from corpus.words import content_stems

_QUESTION_WORDS = "what|why|when|who|where|which|how|do|does|can|should|is|are|will|could"
_CLOSING_CHAPTERS = (
    "faqs?|frequently asked|common questions|questions|final|conclusions?|overall|summary|key|the bottom line|"
    "bottom line|takeaways?|in summary|references|sources|related"
)
_CHAPTERS = (
    "overview|introduction|background|about|diagnosis|complications|outlook|recovery|prevention|preventing|"
    f"self[- ]care|home remedies|{_CLOSING_CHAPTERS}"
)
_PLURALS = (
    "types|causes|symptoms|signs|(?:risk )?factors|risks|treatments|exercises|tips|reasons|ways|steps|kinds|stages|"
    "options|remedies|stretches|mistakes|conditions|injuries|complications|measures|methods|things|questions|faqs?"
)
_GENERAL = re.compile(
    rf"^(?:{_QUESTION_WORDS}|{_CHAPTERS}|treatment|(?:(?:common|main|possible|other|warning) )?(?:{_PLURALS}))\b",
    re.IGNORECASE,
)
_COUNTS = r"some|a few|many|common|\d+|two|three|four|five|six|seven|eight|nine|ten"
_ANNOUNCES = re.compile(
    r":$|\b(?:here are|the following|these (?:are|include)|below|several)\b"
    rf"|\b(?:{_COUNTS}) (?:[\w-]+ ){{0,3}}(?:{_PLURALS})\b",
    re.IGNORECASE,
)
_PLURAL_HEADING = re.compile(
    rf"^(?:(?:the|some|your|common|main|possible|other|top|best|simple|early|\d+) )*(?:{_PLURALS})\b", re.IGNORECASE
)
_CLOSING = re.compile(
    rf"^(?:{_CLOSING_CHAPTERS})\b|\bquestions\b",
    re.IGNORECASE,
)
_FAQ = re.compile(r"^(?:faqs?|frequently asked questions|common questions|questions(?: and answers)?)\b", re.IGNORECASE)
_TOP_LEVEL = 2
_MANY_QUESTIONS = 3


@dataclass(slots=True)
class Node:
    """A line or a run of lines with what it was taken for."""

    kind: Literal["heading", "paragraph", "list", "caption", "lost"]
    line: Line
    items: tuple[str, ...] = ()
    ordered: bool = False
    level: int = 0

    def markdown(self) -> str:
        """The node as Markdown."""
        if self.kind == "heading":
            return markup.heading(self.level, self.line.text)
        if self.kind == "list":
            return markup.bullets(self.items, ordered=self.ordered)
        if self.kind == "caption":
            return markup.image(self.line.text)
        return markup.heading(self.level) if self.kind == "lost" else markup.paragraph(self.line.text)


def set_levels(nodes: Sequence[Node], title: str) -> None:
    """Gives each heading its level: 2 for the main ones, more for those below them, as if they were read in order."""
    reading = _Reading(nodes, title)
    for place, node in enumerate(nodes):
        if node.kind == "heading":
            node.level = reading.level_of(node.line)
            reading.enter(node)
        elif node.kind == "paragraph" and _announces(nodes, place):
            reading.announce()


class _Reading:
    """What a reader knows at some place of the text: the main heading that is open, and whether it announced more."""

    def __init__(self, nodes: Sequence[Node], title: str) -> None:
        capitals = [node.line.is_capitals for node in nodes if node.kind == "heading"]
        self._topic = set(content_stems(title))
        self._mixed = any(capitals) and not all(capitals)
        self._asked = _is_led_by_questions(nodes)
        self._open: Line | None = None
        self._announced = self._numbered = self._deeper = False

    def announce(self) -> None:
        """A paragraph says that several things follow; only what stands directly below the open heading counts."""
        self._announced = self._announced or (self._open is not None and not self._deeper)

    def enter(self, heading: Node) -> None:
        """Goes on below a heading."""
        line = heading.line
        self._deeper = heading.level > _TOP_LEVEL
        if not self._deeper:
            self._open, self._announced, self._numbered = line, bool(_PLURAL_HEADING.search(line.text)), False
        self._numbered = self._numbered or line.number is not None

    def level_of(self, line: Line) -> int:
        """The level of the next heading: what its source says, else its number, its capitals, or its words."""
        if line.level:
            return line.level
        if line.depth:
            return _TOP_LEVEL + line.depth - 1
        return _TOP_LEVEL + self._is_below(line)

    def _is_below(self, line: Line) -> bool:
        if self._mixed:
            return not line.is_capitals
        if line.number is not None:
            return self._announced and self._open is not None and self._open.number is None
        if self._open and _FAQ.match(self._open.text) and line.is_question:
            return True
        if self._asked:
            return not line.is_question and not _CLOSING.search(line.text)
        return self._announced and not self._numbered and not _is_general(line, self._topic)


def _is_led_by_questions(nodes: Sequence[Node]) -> bool:
    """Whether the text is a row of questions, with topics below them: its first heading asks, and so do many."""
    headings = [node.line for node in nodes if node.kind == "heading"]
    main = list(takewhile(lambda line: not _CLOSING.search(line.text), headings))
    return bool(main) and main[0].is_question and sum(line.is_question for line in main) >= _MANY_QUESTIONS


def _announces(nodes: Sequence[Node], place: int) -> bool:
    """Whether a paragraph announces several things that are not simply the list behind it."""
    listed = place + 1 < len(nodes) and nodes[place + 1].kind == "list"
    return not listed and bool(_ANNOUNCES.search(nodes[place].line.text))


def _is_general(line: Line, topic: set[str]) -> bool:
    """Whether a heading speaks of the whole subject: a question, a usual chapter name, or the words of the title."""
    stems = set(content_stems(line.text))
    about_topic = len(topic) > 1 and len(stems & topic) * 3 >= len(topic) * 2
    return (
        line.is_question or about_topic or bool(_GENERAL.match(line.unnumbered)) or roles.is_summary_heading(line.text)
    )


def with_lost(nodes: Sequence[Node], usual_gap: float) -> Iterator[Node]:
    """The nodes, with a mark where a heading was lost in front of a paragraph."""
    level, announced = _TOP_LEVEL, False
    for place, node in enumerate(nodes):
        before = nodes[place - 1] if place else None
        lost = node.kind == "paragraph" and node.line.gap >= 2 and node.line.gap > usual_gap and before is not None
        if lost and before is not None and before.kind not in ("heading", "caption"):
            deeper = level > _TOP_LEVEL or announced
            level = _TOP_LEVEL + 1 if deeper else _TOP_LEVEL
            yield Node("lost", node.line, level=level)
        if node.kind == "heading":
            level, announced = node.level, bool(_PLURAL_HEADING.search(node.line.text))
        elif node.kind == "paragraph":
            announced = announced or _announces(nodes, place)
        yield node
