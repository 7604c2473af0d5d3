"""`footnote safety`: scores, explains and prints; works without an index."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

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
