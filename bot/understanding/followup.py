"""Follow-ups: a message that leans on what was said before becomes a stand-alone question.

History may complete a question; it never lends evidence. A reading keeps apart the words that the visitor wrote now
from those taken over, so that abstaining can insist on the new ones. Rules, in the order in which they are tried:

    correction    "sorry, I meant the inside"       the last question, with the new words in the slot of the old
    reference     "the second one", "the other one" the named item of the last list, and the rest of the message
    parallel      "and on the inside?", "and mild?" the last question with the contrasting words exchanged
    attribute     "why?", "signs?", "how long?"     the topic so far, and what is asked of it
    pronoun       "does that one come on slowly?"   the topic in place of the pronoun
    alone         anything with a subject of its own
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Literal

from index.words import STOP_WORDS, Word, stem, words

How = Literal["alone", "correction", "reference", "parallel", "attribute", "pronoun", "context"]


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to understand a message: a stand-alone text, and the rule that made it.

    `inherited` are the stems that no article is asked to hold for the answer to count: those taken over from before,
    and words such as "work" or "feel" in "how does it feel?". `sides` are the things set side by side by an exchange,
    the new one last; `items` the list that a reference pointed into.
    """

    text: str
    how: How
    inherited: frozenset[str] = frozenset()
    sides: tuple[str, ...] = ()
    items: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Past:
    """What an earlier turn leaves for the next.

    `question` is its stand-alone question; `items` what it listed, or the things that it set side by side ("a physio",
    "and a doctor?"); `slot` the words that it put in place of others: the place where the next contrast goes.
    """

    question: str
    items: tuple[str, ...] = ()
    slot: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Forms:
    """The closed lists of `followup.toml`, compiled."""

    openers: re.Pattern[str]
    correction: re.Pattern[str]
    parallel: re.Pattern[str]
    pronouns: frozenset[str]
    attributes: frozenset[str]
    light: frozenset[str]
    contrasts: tuple[frozenset[str], ...]
    ordinals: dict[str, int] = field(default_factory=dict)


@cache
def _forms() -> _Forms:
    data = tomllib.loads(files("bot.understanding").joinpath("followup.toml").read_text(encoding="utf-8"))
    return _Forms(
        openers=re.compile(rf"^(?:(?:{'|'.join(data['openers'])})\b[\s,.:!-]*)+", re.IGNORECASE),
        correction=re.compile(
            rf"(?:^|[.,;!]\s*)(?:{'|'.join(data['corrections'])})\b[\s,:]*(?P<rest>.+)$", re.IGNORECASE
        ),
        parallel=re.compile(rf"^(?:{'|'.join(data['parallels'])})\b[\s,:]*(?P<rest>.+)$", re.IGNORECASE),
        pronouns=frozenset(data["pronouns"]),
        attributes=frozenset(stem(word) for word in (*data["attributes"], *data["demands"])),
        light=frozenset(stem(word) for word in data["attributes"]) - {stem(word) for word in data["demands"]},
        contrasts=tuple(frozenset(stem(word) for word in group) for group in data["contrasts"]),
        ordinals=dict(data["ordinals"]),
    )


