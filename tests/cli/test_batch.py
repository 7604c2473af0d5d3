"""`footnote batch`: one line in, one line out, in order, whatever stands in the others."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.console import Outcome, footnote, process

ICE = {"id": "ice", "messages": ["How long should I ice my ankle?"]}


def _batch(index: Path, *lines: object) -> tuple[Outcome, list[dict[str, Any]]]:
    given = b"".join((line if isinstance(line, bytes) else json.dumps(line).encode()) + b"\n" for line in lines)
    done = footnote("batch", "--index", index, given=given)
    assert "Traceback" not in done.err
    return done, [json.loads(line) for line in done.out.splitlines()]


def test_replies_come_in_the_order_of_the_conversations(bundled_index: Path) -> None:
    names = [f"c{number}" for number in (3, 1, 2)]
    done, lines = _batch(bundled_index, *({**ICE, "id": name} for name in names))
    assert done.status == 0
    assert [line["id"] for line in lines] == names


def test_every_message_gets_a_reply(bundled_index: Path) -> None:
    talk = {"id": "talk", "messages": ["Hello", "How long should I ice my ankle?", "How often?"]}
    _, lines = _batch(bundled_index, talk)
    assert len(lines[0]["replies"]) == 3
    assert [reply["kind"] for reply in lines[0]["replies"]][:2] == ["smalltalk", "answer"]


def test_a_later_message_is_understood_with_the_earlier_ones(bundled_index: Path) -> None:
    _, lines = _batch(
        bundled_index, {"id": "x", "messages": ["What is an ankle sprain?", "how long does it take to heal?"]}
    )
    assert "sprain" in lines[0]["replies"][1]["understood_as"]


def test_conversations_do_not_know_of_each_other(bundled_index: Path) -> None:
    alone = {"id": "alone", "messages": ["how long does it take?"]}
    _, before = _batch(bundled_index, alone)
    _, after = _batch(bundled_index, {"id": "other", "messages": ["What is an ankle sprain?"]}, alone)
    assert before[0] == after[1]


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        (b"{not json", "JSON"),
        (b"[1, 2]", "object"),
        (b'"text"', "object"),
        (b'{"id": "\xff\xfe"}', ""),
        ({"id": "x"}, "messages"),
        ({"id": "x", "messages": []}, "messages"),
        ({"id": "x", "messages": "one"}, "messages"),
        ({"id": "x", "messages": [1]}, "messages"),
        ({"id": "x", "messages": ["a"], "region": 7}, "region"),
        ({"id": "x", "messages": ["a" * 100_000]}, "characters"),
        (b"[" * 100_000, ""),
        (b'{"id": ' + b"7" * 5000 + b', "messages": ["a"]}', "digits"),
        (b'{"id": NaN, "messages": ["a"]}', "id"),
        (b'{"id": 1e999, "messages": ["a"]}', "id"),
        (b'{"id": ["x"], "messages": ["a"]}', "id"),
        (b'{"id": "x", "messages": ["how long should I ice my \\ud800 ankle?"]}', "surrogate"),
    ],
)
def test_a_line_that_cannot_be_read_costs_no_other(bundled_index: Path, line: object, complaint: str) -> None:
    done, lines = _batch(bundled_index, ICE, line, {**ICE, "id": "last"})
    assert done.status == 1
    assert [("replies" in row, "error" in row) for row in lines] == [(True, False), (False, True), (True, False)]
    assert complaint in lines[1]["error"]
    assert lines[2]["id"] == "last"


def test_the_id_of_a_bad_line_is_given_back_where_it_can_be_read(bundled_index: Path) -> None:
    _, lines = _batch(bundled_index, {"id": "c7", "messages": []})
    assert lines[0]["id"] == "c7"


def test_an_id_that_is_half_a_character_is_given_back_as_it_came(bundled_index: Path) -> None:
    done, lines = _batch(bundled_index, b'{"id": "\\ud800", "messages": ["How long should I ice my ankle?"]}', ICE)
    assert done.status == 0
    assert [line["id"] for line in lines] == ["\ud800", "ice"]


def test_an_empty_line_is_passed_over(bundled_index: Path) -> None:
    done, lines = _batch(bundled_index, b"", ICE, b"   ")
    assert done.status == 0
    assert [line["id"] for line in lines] == ["ice"]


def test_nothing_in_is_nothing_out(bundled_index: Path) -> None:
    done, lines = _batch(bundled_index)
    assert (done.status, lines) == (0, [])


@pytest.mark.parametrize("message", ["", " ", "😭", "\x00\x1b[2J", "\u202e", "ankle? " * 500, "\ud83d"])
def test_no_message_stops_the_run(bundled_index: Path, message: str) -> None:
    _, lines = _batch(bundled_index, {"id": "odd", "messages": [message]}, ICE)
    assert [line["id"] for line in lines] == ["odd", "ice"]
    assert lines[1]["replies"][0]["kind"] == "answer"


def test_the_region_picks_the_phone_numbers(bundled_index: Path) -> None:
    said = ["I have crushing chest pain and I cannot breathe"]
    _, lines = _batch(bundled_index, *({"id": region, "messages": said, "region": region} for region in ("uk", "us")))
    british, american = (line["replies"][0] for line in lines)
    assert (british["kind"], american["kind"]) == ("escalation", "escalation")
    assert "999" in json.dumps(british["escalation"])
    assert "911" in json.dumps(american["escalation"])
    assert "999" not in json.dumps(american["escalation"])


def test_only_replies_stand_on_standard_output(bundled_index: Path) -> None:
    done = process("batch", "--index", bundled_index, given=json.dumps(ICE) + "\n")
    assert done.status == 0
    assert done.err == ""
    assert [json.loads(line)["id"] for line in done.out.splitlines()] == ["ice"]


def test_the_conversations_may_come_from_a_file(bundled_index: Path, tmp_path: Path) -> None:
    path = tmp_path / "conversations.jsonl"
    path.write_text(json.dumps(ICE), encoding="utf-8")
    done = footnote("batch", "--input", path, "--index", bundled_index)
    assert json.loads(done.out)["id"] == "ice"


def test_a_file_that_is_not_there_is_wrong_usage(bundled_index: Path, tmp_path: Path) -> None:
    assert footnote("batch", "--input", tmp_path / "none", "--index", bundled_index).status == 2
