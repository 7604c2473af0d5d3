"""Scores replies against expectations; the matching is defined to the letter in docs/evaluation.md.

A gold piece is hit when it stands in the passage of a citation, both folded. A word is mentioned when it starts at a
word boundary of the answer ("ligament" finds "ligaments"); footnote marks such as [2] are no part of the answer.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from bot.conversation import Conversation, Message
from bot.evaluation.questions import Case, Turn
from bot.reply import Reply
from index.words import fold

Answer = Callable[[Conversation], Reply]


@dataclass(frozen=True, slots=True)
class Mark:
    """What one turn earned. `cited`, `first` and `said` are False where an answer was expected and none was given."""

    case: Case
    turn: int
    reply: Reply
    expected: Turn
    answered: bool
    cited: bool
    first: bool
    said: float
    verbatim: bool

    @property
    def right(self) -> bool:
        """Answered from the right passage with every word said; or not answered where nothing answers."""
        if self.expected.expect == "abstain":
            return not self.answered
        if self.case.group == "list":
            return self.answered and self.said * len(self.expected.must_mention) >= self.case.min_items - 1e-9
        return self.answered and self.cited and self.said == 1.0


def play(cases: Iterable[Case], answer: Answer, text_of: Callable[[str], str]) -> list[Mark]:
    """Play every case turn by turn; `text_of` gives the canonical text of an article for the verbatim check."""
    marks: list[Mark] = []
    for case in cases:
        messages: tuple[Message, ...] = ()
        for number, turn in enumerate(case.turns):
            messages = (*messages, Message("visitor", turn.user))
            reply = answer(Conversation(messages))
            messages = (*messages, Message("bot", reply.text))
            marks.append(mark(case, number, turn, reply, text_of))
    return marks


def mark(case: Case, number: int, turn: Turn, reply: Reply, text_of: Callable[[str], str]) -> Mark:
    """The mark of one reply."""
    passages = [squeeze(citation.passage) for citation in reply.citations]
    golds = [squeeze(gold) for gold in turn.gold]
    hits = [any(gold in passage for gold in golds) for passage in passages]
    text = " ".join(sentence.text for sentence in reply.sentences) or reply.text
    said = [any(mentions(text, word) for word in words) for words in turn.must_mention]
    return Mark(
        case=case,
        turn=number,
        reply=reply,
        expected=turn,
        answered=reply.kind == "answer",
        cited=any(hits) or not golds,
        first=bool(hits and hits[0]),
        said=sum(said) / len(said) if said else 1.0,
        verbatim=_verbatim(reply, text_of),
    )


def _verbatim(reply: Reply, text_of: Callable[[str], str]) -> bool:
    by_number = {citation.number: citation for citation in reply.citations}
    quotes = all(text_of(c.article_id)[c.start : c.end] == c.quote for c in reply.citations)
    return quotes and all(s.text in text_of(by_number[s.citation].article_id) for s in reply.sentences)


def squeeze(text: str) -> str:
    """Folded, with every run of white space as one space."""
    return re.sub(r"\s+", " ", fold(text)).strip()


def mentions(text: str, word: str) -> bool:
    """Whether the word starts at a word boundary of the text."""
    return re.search(r"(?<![a-z0-9])" + re.escape(squeeze(word)), squeeze(text)) is not None


def figures(marks: Sequence[Mark]) -> dict[str, float]:
    """The figures of a run, each a share of its own group; a group without cases is left out."""
    single = [m for m in marks if m.case.group == "single"]
    none = [m for m in marks if m.case.group == "unanswerable"]
    later = [m for m in marks if m.case.group == "dialogue" and m.turn > 0]
    dialogues = [m for m in marks if m.case.group == "dialogue"]
    found: dict[str, float] = {"verbatim": _share(m.verbatim for m in marks)}
    if single:
        found |= {
            "single_answered": _share(m.answered for m in single),
            "single_cited": _share(m.answered and m.cited for m in single),
            "single_first": _share(m.first for m in single),
            "single_right": _share(m.right for m in single),
        }
    for kind in sorted({m.case.label for m in none}):
        found[f"declined_{kind}"] = _share(m.right for m in none if m.case.label == kind)
    if dialogues:
        found["dialogue_turns_right"] = _share(m.right for m in dialogues)
    if later:
        found["follow_ups_right"] = _share(m.right for m in later)
        found["follow_ups_answered_right"] = _share(m.right for m in later if m.expected.expect == "answer")
    lists = [m for m in marks if m.case.group == "list"]
    if lists:
        found["lists_right"] = _share(m.right for m in lists)
    return found


def _share(values: Iterable[bool]) -> float:
    known = list(values)
    return sum(known) / len(known) if known else 1.0
