"""What the readings of a follow-up find together."""

from __future__ import annotations

from types import SimpleNamespace
from typing import cast

from hypothesis import given
from hypothesis import strategies as st

from bot.belief import Belief, believed
from bot.turn import Part
from bot.understanding.reading import How, Reading

BELIEF = Belief({"context": 0.0, "whole": 0.0, "unlikely": -3.0}, 1.0, {}, 0.5, {})


def _part(worths: dict[int, float], *traits: str, how: How = "context", prior: float = 0.0) -> Part:
    """A part whose reading finds these rows, with these scores."""
    reading = Reading("what about it", how, prior=prior, traits=tuple((name, 1.0) for name in traits))
    passage = SimpleNamespace(article_id="a", section=("A",))
    evidence = SimpleNamespace(late=0.0, sentence=0.0, heading=0.0)
    ranked = tuple(
        (SimpleNamespace(row=row, passage=passage, evidence=evidence), worth)
        for row, worth in sorted(worths.items(), key=lambda pair: -pair[1])
    )
    question = SimpleNamespace(query=SimpleNamespace(terms=()))
    return cast(Part, SimpleNamespace(reading=reading, ranked=ranked, probability=0.5, question=question))


def _order(*tried: Part) -> list[int]:
    return [hit.row for hit, _ in believed(tried, (), BELIEF)[1]]


def test_what_two_readings_find_comes_before_what_one_of_them_finds_a_little_better() -> None:
    assert _order(_part({1: 2.0, 2: 1.8}), _part({3: 2.0, 2: 1.8}))[0] == 2


def test_an_unlikely_reading_does_not_put_its_own_find_first() -> None:
    assert _order(_part({1: 2.0, 2: 0.0}), _part({2: 2.5}, "unlikely")) == [1, 2]


def test_the_reading_that_speaks_most_for_the_best_candidate_is_the_one_that_is_shown() -> None:
    weak, strong = _part({1: 1.0, 2: 0.0}), _part({1: 3.0, 2: 0.0})
    assert believed((weak, strong), (), BELIEF)[0] is strong


def test_a_reference_is_not_believed_because_its_item_is_found_well() -> None:
    meant = _part({1: 1.0}, how="reference", prior=0.0)
    other = _part({2: 9.0}, how="reference", prior=-1.5)
    belief = Belief({"prior": 1.0}, 1.0, {}, 0.5, {})
    assert believed((meant, other), (), belief)[0] is meant


def test_readings_that_find_nothing_leave_the_likeliest_one() -> None:
    part, ranked = believed((_part({}, "unlikely"), _part({}, "whole")), (), BELIEF)
    assert part.reading.traits == (("whole", 1.0),)
    assert ranked == ()


_WORTHS = st.dictionaries(st.integers(0, 6), st.floats(-5, 5), min_size=1)


@given(st.lists(_WORTHS, min_size=2, max_size=4), _WORTHS)
def test_one_more_reading_takes_nothing_from_a_candidate(tried: list[dict[int, float]], more: dict[int, float]) -> None:
    def worth(parts: list[dict[int, float]]) -> dict[int, float]:
        found = believed([_part(p) for p in parts], (), BELIEF)
        return {hit.row: value for hit, value in found[1]}

    before, after = worth(tried), worth([*tried, more])
    assert all(after[row] >= before[row] - 1e-9 for row in before.keys() & after.keys())


@given(st.lists(_WORTHS, min_size=1, max_size=4))
def test_nothing_is_shown_but_what_the_believed_reading_found(tried: list[dict[int, float]]) -> None:
    part, ranked = believed([_part(p) for p in tried], (), BELIEF)
    assert {hit.row for hit, _ in ranked} == {hit.row for hit, _ in part.ranked}
