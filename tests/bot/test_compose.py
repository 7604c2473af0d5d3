"""Nothing is said without what it needs: lists come whole, warnings with what they limit, on random articles too."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.answering import compose as composing
from bot.answering.compose import MAX_CITATIONS, Limits, compose
from bot.answering.quote import Quote
from bot.understanding.question import Question
from corpus.article import Article
from corpus.markdown import parse
from index.passage import Passage
from index.passages import leans_back, passages
from index.query import Query
from index.search import Evidence, Hit, PassageStems
from tests.bot.articles import articles

QUESTION = Question("when?", "when?", "when?", frozenset(), Query("when?", "when?", ()))
WARNED = parse(
    "# Wraps\n\nA bandage limits swelling in the first two days. Do not wrap the ankle so tightly that toes tingle.\n\n"
    "## Emergency signs\n\nCall your emergency number now if you have ankle pain and:\n\n- chest pain\n"
    "- a cold, pale foot\n- sudden shortness of breath\n- weakness on one side of the body\n\nDo not drive yourself.",
    id="wraps",
)


def _hit(row: int, passage: Passage, fit: list[float]) -> Hit:
    nothing = np.zeros(0, dtype=np.float32)
    stems = PassageStems(frozenset(), tuple(frozenset[str]() for _ in passage.sentences))
    evidence = Evidence(**dict.fromkeys(Evidence.__slots__, 0.0))
    return Hit(row, passage, evidence, np.array(fit, dtype=np.float32), nothing, nothing, stems)


def _said(quote: Quote) -> set[int]:
    """The places of the sentences that a quote says."""
    return {place for place, sentence in enumerate(quote.passage.sentences) if sentence.span in quote.spans}


@st.composite
def ranked(draw: st.DrawFn) -> list[tuple[Hit, float]]:
    """The passages of a random article in any order, with any fit of their sentences."""
    article: Article = draw(articles)
    found = draw(st.permutations(list(passages(article))))
    share = st.floats(-1, 1, allow_nan=False, width=32)
    return [
        (_hit(row, p, draw(st.lists(share, min_size=len(p.sentences), max_size=len(p.sentences)))), -0.1 * row)
        for row, p in enumerate(found)
    ]


rooms = st.integers(1, 300)


@pytest.fixture(autouse=True)
def _restored(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(composing, "_SHORT", composing._SHORT)


def _with_room(words: int, found: list[tuple[Hit, float]]) -> list[Quote]:
    composing._SHORT = Limits(citations=5, first=3, further=2, words=words, margin=3.5)  # type: ignore[misc, unused-ignore]
    return compose(QUESTION, found)


@given(ranked(), rooms)
def test_a_list_is_said_whole_with_its_lead_in_and_tail_or_not_at_all(
    found: list[tuple[Hit, float]], words: int
) -> None:
    for quote in _with_room(words, found):
        sentences = quote.passage.sentences
        for item in (sentences[place] for place in _said(quote) if sentences[place].item):
            listed = [other for other in sentences if other.item and other.block == item.block]
            assert {other.span for other in listed} <= set(quote.spans)
            assert {span for other in listed for span in (other.lead_in, other.tail) if span} <= set(quote.spans)


@given(ranked(), rooms)
def test_a_lead_in_is_never_said_without_its_items(found: list[tuple[Hit, float]], words: int) -> None:
    for quote in _with_room(words, found):
        led = {s.lead_in for place, s in enumerate(quote.passage.sentences) if place in _said(quote)}
        assert {piece.span for piece in quote.pieces if piece.part == "lead_in"} <= led


@given(ranked(), rooms)
def test_a_sentence_that_leans_back_is_said_after_the_one_that_it_leans_on(
    found: list[tuple[Hit, float]], words: int
) -> None:
    for quote in _with_room(words, found):
        said = _said(quote)
        for place in said:
            sentence, text = quote.passage.sentences[place], quote.passage.sentence_texts[place]
            assert sentence.item or not place or not leans_back(text) or place - 1 in said


@given(ranked(), rooms)
def test_a_condition_or_warning_is_said_with_what_it_limits(found: list[tuple[Hit, float]], words: int) -> None:
    for quote in _with_room(words, found):
        said = _said(quote)
        for place in said:
            after = place + 1
            limited = after < len(quote.passage.sentences) and composing._limits(quote.passage, after)
            assert not limited or after in said


@given(ranked(), rooms)
def test_there_is_always_something_to_say_and_never_more_than_five_citations(
    found: list[tuple[Hit, float]], words: int
) -> None:
    if any(hit.passage.sentences for hit, _ in found):
        assert 1 <= len(_with_room(words, found)) <= MAX_CITATIONS


@pytest.mark.parametrize(
    ("text", "leans"),
    [
        ("Pain like this can be a stress fracture.", True),
        ("I like this shoe.", False),
        ("Shoes help.", False),
        ("Pain after a run can spoil that.", True),
    ],
)
def test_a_sentence_that_compares_with_what_was_said_leans_on_it(text: str, leans: bool) -> None:
    assert leans_back(text) is leans


def test_a_further_passage_whose_list_does_not_fit_is_left_out() -> None:
    first, second = (next(p for p in passages(WARNED) if start in p.text) for start in ("A bandage", "Call your"))
    found = [
        (_hit(0, first, [1.0] * len(first.sentences)), 1.0),
        (_hit(1, second, [1.0] * len(second.sentences)), 0.9),
    ]
    assert [quote.passage for quote in _with_room(30, found)] == [first]
    assert [quote.passage for quote in _with_room(90, found)] == [first, second]


@pytest.mark.parametrize(
    ("announced", "whole"),
    [
        ("An ankle can hurt for several reasons.", True),
        ("There are three common kinds of sprain.", True),
        ("The grades are as follows.", True),
        ("Most sprains heal within some six weeks.", False),
        ("An ankle can hurt for several reasons in the same week of training.", False),
    ],
)
def test_what_a_sentence_announces_is_said_with_it(announced: str, whole: bool) -> None:
    article = parse(f"# Ankles\n\n{announced} A band may be torn. Old shoes do harm. New ones help.", id="ankles")
    (passage,) = passages(article)
    quote = compose(QUESTION, [(_hit(0, passage, [1.0, -1.0, 0.9, -1.0]), 0.0)])[0]
    assert (1 in _said(quote)) is whole


def test_a_further_passage_that_only_promises_is_left_out() -> None:
    first = parse("# Ankles\n\nA band in the joint may be torn.", id="first")
    empty = parse("# Ankles\n\nHere are the most common reasons why ankles hurt.", id="empty")
    found = [(_hit(row, passages(article)[0], [1.0]), 0.0) for row, article in enumerate((first, empty))]
    assert [quote.passage.article_id for quote in compose(QUESTION, found)] == ["first"]
    assert [quote.passage.article_id for quote in compose(QUESTION, found[1:])] == ["empty"]


def test_of_sentences_that_fit_alike_the_one_with_something_new_is_said() -> None:
    article = parse("# Ankles\n\nIce. Wrap a thin towel round crushed frozen peas before bedtime.", id="ankles")
    hit = _hit(0, passages(article)[0], [0.5, 0.45])
    stems = PassageStems(frozenset(), (frozenset({"ice"}), frozenset("abcdefgh")))
    assert int(composing._fit(QUESTION, replace(hit, stems=stems)).argmax()) == 1


def test_a_sentence_about_the_page_gives_way_to_one_about_the_matter() -> None:
    article = parse("# Ankles\n\nThis page covers ankle pain. Sprains hurt.", id="ankles")
    assert int(composing._fit(QUESTION, _hit(0, passages(article)[0], [0.6, 0.5])).argmax()) == 1
