"""The numbers and the facts that a message is filled with: a file that is wrong is named."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec import structs

from bot.safety import load, message
from bot.safety.errors import RuleError
from bot.safety.message import regions, situations, unverified


@pytest.mark.parametrize("content", [None, b"\xff", b"region = [", b'[[region]]\nid = "uk"\n'])
def test_wrong_numbers_are_refused_and_named(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "regions.toml").write_bytes(content)
    with pytest.raises(RuleError) as caught:
        regions(tmp_path)
    assert caught.value.file == "regions.toml"


def test_wrong_facts_are_refused_and_named(tmp_path: Path) -> None:
    (tmp_path / "situations.toml").write_text('[[situation]]\nid = "heat"\ncolour = "red"\n')
    with pytest.raises(RuleError, match=r"situations\.toml"):
        situations(tmp_path)


def test_the_numbers_of_a_region_count_as_unverified_until_a_date_is_filled_in(monkeypatch: pytest.MonkeyPatch) -> None:
    assert unverified("us") == 4
    assert unverified(None) == 4
    known = regions()
    dated = tuple(structs.replace(region, verified_on="2026-11-01") for region in known.region)
    checked = structs.replace(known, region=dated)
    monkeypatch.setattr(message, "regions", lambda: checked)
    assert unverified("us") == 0


@pytest.mark.parametrize("region", ["uk", "us", "au", None])
def test_a_crisis_beside_an_urgent_finding_offers_each_number_once(region: str | None) -> None:
    verdict = load().check(["One calf is hot, red and swollen", "I want to kill myself"], region)
    assert verdict.escalation is not None
    assert "urgent" in verdict.escalation.also
    numbers = [action.href for action in verdict.escalation.actions if action.href]
    assert len(numbers) == len(set(numbers))
