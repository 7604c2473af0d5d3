"""Numbers of two articles that cannot both be right: the same thing, the same kind of measure, no value in common.

Precise rather than many: an editor who is told of ten, nine of which are none, stops reading. So a sentence counts only
if it can be understood alone and holds one measure of its kind, and two of them are compared only if every word of
content in the one stands in the other or is implied by its title and headings, both ways. `python -m
benchmarks.contradictions` lists what is found among the 16,407 MedQuAD articles; docs/index.md tells what was left out.

Whether two claims contradict each other depends on nothing but these two articles, so an index stays a pure function of
its articles; the claims of an article that did not change are taken over.
"""

from __future__ import annotations

import re
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from corpus.article import Article
from index.measures import Measure, measures, unit_words
from index.passage import Passage
from index.passages import leans_back
from index.words import STOP_WORDS, stem, words

_LIGHT = frozenset(
    """
    aim apply average common commonly estimate estimated estimates general generally hold keep last lasts leave never
    normally often people person place recommend recommended repeat start starts takes took total try typical typically
    use usual usually
    """.split()
)
"""Words that do not change what a sentence with a number is about."""

_ENOUGH = 2
"""Words of content that two sentences must share, those implied by a title or heading included."""

_SORTS = frozenset(
    """
    advice aid answers basics care cause causes checklist complete dealing diagnosis everything explained exercise
    exercises facts faq first guide guidance help home information introduction leaflet manage managing overview
    prevent preventing prevention questions recover recovering recovery self simple steps symptoms tips top treat
    treating treatment treatments understanding
    """.split()
)
"""Words of a title that tell the sort of article and not its subject."""

_SORT_STEMS = frozenset(map(stem, _SORTS))

_CONTINUES = re.compile(r"\W*(?:or|and|nor|plus|alternatively|after that|for example|in one|another)\b", re.IGNORECASE)
"""Sentences that go on with something, or speak of one case; beside those that `leans_back` knows."""

_NEGATED = re.compile(
    r"\b(?:not|no|never|avoid|without|neither|nor|cannot|(?:do|does|is|are|ca|should|wo)n['’]?t)\b"
    r"(?!\s(?:more|less|longer|fewer)\sthan)",
    re.IGNORECASE,
)
"""A sentence that denies something says nothing of the number in it, unless it forbids more."""

_SHARE = zlib.crc32(b"share//")

_MOST_WORDS = 40
"""Longer sentences say too many things at once."""


@dataclass(frozen=True, slots=True)
class Claim:
    """One measure in one sentence of one article, as spans of its text; `about` are the stems of what is measured,
    `around` those of title and headings."""

    sentence: tuple[int, int]
    measure: tuple[int, int]
    kind: int
    low: float
    high: float
    about: frozenset[int]
    around: frozenset[int]