class Resolver:
    """Resolves follow-ups with the word statistics of one corpus; pure.

    `rarity` gives the weight of a stem (its idf): the rarest words of a question are its topic.
    """

    def __init__(self, rarity: Callable[[str], float]) -> None:
        self._rarity = rarity

    def readings(self, message: str, past: Sequence[Past]) -> list[Reading]:
        """Every plausible reading, the likeliest first; the first message of a conversation has only one."""
        alone = _alone(message)
        topics = [turn for turn in past if topic(turn.question)]
        if not topics:
            return [alone]
        last = topics[-1]
        bare = _forms().openers.sub("", message).strip() or message
        for rule in (self._correction, self._reference, self._parallel, self._attribute, self._pronoun):
            reading = rule(message, bare, last, topics)
            if reading:
                return [reading]
        return self._by_weight(message, bare, last)

    def _correction(self, message: str, bare: str, last: Past, topics: Sequence[Past]) -> Reading | None:
        match = _forms().correction.search(message)
        if not match:
            return None
        rest = match["rest"].strip()
        if _is_question(rest):
            return Reading(rest, "correction")
        return self._exchange(rest, last, "correction")

    def _reference(self, message: str, bare: str, last: Past, topics: Sequence[Past]) -> Reading | None:
        if re.search(r"\bthe other (?:one|kind|type|two)?\b", bare, re.IGNORECASE) and "other side" not in bare.lower():
            return self._other(bare, last)
        place = _ordinal(bare)
        if place is None:
            return None
        items = next((turn.items for turn in reversed(topics) if len(turn.items) >= 2), ())
        if not items or not -len(items) <= place < len(items):
            return None
        item = items[place]
        rest = _ORDINAL_PHRASE.sub(" ", bare).strip(" ,.?!")
        text = f"{item}: {rest}" if topic(rest) or _asks(rest) else f"{item}?"
        return Reading(text, "reference", (_stems(item) - _stems(rest)) | _light(rest), items=items)

    def _other(self, bare: str, last: Past) -> Reading | None:
        """Of two things that the last question set against each other, the one that was not the answer."""
        pair = re.search(
            r"\b(?:an? |the )?([\w-]+(?: [\w-]+)?) (?:or|vs\.?|versus|and) (?:an? |the )?([\w-]+)", last.question
        )
        if not pair:
            return None
        first = pair[1].split()[-1]
        said = " ".join(last.items) or ""
        other = pair[2] if stem(first.lower()) in _stems(said) or not said else first
        topical = " ".join(
            w for w in _topic_words(last.question) if stem(w.lower()) not in _stems(f"{first} {pair[2]}")
        )
        rest = re.sub(r"\bthe other (?:one|kind|type|two)?\b", " ", bare, flags=re.IGNORECASE).strip(" ,.?!")
        rest = _forms().parallel.sub(lambda m: m["rest"], rest) if rest else rest
        lead = rest if topic(rest) else "what is"
        return Reading(f"{lead} {other} ({topical})", "reference", _stems(f"{other} {topical}"))

    def _parallel(self, message: str, bare: str, last: Past, topics: Sequence[Past]) -> Reading | None:
        match = _forms().parallel.match(message.strip())
        rest = match["rest"].strip() if match else bare
        if match is None and not _is_fragment(bare):
            return None
        if _asks(rest) or not topic(rest) or _pronouns(rest):
            return None
        return self._exchange(rest, last, "parallel")

    def _exchange(self, rest: str, last: Past, how: How) -> Reading | None:
        """The last question with `rest` in the place of what it contrasts with."""
        rest = rest.strip(" ?.!,")
        old = self._contrasted(rest, last)
        new_stems = _stems(rest)
        if old is None:
            return None
        pattern = r"\b" + r"\W+".join(re.escape(word) for word in old) + r"\b"
        content = _ARTICLES.sub("", rest)
        text, count = re.subn(pattern, lambda _: content, last.question, count=1, flags=re.IGNORECASE)
        if not count:
            text = f"{content}: {last.question}"
        sides = (*(last.items if last.slot else (" ".join(old),)), content)
        return Reading(text, how, _stems(text) - new_stems, sides)

    def _contrasted(self, rest: str, last: Past) -> tuple[str, ...] | None:
        new = _stems(rest)
        asked = words(last.question)
        for group in _forms().contrasts:
            if new & group:
                old = [w for w in asked if w.stem in group and w.stem not in new]
                if old:
                    return (old[0].text,)
        if last.slot and all(word.lower() in last.question.lower() for word in last.slot):
            return last.slot
        if new & _stems(last.question):
            return None
        return self._rarest(last.question)

    def _rarest(self, question: str) -> tuple[str, ...] | None:
        """The most specific content word of a question, with its neighbour where the two form a name."""
        content = [w for w in words(question) if _is_topical(w)]
        if len(content) < 2:
            return None
        best = max(content, key=lambda word: self._rarity(word.stem))
        return (best.text,)

    def _attribute(self, message: str, bare: str, last: Past, topics: Sequence[Past]) -> Reading | None:
        own = [w for w in words(bare) if w.text not in STOP_WORDS]
        if any(w.stem not in _forms().attributes and not w.text.isdigit() for w in own):
            return None
        if len(own) > 4:
            return None
        about = " ".join(_topic_words(last.question))
        text = _with_topic(bare, about)
        return Reading(text, "attribute", (_stems(about) - {w.stem for w in own}) | _light(bare))

    def _pronoun(self, message: str, bare: str, last: Past, topics: Sequence[Past]) -> Reading | None:
        if not _pronouns(bare):
            return None
        own = _stems(bare)
        about = [word for word in _topic_words(last.question) if stem(word.lower()) not in own]
        if not about:
            return _alone(bare)
        return Reading(_with_topic(bare, " ".join(about)), "pronoun", _stems(" ".join(about)) | _light(bare))

    def _by_weight(self, message: str, bare: str, last: Past) -> list[Reading]:
        """Words of its own and no sign of leaning: alone or in the context of the topic, both plausible."""
        alone = _alone(message)
        own = _stems(bare)
        about = [word for word in _topic_words(last.question) if stem(word.lower()) not in own]
        if not about:
            return [alone]
        context = Reading(_with_topic(bare, " ".join(about)), "context", _stems(" ".join(about)) | _light(bare))
        short = len([w for w in words(bare) if _is_topical(w)]) <= 2
        return [context, alone] if short else [alone, context]


