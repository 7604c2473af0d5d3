"""Numbers with their meaning: a number alone says nothing, the words beside it do."""

from __future__ import annotations

from datetime import date

import pytest

from bot.safety import rulebook
from bot.safety.number import tags
from bot.safety.reading import Reader
from bot.safety.text import read


def _tags(message: str, today: date = date(2026, 7, 1)) -> set[str]:
    return {tag for tag, _, _ in tags(read(message, {}, {}), today)}


@pytest.mark.parametrize(("today", "past"), [(date(2027, 7, 1), 2026), (date(2041, 7, 1), 2040)])
def test_the_year_before_this_one_is_past_whatever_year_it_is(today: date, past: int) -> None:
    assert "#long_ago" in _tags(f"broke it in {past}", today)
    assert "#long_ago" not in _tags(f"broke it in {past + 1}", today)


def test_a_year_that_ended_a_few_weeks_ago_is_not_long_ago() -> None:
    assert "#long_ago" not in _tags("broke it in 2026", date(2027, 1, 2))
    assert "#long_ago" in _tags("broke it in 2025", date(2027, 1, 2))


def test_a_screen_that_runs_on_into_another_year_reads_by_the_new_one() -> None:
    days = iter([date(2026, 7, 1), date(2027, 7, 1)])
    reader = Reader(rulebook.load(), lambda: next(days))
    before, after = (
        {found.decision.standing for found in reader.read("I had a broken ankle in 2026").found} for _ in range(2)
    )
    assert "history" not in before
    assert "history" in after


def test_an_age_may_end_the_message() -> None:
    assert "#age_child" in _tags("my daughter is 12")


def test_a_number_that_ends_the_message_is_no_age_of_a_thing() -> None:
    assert _tags("my bib is 12") == {"#number"}


@pytest.mark.parametrize("score", ["9/10", "9 out of 10", "9 of 10", "9 in ten", "9 outta 10"])
def test_a_high_score_is_known_however_it_is_written(score: str) -> None:
    assert "#score_high" in _tags(f"the pain is {score}")


@pytest.mark.parametrize("other", ["9 of 12", "7 of 10", "9 of"])
def test_another_share_is_no_high_score(other: str) -> None:
    assert "#score_high" not in _tags(f"the pain is {other}")
