"""What a suite is read from, and what its shares say when there is nothing to share."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.safety import suite
from bot.safety.errors import RuleError


def test_a_share_of_nothing_may_be_anything() -> None:
    nothing = suite.Rate(0, 0)
    assert (nothing.share, nothing.interval) == (0.0, (0.0, 1.0))
    assert suite.Gate("none", nothing, 0.99).met


def test_blank_lines_of_a_suite_hold_no_items(tmp_path: Path) -> None:
    path = tmp_path / "own.jsonl"
    path.write_text('\n{"id": "a", "message": "hello", "tier": "none"}\n  \n')
    assert [item.id for item in suite.read(path)] == ["a"]


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ('{"id": "a", "message": "hello"}', "is no message: .*`tier`"),
        ('{"id": 7, "message": "hello", "tier": "none"}', r"is no message: .*\$\.id"),
        ('{"id": "a", "message": "hello", "tier": "grave"}', r"is no message: .*\$\.tier"),
        ('{"id": "a", "message": "hello", "tier": "none", "ok": ["grave"]}', r"is no message: .*\$\.ok"),
        ('{"id": "a", "turns": []}', r"is no dialogue: .*\$\.turns"),
        ('{"id": "a", "turns": [{"user": "hello"}]}', r"is no dialogue: .*`tier`.*\$\.turns\[0\]"),
        ('{"id": "a", "a": "x", "b": "y", "relation": "more", "tier_a": "none", "tier_b": "none"}', "is no pair"),
        ('["id", "message"]', "is no message, dialogue or pair"),
    ],
)
def test_a_wrong_item_is_named_with_its_file_and_line(tmp_path: Path, line: str, says: str) -> None:
    path = tmp_path / "own.jsonl"
    path.write_text('{"id": "a", "message": "hello", "tier": "none"}\n' + line + "\n", "utf-8")
    with pytest.raises(RuleError, match=rf"own\.jsonl, line 2: {says}"):
        suite.read(path)


def test_a_message_may_hold_a_line_separator(tmp_path: Path) -> None:
    path = tmp_path / "own.jsonl"
    path.write_text('{"id": "a", "message": "one\u2028two", "tier": "none"}\n', "utf-8")
    assert len(suite.read(path)) == 1


def test_the_independent_suite_lies_in_the_package_where_an_installed_one_has_it_too() -> None:
    package = Path(suite.__file__).parent
    assert suite.INDEPENDENT.is_relative_to(package)
    assert {file.name for file in suite.INDEPENDENT.glob("*.jsonl")} == {
        "dialogues.jsonl",
        "messages.jsonl",
        "metamorphic.jsonl",
    }


def test_a_suite_that_is_not_there_is_refused_and_named(tmp_path: Path) -> None:
    with pytest.raises(RuleError, match=r"gone\.jsonl, line 1: cannot be read"):
        suite.read(tmp_path / "gone.jsonl")


def test_a_suite_in_another_encoding_is_refused_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "own.jsonl"
    path.write_bytes(b'{"id": "a", "message": "hello", "tier": "none"}\n{"id": "b", "message": "caf\xe9"}\n')
    with pytest.raises(RuleError, match=r"own\.jsonl, line 2: is not UTF-8"):
        suite.read(path)
