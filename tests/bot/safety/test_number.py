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


@pytest.mark.parametrize(
    "said",
    ["my gran is 81 and fell", "mam, 83, tripped", "he is 79. He fell", "she is 82 and fell", "nan, who is nearly 88",
     "uncle 77 fell", "I am seventy two and fell", "my mother (88) fell"],
)  # fmt: skip
def test_an_age_is_known_however_it_is_told(said: str) -> None:
    assert "#age_65" in _tags(said)


@pytest.mark.parametrize(
    "said",
    ["gran is 81 miles away", "I am 80 percent sure", "she was 80 then", "I am 70 kg", "my dad ran 80 parkruns",
     "I am 66 runs in", "a fever of 101F"],
)  # fmt: skip
def test_what_is_counted_is_no_age(said: str) -> None:
    assert not _tags(said) & {"#age_65", "#age_55", "#age_child"}


@pytest.mark.parametrize(
    "said",
    [
        "temp 38.5 and shivering",
        "38.5c since noon",
        "she is 39.2",
        "temp thirty nine",
        "temp is thirty eight and a half",
    ],
)
def test_a_temperature_with_decimals_or_in_words_is_a_fever(said: str) -> None:
    assert "#fever" in _tags(said)


def test_decimals_do_not_end_a_sentence() -> None:
    assert set(read("temp 38.5 and my foot is numb. Socks?", {}, {}).sentence) == {0, 1}


def test_two_words_are_one_number() -> None:
    assert "#weeks" in _tags("numb for twenty one days")
    assert "#weeks" not in _tags("numb for twenty hours, one day in all")


@pytest.mark.parametrize(
    "said",
    ["pain is a 9", "pain level 9", "pain is a solid nine and climbing", "8.5/10", "9 marks from a possible 10",
     "8 on a scale of 10"],
)  # fmt: skip
def test_a_pain_may_be_rated_without_saying_out_of_what(said: str) -> None:
    assert "#score_high" in _tags(said)


@pytest.mark.parametrize("said", ["pain 10 minutes in", "pain after 9 miles", "pain for 10 days", "pain at 9 am"])
def test_a_number_beside_a_pain_that_counts_something_rates_none(said: str) -> None:
    assert "#score_high" not in _tags(said)


def test_a_year_in_front_of_tablets_is_no_number_of_tablets() -> None:
    assert "#many_tablets" not in _tags("clot in 2014, off tablets since")
    assert "#many_tablets" in _tags("took 12 of the tablets")
