"""What a reviewer reads is what visitors see: every message that the screen can show stands in the report."""

from __future__ import annotations

import html
from pathlib import Path

import msgspec
import pytest

from bot.reply import Escalation, Finding
from bot.safety import load, message, rulebook
from bot.safety.errors import RuleError
from bot.safety.report import page
from bot.safety.rulebook import Combination
from bot.safety.specimen import pairs, specimens

BOOK = rulebook.load()
SCREEN = load()


def _words(escalation: Escalation) -> tuple[str, str]:
    return escalation.headline, escalation.text


@pytest.fixture(scope="module")
def report() -> str:
    return html.unescape(page(region="uk"))


def test_the_tier_and_situation_of_every_rule_have_a_message() -> None:
    shown = set(pairs(BOOK))
    assert {(c.tier, c.situation) for c in BOOK.concepts.values() if c.tier != "none"} <= shown


def test_what_the_second_layer_raises_by_itself_has_a_message() -> None:
    assert {("emergency", "general"), ("crisis", "crisis"), ("urgent", "general"), ("assessment", "load")} <= set(
        pairs(BOOK)
    )


def test_a_combination_that_shows_nothing_has_no_message() -> None:
    silent = Combination("a_b", 0, (("a",),), "b", "none", "because", "source")
    assert pairs(msgspec.structs.replace(BOOK, combinations=(*BOOK.combinations, silent))) == pairs(BOOK)


def test_every_situation_is_read_by_the_reviewer() -> None:
    assert {situation for _, situation in pairs(BOOK)} == set(message.situations())


def test_every_message_stands_whole_in_the_report(report: str) -> None:
    for specimen in specimens(BOOK, "uk"):
        assert specimen.escalation.headline in report, specimen.title
        assert specimen.escalation.text in report, specimen.title


def test_the_message_of_a_failure_stands_in_the_report(report: str) -> None:
    assert message.FAILED.text in report


@pytest.mark.parametrize("wording", ["my toes have turned blue and cold", "I want to kill myself", "my calf is hot"])
def test_a_specimen_reads_as_what_a_visitor_gets(wording: str) -> None:
    seen = SCREEN.check([wording], "uk").escalation
    assert seen is not None
    quoted = (Finding("specimen", seen.findings[0].evidence, 0),)
    asked = [
        message.compose(tier, quoted, [situation], region="uk", crisis_kind=situation)
        for tier, situation in pairs(BOOK)
    ]
    assert _words(seen) in [_words(made) for made in asked]


def test_a_report_without_a_region_shows_the_numbers_of_an_unknown_place() -> None:
    assert message.regions().unknown.emergency_note in html.unescape(page())


def test_every_fixed_text_has_a_review_field() -> None:
    templates = {path.stem for path in (message.FOLDER / "messages").glob("*.jinja")}
    assert set(message.frames()) == templates | {"failed"}
    assert all((message.FOLDER / frame.file).is_file() for frame in message.frames().values())


def test_a_review_of_a_text_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    by = "Dr Ada Example, emergency physician, 2027-03-01"
    heat = message.situations()["heat"]
    reviewed = message.Situation(heat.id, heat.means, heat.waiting, reviewed_by=by, review_by="2028-03-01")
    known = {**message.situations(), "heat": reviewed}
    monkeypatch.setattr(message, "situations", lambda: known)
    texts: list[message.Frame | message.Situation] = [*known.values(), *message.frames().values()]
    made = page()
    assert f"heat: {by}, next by 2028-03-01" in made
    assert f"{sum(bool(text.reviewed_by) for text in texts)} of {len(texts)} texts" in made


def test_wrong_review_fields_are_refused_and_named(tmp_path: Path) -> None:
    (tmp_path / "messages").mkdir()
    (tmp_path / "messages" / "review.toml").write_text('[[frame]]\nid = "urgent"\ncolour = "red"\n')
    with pytest.raises(RuleError, match=r"review\.toml"):
        message.frames(tmp_path)
