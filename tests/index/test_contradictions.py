"""Numbers of two articles that cannot both be right."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus import markdown
from corpus.article import Article
from corpus.sources import bundled, read
from index.builder import BuildReport
from index.contradictions import Contradiction, claims, contradictions, pack, unpack
from index.measures import measures
from index.passages import passages
from index.store import IndexFolder


def article(article_id: str, title: str, text: str) -> Article:
    return markdown.parse(text, id=article_id, origin=f"{article_id}.md", title=title)


def found(*articles: Article) -> tuple[Contradiction, ...]:
    places = pack([claims(each, passages(each)) for each in articles], [each.title for each in articles])
    texts = {each.id: each.text for each in articles}
    return contradictions(places, list(texts), texts.__getitem__)


def said(one: tuple[str, str], other: tuple[str, str]) -> list[tuple[str, str]]:
    pairs = found(article("a", *one), article("b", *other))
    return [(pair.one.measure, pair.other.measure) for pair in pairs]


@pytest.mark.parametrize(
    ("one", "other", "measures_told"),
    [
        (
            ("Compost", "Turn the compost every two weeks."),
            ("Making compost", "Turn the compost every 4 days."),
            ("two weeks", "4 days"),
        ),
        (
            ("Ankle sprain", "Most ankle sprains heal within two to six weeks."),
            ("Sprained ankle: what to do at home", "A sprained ankle usually takes about 12 weeks to heal."),
            ("two to six weeks", "12 weeks"),
        ),
        (
            ("Ankle sprain", "## Ice\n\nIce for 15 to 20 minutes."),
            ("Treating a sprained ankle", "## Ice\n\nIce the ankle for 45 minutes."),
            ("15 to 20 minutes", "45 minutes"),
        ),
        (
            ("Ankle pain from running", "Put ice on the ankle for 15–20 minutes, every 2 to 3 hours."),
            ("Ankle sprain", "Put ice on the ankle for 30 to 40 minutes."),
            ("15–20 minutes", "30 to 40 minutes"),
        ),
        (
            ("Watering", "A bed needs 10 litres of water a day."),
            ("Watering a bed", "A bed needs 2,500 ml of water per day."),
            ("10 litres", "2,500 ml"),
        ),
        (
            ("Ice", "Never leave ice on the skin for more than 20 minutes."),
            ("Using ice", "Leave ice on the skin for 30 minutes."),
            ("20 minutes", "30 minutes"),
        ),
    ],
)
def test_the_same_thing_measured_differently_in_two_articles_is_told(
    one: tuple[str, str], other: tuple[str, str], measures_told: tuple[str, str]
) -> None:
    assert said(one, other) == [measures_told]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param(
            ("Ankle sprain", "Ice the ankle for 15 to 20 minutes."),
            ("Ankle sprains", "Ice the ankle for 20 minutes."),
            id="a value inside the range of the other",
        ),
        pytest.param(
            ("Ankle sprain", "Ice the ankle for 48 hours."),
            ("Ankle sprains", "Ice the ankle for 2 days."),
            id="the same time in other units",
        ),
        pytest.param(
            ("Ankle sprain", "Ice the ankle for at least 10 minutes."),
            ("Ankle sprains", "Ice the ankle for up to 20 minutes."),
            id="bounds that overlap",
        ),
        pytest.param(
            ("Ankle sprain", "Ice the ankle for 20 minutes."),
            ("Ankle sprains", "Ice the ankle every 2 hours."),
            id="how long and how often",
        ),
        pytest.param(
            ("Ankle sprain", "Exercise the ankle 30 minutes a day."),
            ("Ankle sprains", "Exercise the ankle 150 minutes a week."),
            id="by day and by week",
        ),
        pytest.param(
            ("Ankle sprain", "Most ankle sprains heal in 2 to 6 weeks."),
            ("Broken ankle", "A broken ankle heals in 8 to 12 weeks."),
            id="another injury",
        ),
        pytest.param(
            ("Ankle sprain", "Most people return to sport after 4 weeks."),
            ("Knee sprain", "Most people return to sport after 8 weeks."),
            id="another subject, implied by the title",
        ),
        pytest.param(
            ("Ankle sprain", "Mild sprains heal in 2 weeks."),
            ("Ankle sprains", "Severe sprains heal in 12 weeks."),
            id="another condition",
        ),
        pytest.param(
            ("Breast screening in Wales", "About 5% of women are called back after breast screening."),
            ("Breast screening in Kent", "About 9% of women are called back after breast screening."),
            id="shares of different wholes",
        ),
        pytest.param(
            ("Diabetes", "Exercise for 30 minutes every day."),
            ("Diabetes", "Exercise for 10 minutes every day, three times a day."),
            id="several times a day",
        ),
        pytest.param(
            ("Compost", "Turn the compost for 2 weeks, then for 4 weeks."),
            ("Compost", "Turn the compost for 9 weeks."),
            id="two measures of one kind in a sentence",
        ),
        pytest.param(
            ("Compost", "Do not turn the compost for 2 weeks."),
            ("Compost", "Turn the compost for 9 weeks."),
            id="what one of them denies",
        ),
        pytest.param(
            ("Compost", "This takes the compost 2 weeks."),
            ("Compost", "This takes the compost 9 weeks."),
            id="a sentence that leans on the one before",
        ),
    ],
)
def test_what_is_not_the_same_thing_or_fits_together_is_not_told(one: tuple[str, str], other: tuple[str, str]) -> None:
    assert said(one, other) == []


def test_an_article_does_not_contradict_itself() -> None:
    text = "Turn the compost every 2 weeks.\n\n## Later\n\nTurn the compost every 4 days."
    assert found(article("compost", "Compost", text)) == ()


def test_the_bundled_articles_do_not_contradict_each_other() -> None:
    assert found(*read(bundled()).articles) == ()


def test_what_is_told_stands_in_the_articles() -> None:
    one = article("a", "Compost", "Intro.\n\nTurn the compost every two weeks. It smells.")
    other = article("b", "Compost", "Wear gloves.\n\nTurn the compost every 4 days.")
    (pair,) = found(one, other)
    for text, statement in ((one.text, pair.one), (other.text, pair.other)):
        assert text[statement.start : statement.end] == statement.sentence
        assert statement.measure in statement.sentence


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("for about 10 minutes", [("time//", 480.0, 720.0)]),
        ("between 15 and 20 minutes", [("time//", 900.0, 1200.0)]),
        ("4–6 weeks or longer", [("time//", 4 * 604800.0, float("inf"))]),
        ("within six weeks", [("time//", 0.0, 6 * 604800.0)]),
        ("for the first 48 hours", [("time/first/", 172800.0, 172800.0)]),
        ("take it twice a day", [("times//day", 2.0, 2.0)]),
        ("take it 3 times a day", [("times//day", 3.0, 3.0)]),
        ("not for more than 20 minutes", [("time//", 0.0, 1200.0)]),
        ("1,500 to 2,000 mg a day", [("mass//day", 1.5, 2.0)]),
        ("a fever above 38 °C", [("temperature//", 38.0, float("inf"))]),
        ("about 20 °F", [("temperature//", -8.888889, -4.444444)]),
        ("a few days", []),
        ("several hundred miles", []),
        ("120/80 mmHg", []),
        ("5 mg/kg", []),
        ("2 hours to 3 days", []),
        ("four times as likely", []),
        ("in 2012", []),
        ("15 and 20 minutes", []),
    ],
)
def test_measures_are_read_with_their_bounds_or_not_at_all(text: str, expected: list[tuple[str, float, float]]) -> None:
    assert [
        (m.kind, round(m.low, 6), round(m.high, 6) if m.high < 1e12 else m.high) for m in measures(text)
    ] == expected


@given(st.text(max_size=200))
def test_any_text_is_read_without_error_and_within_its_bounds(text: str) -> None:
    for measure in measures(text):
        assert 0 <= measure.start < measure.end <= len(text)
        assert measure.low <= measure.high


@given(
    st.sampled_from(["", "about ", "up to about ", "at least about ", "between about "]),
    st.integers(0, 500),
    st.integers(0, 500),
    st.sampled_from(["°F", "°C", "degrees Fahrenheit", "minutes", "mg", "%", "miles"]),
)
def test_the_lower_bound_of_a_measure_is_never_above_the_upper_one(lead: str, one: int, more: int, unit: str) -> None:
    (measure,) = measures(f"{lead}{one} to {one + more} {unit}")
    assert measure.low <= measure.high


def test_claims_are_kept_and_read_back_as_they_were() -> None:
    articles = [
        article("a", "Compost", "Turn the compost every two weeks."),
        article("b", "Nothing", "No number here."),
        article("c", "Water", "A bed needs about 10 litres a day, at least 3 days a week."),
    ]
    kept = [claims(each, passages(each)) for each in articles]
    places = pack(kept, [each.title for each in articles])
    assert [unpack(places, number) for number in range(3)] == kept


def test_a_generation_from_before_they_were_looked_for_tells_none() -> None:
    assert contradictions({"article_checksums": np.zeros(1)}, ["a"], lambda _id: "") == ()


def test_a_build_tells_contradictions_and_keeps_them_for_status(
    build_index: Callable[..., BuildReport], tmp_path: Path
) -> None:
    one = article("a", "Compost", "Turn the compost every two weeks.")
    other = article("b", "Making compost", "Turn the compost every 4 days.")
    assert build_index([one]).contradictions == ()
    report = build_index([one, other])
    assert [(pair.one.article_id, pair.other.article_id) for pair in report.contradictions] == [("a", "b")]
    generation = IndexFolder(tmp_path / "index").current()
    texts = generation.articles
    assert contradictions(generation.places, list(texts), lambda key: texts[key].text) == report.contradictions
    assert build_index([one]).contradictions == ()
