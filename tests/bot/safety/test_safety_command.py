"""`footnote safety`: scores, explains and prints; works without an index."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from bot.aside import is_set_aside
from bot.safety import Screen, Verdict, suite
from corpus.errors import FootnoteError
from web.cli.safety import safety


@pytest.fixture
def nowhere(tmp_path: Path) -> str:
    return str(tmp_path / "no-index")


def test_check_explains_one_decision(nowhere: str) -> None:
    result = CliRunner().invoke(
        safety, ["check", "my toes have turned blue and cold", "--region", "uk", "--index", nowhere]
    )
    assert result.exit_code == 0
    assert "tier: emergency" in result.output
    assert "cold_pale_blue_foot" in result.output
    assert "tel:999" in result.output
    assert "rules run alone" in result.stderr


def test_a_suite_below_the_gates_ends_in_status_one(nowhere: str, tmp_path: Path) -> None:
    path = tmp_path / "own.jsonl"
    path.write_text('{"id": "a", "message": "hello", "tier": "emergency"}\n')
    result = CliRunner().invoke(safety, ["test", str(path), "--failures", "--index", nowhere])
    assert result.exit_code == 1
    assert "MISSED" in result.output


def test_a_missed_gate_is_named_on_standard_error(nowhere: str, tmp_path: Path) -> None:
    path = tmp_path / "own.jsonl"
    path.write_text('{"id": "a", "message": "hello", "tier": "emergency"}\n')
    result = CliRunner().invoke(safety, ["test", str(path), "--index", nowhere])
    assert result.stderr.splitlines()[-1] == (
        "footnote: 2 gates missed: emergency and crisis not under-triaged; two tiers too low"
    )


def test_without_a_file_the_suite_of_the_package_is_scored(
    nowhere: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(Screen, "check", lambda *_: Verdict())
    result = CliRunner().invoke(safety, ["test", "--index", nowhere])
    assert result.exit_code == 1
    assert "dialogues by kind" in result.stdout


def test_what_went_wrong_in_the_set_aside_part_of_the_default_suite_is_never_printed(
    nowhere: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = [f'{{"id": "x{n}", "message": "hello", "tier": "emergency"}}\n' for n in range(12)]
    (tmp_path / "messages.jsonl").write_text("".join(lines))
    monkeypatch.setattr(suite, "INDEPENDENT", tmp_path)
    result = CliRunner().invoke(safety, ["test", "--failures", "--index", nowhere])
    printed = {f"x{n}" for n in range(12) if f"  x{n} want" in result.output}
    assert printed == {f"x{n}" for n in range(12) if not is_set_aside(f"x{n}")}


def test_a_suite_that_keeps_the_gates_ends_in_status_zero(nowhere: str, tmp_path: Path) -> None:
    path = tmp_path / "own.jsonl"
    path.write_text('{"id": "a", "message": "my toes have turned blue and cold", "tier": "emergency"}\n')
    result = CliRunner().invoke(safety, ["test", str(path), "--index", nowhere])
    assert result.exit_code == 0, result.output


def test_the_report_is_written_where_it_is_asked_for(nowhere: str, tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    result = CliRunner().invoke(safety, ["report", "--output", str(path), "--no-figures", "--index", nowhere])
    assert result.exit_code == 0
    assert path.read_text("utf-8").startswith("<!doctype html>")


def test_a_report_that_cannot_be_written_is_one_line(nowhere: str, tmp_path: Path) -> None:
    path = tmp_path / "nowhere" / "report.html"
    result = CliRunner().invoke(safety, ["report", "--output", str(path), "--no-figures", "--index", nowhere])
    assert isinstance(result.exception, FootnoteError)
    assert str(result.exception) == f"{path}: cannot be written (No such file or directory); name another file"