_ARTICLES = re.compile(
    r"^(?:(?:on|in|at|for|with|to|of|about|the|a|an|only|just|it'?s|its|i'?s|is)\s+)+", re.IGNORECASE
)
_ORDINAL_WORDS = r"first|second|third|fourth|fifth|sixth|last|final|1st|2nd|3rd|4th|5th|former|latter"
_ORDINAL_PHRASE = re.compile(
    rf"\b(?:(?:about|tell me more about|more on) )?(?:the |that |those )?(?:{_ORDINAL_WORDS})"
    r"(?: (?:one|two|thing|cause|reason|point|item|tip|step|option|sign|symptom|type|kind))?\b"
    r"|\b(?:number|no\.?|#) ?\d\b",
    re.IGNORECASE,
)
_IS_QUESTION = re.compile(
    r"^(?:what|why|when|where|who|which|how|is|are|do|does|did|can|could|should|would|will|may|has|have|am)\b",
    re.IGNORECASE,
)


def topic(text: str) -> tuple[str, ...]:
    """The folded words of a text that name a subject: content words that are neither attributes nor pronouns."""
    return tuple(word.text for word in words(text) if _is_topical(word))


def _is_topical(word: Word) -> bool:
    return word.text not in STOP_WORDS and word.stem not in _forms().attributes and not word.text.isdigit()


def _topic_words(question: str) -> list[str]:
    found = [question[w.start : w.end] for w in words(question) if _is_topical(w)]
    return list(dict.fromkeys(found))


def _stems(text: str) -> frozenset[str]:
    return frozenset(word.stem for word in words(text) if word.text not in STOP_WORDS)


def _alone(text: str) -> Reading:
    """The message by itself; its light words count only where it has no others ("list every symptom")."""
    light = _light(text)
    return Reading(text, "alone", light)


def _light(text: str) -> frozenset[str]:
    return frozenset(word.stem for word in words(text) if word.stem in _forms().light)


def _pronouns(text: str) -> list[Word]:
    return [word for word in words(text) if word.text in _forms().pronouns]


def _asks(text: str) -> bool:
    return bool(_IS_QUESTION.match(text.strip()))


def _is_question(text: str) -> bool:
    return _asks(text) and len(topic(text)) >= 1


def _is_fragment(text: str) -> bool:
    """A noun phrase and nothing else: "treadmill?", "high arches as well?", "no wait, inside"."""
    read = words(text)
    return (
        0 < len(read) <= 4
        and not _asks(text)
        and bool(topic(text))
        and all(
            _is_topical(word)
            or word.text
            in {"the", "a", "an", "on", "in", "as", "well", "too", "also", "at", "for", "my", "just", "only"}
            for word in read
        )
    )


def _with_topic(text: str, about: str) -> str:
    """The message with its topic, in the order in which an encoder understands it best: topic last, in brackets."""
    return f"{text.strip(' ?.!')} ({about})?" if about else text


def _ordinal(text: str) -> int | None:
    match = _ORDINAL_PHRASE.search(text)
    if not match:
        return None
    for word in words(match.group()):
        if word.text in _forms().ordinals:
            return _forms().ordinals[word.text]
        if word.text.isdigit():
            return int(word.text) - 1
    return None
