"""What a suite is read from, and what its shares say when there is nothing to share."""

from __future__ import annotations

from pathlib import Path

from bot.safety import suite


def test_a_share_of_nothing_may_be_anything() -> None:
    nothing = suite.Rate(0, 0)
    assert nothing.interval == (0.0, 1.0)
    assert suite.Gate("none", nothing, 0.99).met


def test_blank_lines_of_a_suite_hold_no_items(tmp_path: Path) -> None:
    path = tmp_path / "own.jsonl"
    path.write_text('\n{"id": "a", "message": "hello", "tier": "none"}\n  \n')
    assert [item["id"] for item in suite.read(path)] == ["a"]
