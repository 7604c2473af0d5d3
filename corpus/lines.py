"""The lines of a plain text and what each one looks like, before anything is concluded from their order."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from statistics import median

from corpus.characters import fold_line, visible

_BULLET = re.compile(r"^(?:[•‣◦▪▫■□●○∙⁃➢➤►✓✔✅❖◆–—*+-]|·)\s+(?=\S)|^[•‣◦▪●○➢➤►✓✔✅](?=\S)")
_NUMBER = re.compile(r"^\(?(?:step )?(\d{1,2})[.):]\s+(?=\S)", re.IGNORECASE)
_OUTLINE_NUMBER = re.compile(r"^(\d{1,2}(?:\.\d{1,2})+)[.)]?\s+(?=\S)")
_LABEL = re.compile(r"^[A-Z][\w’'()/ -]{1,40}: \S")
_STOPS = re.compile(r"[.!…;,:][\"”’')\]]*$")
_SENTENCE_STOPS = re.compile(r"[.!?…][\"”’')\]]*(?:\s?\[\d+\])*$")
_REFERENCE = re.compile(r"\[\d+\]$")
_COPULA = re.compile(r"\b(?:is|are|was|were)\b", re.IGNORECASE)
_OPEN_END = re.compile(
    r"\b(?:if|have|has|include|includes|including|are|is|as|when|with|by|or|and|to|may|can|should|the|a|an|of|for|you|your|"
    r"following)$",
    re.IGNORECASE,
)
_BEGINS_ANEW = re.compile(
    r"^(?:this|these|those|they|it|if|however|but|in|you|we|some|most|many|remember|note)\b|[.!?]\s", re.IGNORECASE
)
_SPEAKS = re.compile(
    r"\b(?:here|following|below|you|your|we|these|this|try|try these|do|include[sd]?)\b", re.IGNORECASE
)
_NEXT_SENTENCE = re.compile(r"[^\W\d_]{2,}[.!?][\"”’)\]]*\s+[\"“‘(]?[A-Z]")
_CONDITION = re.compile(r"^(?:if|when|once|unless|although|because|as soon as)\b", re.IGNORECASE)
_QUESTION_WORD = re.compile(r"^(?:if|who|what|when|where|why|which|how|signs)\b", re.IGNORECASE)
_SMALL = frozenset(
    """a an and are as at by can do does for from in into is it my of on or the to vs when with your you i not
    that""".split()
)

MAX_HEADING_WORDS = 14
MAX_QUESTION_WORDS = 22
MAX_ITEM_WORDS = 30
MAX_FULL_SENTENCE_ITEM_WORDS = 14
MAX_LAST_ITEM_WORDS = 8
MAX_NAME_WORDS = 7


@dataclass(frozen=True)
class Line:
    """One line: its words, the empty lines before it, its indentation.

    `level` is what the source says of it by other means than words: the level of a heading, 0 for none; `None` where
    only the words can tell.
    """

    text: str
    gap: int = 0
    indent: int = 0
    level: int | None = None

    @cached_property
    def words(self) -> int:
        """How many words it has."""
        return len(self.text.split())

    @cached_property
    def bullet(self) -> str | None:
        """What stands behind a bullet mark."""
        mark = _BULLET.match(self.text)
        return self.text[mark.end() :] if mark else None

    @cached_property
    def number(self) -> int | None:
        """The number in front ("3. ", "Step 3:")."""
        mark = _NUMBER.match(self.text)
        return int(mark[1]) if mark else None

    @cached_property
    def depth(self) -> int:
        """How deep an outline number in front goes: 2 for "1.2 Causes", 0 without one."""
        mark = _OUTLINE_NUMBER.match(self.text)
        return mark[1].count(".") + 1 if mark else 0

    @cached_property
    def unnumbered(self) -> str:
        """The line without a number in front."""
        return _NUMBER.sub("", self.text)

    @cached_property
    def introduces(self) -> bool:
        """Whether it announces what follows: it ends in a colon, or in the middle of a sentence ("if you have")."""
        if self.bullet is not None or self.words > 40:
            return False
        return self.text.endswith(":") or (self.words > 2 and not self.is_title_case and self.has_open_end)

    @cached_property
    def names_with_colon(self) -> bool:
        """Whether it is a name with a colon behind it ("Causes of sore heels:") and no sentence that goes on."""
        name = Line(self.text.removesuffix(":").rstrip(), level=self.level)
        short = name.words <= MAX_NAME_WORDS and not name.introduces and not _SPEAKS.search(name.text)
        return self.text.endswith(":") and self.level is None and short and name.may_be_heading

    @cached_property
    def has_open_end(self) -> bool:
        """Whether its last word cannot end a sentence."""
        return bool(_OPEN_END.search(self.text))

    @cached_property
    def is_condition(self) -> bool:
        """Whether it begins a sentence that something must complete ("If your heel:")."""
        return bool(_CONDITION.match(self.text))

    @cached_property
    def completes(self) -> bool:
        """Whether it goes on with a sentence that was begun before ("…it is time", lower case)."""
        return self.text.startswith(("…", "...")) or self.text[:1].islower()

    @cached_property
    def is_label(self) -> bool:
        """Whether it starts with a label ("The fix: ...")."""
        return bool(_LABEL.match(self.text))

    @cached_property
    def is_question(self) -> bool:
        """Whether it asks something, in few enough words for a heading."""
        return self.text.endswith("?") and self.words <= MAX_QUESTION_WORDS and self.text[:1].isupper()

    @cached_property
    def ends_sentence(self) -> bool:
        """Whether it ends with a full stop or the like, reference marks behind it aside."""
        return bool(_SENTENCE_STOPS.search(self.text))

    @cached_property
    def has_sentences(self) -> bool:
        """Whether more than one sentence stands in it."""
        return bool(_NEXT_SENTENCE.search(self.text))

    @cached_property
    def is_title_case(self) -> bool:
        """Whether All Words But Small Ones start with a capital letter."""
        words = [word for word in re.findall(r"[^\W\d_][\w’'-]*", self.text) if word.lower() not in _SMALL]
        return len(words) > 1 and all(word[:1].isupper() for word in words)

    @cached_property
    def is_capitals(self) -> bool:
        """Whether IT IS WRITTEN IN CAPITALS."""
        return self.text.isupper() and sum(map(str.isalpha, self.text)) > 3

    @cached_property
    def may_be_heading(self) -> bool:
        """Short, starts like a heading and does not end like a sentence; whether it is one, its neighbours tell."""
        if self.level is not None:
            return self.level > 0
        text = self.unnumbered
        if self.bullet is not None or not text[:1].strip() or text[:1].islower() or self.words > MAX_HEADING_WORDS:
            return self.is_question and self.bullet is None
        if self.is_question:
            return True
        if self.introduces or _STOPS.search(text) or _REFERENCE.search(text) or not any(map(str.isalpha, text)):
            return False
        return self.is_title_case or not _COPULA.search(text) or bool(_QUESTION_WORD.match(text))

    @cached_property
    def may_be_item(self) -> bool:
        """Short enough to be one item of a list that has no marks."""
        if self.bullet is not None or self.introduces or self.level or self.text.startswith(("…", "...")):
            return False
        return self.words <= (MAX_FULL_SENTENCE_ITEM_WORDS if self.ends_sentence else MAX_ITEM_WORDS)

    def follows_as_item(self, first: Line) -> bool:
        """Whether it goes on with the list that `first` began: it begins like it, and ends like it or closes it."""
        if self.completes != first.completes and not self.text[:1].isdigit() and not first.text[:1].isdigit():
            return False
        if not self.may_be_item or self.is_label != first.is_label or self.number is not None or self.depth:
            return False
        if self.is_question or self.ends_sentence == first.ends_sentence:
            return not self.is_question
        return first.ends_sentence or (self.words <= MAX_LAST_ITEM_WORDS and not _BEGINS_ANEW.search(self.text))

    @cached_property
    def is_caption(self) -> bool:
        """Whether it reads like the hidden text of a picture: a few words in lower case, no stop."""
        return self.text[:1].islower() and not _STOPS.search(self.text) and not self.ends_sentence and self.words <= 12


def split(text: str) -> list[Line]:
    """The lines of `text` that are not empty, hard-wrapped paragraphs put together again."""
    lines: list[Line] = []
    gap = 0
    for raw in visible(text).split("\n"):
        if words := fold_line(raw):
            lines.append(Line(words, gap, len(raw) - len(raw.lstrip())))
            gap = 0
        else:
            gap += 1
    return _unwrapped(lines)


_WRAP = range(50, 121)
_MIN_WRAPPED = 3
_LONG = 0.7


def _unwrapped(lines: Sequence[Line]) -> list[Line]:
    """Joins the lines of a text that was broken at a fixed width; other texts stay as they are."""
    width = max((len(line.text) + line.indent for line in lines), default=0)
    full = [(line, after) for line, after in pairwise(lines) if after.gap == 0 and _is_full(line, after, width)]
    broken = sum(not line.ends_sentence and after.text[:1].islower() for line, after in full)
    if width not in _WRAP or broken < _MIN_WRAPPED or broken * 3 < len(full):
        return list(lines)
    joined: list[Line] = []
    previous: Line | None = None
    for line in lines:
        if previous is not None and _is_wrapped(previous, line, width):
            joined[-1] = replace(joined[-1], text=f"{joined[-1].text} {line.text}")
        else:
            joined.append(line)
        previous = line
    return joined


def _is_wrapped(line: Line, after: Line, width: int) -> bool:
    """Whether the next line only goes on with this one."""
    if after.gap or after.bullet is not None or after.number is not None:
        return False
    goes_on = not line.ends_sentence and after.text[:1].islower() and len(line.text) > width * _LONG
    return goes_on or _is_full(line, after, width)


def _is_full(line: Line, after: Line, width: int) -> bool:
    """Whether the first word of the next line would not have fitted any more."""
    return line.indent + len(line.text) + 1 + len(after.text.split()[0]) > width - 8


def usual_gap(lines: Sequence[Line]) -> float:
    """How many empty lines usually stand before a line."""
    return median([line.gap for line in lines[1:]] or [0])