@dataclass(frozen=True, slots=True)
class Statement:
    """What one article says: the measure, and the sentence `start..end` that it stands in, both verbatim."""

    article_id: str
    measure: str
    sentence: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Two statements of two articles about the same that cannot both be right."""

    one: Statement
    other: Statement


def claims(article: Article, passages: Sequence[Passage]) -> tuple[Claim, ...]:
    """What an article says in numbers, in the order of its passages."""
    return tuple(claim for passage in passages for claim in _of_passage(article, passage))


def _of_passage(article: Article, passage: Passage) -> Iterator[Claim]:
    if passage.role != "body":
        return
    around = frozenset(_hash(word) for text in (passage.title, *passage.section) for word in _content(text, ()))
    for sentence, whole in zip(passage.sentences, passage.sentence_texts, strict=True):
        text = sentence.span.of(article.text)
        found = measures(text)
        if not found or not _stands_alone(text, whole):
            continue
        kinds = Counter(measure.kind for measure in found)
        often = any(kind.startswith("times/") for kind in kinds)
        about = _about(text, whole, found)
        denied = _NEGATED.search(whole) is not None
        for measure in found:
            if denied and not measure.forbids:
                continue
            # "10 minutes, three times a day" says something else than 10 minutes.
            if kinds[measure.kind] == 1 and about and not (often and measure.kind.startswith("time/")):
                start = sentence.span.start
                yield Claim(
                    (start, sentence.span.end),
                    (start + measure.start, start + measure.end),
                    _hash(measure.kind),
                    float(np.float32(measure.low)),
                    float(np.float32(measure.high)),
                    about,
                    around,
                )


def _stands_alone(text: str, whole: str) -> bool:
    question = text.rstrip().endswith("?")
    return not (question or _CONTINUES.match(text) or leans_back(whole) or len(whole.split()) > _MOST_WORDS)


def _about(text: str, whole: str, found: Sequence[Measure]) -> frozenset[int]:
    """The stems of a sentence and its lead-in, without the measures."""
    around_it = whole.replace(text, " ", 1)
    stems = {*_content(around_it, ()), *_content(text, [(measure.start, measure.end) for measure in found])}
    return frozenset(map(_hash, stems))


def _content(text: str, without: Sequence[tuple[int, int]]) -> Iterator[str]:
    for word in words(text):
        light = word.text in STOP_WORDS or word.text in _LIGHT or word.text in unit_words() or word.text.isdigit()
        if not light and not any(start <= word.start < end for start, end in without):
            yield word.stem


def _hash(text: str) -> int:
    return zlib.crc32(text.encode("utf-8", "surrogatepass"))


# --- keeping


def pack(of_articles: Sequence[Sequence[Claim]], titles: Sequence[str]) -> dict[str, NDArray[Any]]:
    """The claims of all articles as arrays for `places.safetensors`, and which of them contradict each other."""
    listed = [claim for claims_of_one in of_articles for claim in claims_of_one]
    about, around = [sorted(claim.about) for claim in listed], [sorted(claim.around) for claim in listed]
    return {
        "claim_ends": np.cumsum([len(claims_of_one) for claims_of_one in of_articles], dtype=np.int64),
        "claim_spans": np.asarray([(*c.sentence, *c.measure) for c in listed], dtype=np.int64).reshape(-1, 4),
        "claim_kinds": np.asarray([claim.kind for claim in listed], dtype=np.uint32),
        "claim_values": np.asarray([(claim.low, claim.high) for claim in listed], dtype=np.float32).reshape(-1, 2),
        "claim_about": np.asarray([word for words_of_one in about for word in words_of_one], dtype=np.uint32),
        "claim_about_ends": np.cumsum([len(words_of_one) for words_of_one in about], dtype=np.int64),
        "claim_around": np.asarray([word for words_of_one in around for word in words_of_one], dtype=np.uint32),
        "claim_around_ends": np.cumsum([len(words_of_one) for words_of_one in around], dtype=np.int64),
        "contradictions": np.asarray(compare(of_articles, titles), dtype=np.int64).reshape(-1, 2),
    }


def unpack(places: Mapping[str, NDArray[Any]], article: int) -> tuple[Claim, ...]:
    """The claims of one article of an earlier generation, by its number there."""
    first, last = _slice(places["claim_ends"], article)
    found = []
    for row in range(first, last):
        spans, values = places["claim_spans"][row].tolist(), places["claim_values"][row].tolist()
        about, around = (
            frozenset(places[name][slice(*_slice(places[f"{name}_ends"], row))].tolist())
            for name in ("claim_about", "claim_around")
        )
        kind = int(places["claim_kinds"][row])
        found.append(Claim((spans[0], spans[1]), (spans[2], spans[3]), kind, values[0], values[1], about, around))
    return tuple(found)


def contradictions(
    places: Mapping[str, NDArray[Any]], ids: Sequence[str], text_of: Callable[[str], str]
) -> tuple[Contradiction, ...]:
    """Every contradiction that was found when these places were written, once for each pair of sentences.

    `ids` are the articles in their order. Empty for a generation that was built before they were looked for.
    """
    if "contradictions" not in places:
        return ()

    def statement(row: int) -> Statement:
        article_id = ids[int(np.searchsorted(places["claim_ends"], row, side="right"))]
        start, end, first, last = places["claim_spans"][row].tolist()
        text = text_of(article_id)
        return Statement(article_id, text[first:last], text[start:end], start, end)

    pairs = (Contradiction(statement(one), statement(other)) for one, other in places["contradictions"].tolist())
    told = {(p.one.article_id, p.one.sentence, p.other.article_id, p.other.sentence): p for p in pairs}
    return tuple(told.values())


def _slice(ends: NDArray[np.int64], number: int) -> tuple[int, int]:
    return int(ends[number - 1]) if number else 0, int(ends[number])


# --- comparing


@dataclass(frozen=True, slots=True)
class _Said:
    article: int
    claim: Claim
    title: frozenset[int]


def compare(of_articles: Sequence[Sequence[Claim]], titles: Sequence[str]) -> list[tuple[int, int]]:
    """Pairs of claims that contradict each other, numbered over all articles, in ascending order."""
    subjects = [frozenset(_hash(word) for word in _content(title, ()) if word not in _SORT_STEMS) for title in titles]
    said = [
        _Said(number, claim, subject)
        for number, (subject, listed) in enumerate(zip(subjects, of_articles, strict=True))
        for claim in listed
    ]
    return [(one, other) for one, other in _likely(said) if _contradict(said[one], said[other])]


def _likely(said: Sequence[_Said]) -> list[tuple[int, int]]:
    """Pairs where the rarest word of each stands in the other, title and headings included: few of all pairs."""
    held: dict[tuple[int, int], list[int]] = {}
    for number, each in enumerate(said):
        for word in each.claim.about | each.claim.around:
            held.setdefault((each.claim.kind, word), []).append(number)
    directed = set()
    for number, each in enumerate(said):
        rarest = min(((each.claim.kind, word) for word in each.claim.about), key=lambda key: (len(held[key]), key))
        for other in held[rarest]:
            apart = each.claim.high < said[other].claim.low or said[other].claim.high < each.claim.low
            if apart and said[other].article != each.article:
                directed.add((number, other))
    return sorted((one, other) for one, other in directed if one < other and (other, one) in directed)


def _contradict(one: _Said, other: _Said) -> bool:
    first, second = one.claim, other.claim
    wide_first, wide_second = first.about | first.around, second.about | second.around
    if not (first.about <= wide_second and second.about <= wide_first and first.about & second.about):
        return False
    shared = first.about | second.about
    if len(shared) < _ENOUGH:
        return False
    if one.title <= wide_second and other.title <= wide_first:
        return True
    # The titles name different things. Shares are then of different wholes; advice may still be on the same, if the
    # sentences say the same by themselves, of something that both articles are about.
    return first.kind != _SHARE and first.about == second.about and bool(one.title & other.title & shared)
