"""Every command looks for the index, the region and the contact where the service does: flag, environment, file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.console import footnote

CHEST = "I have crushing chest pain and I cannot breathe"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to work in, with a settings file of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("FOOTNOTE_INDEX", raising=False)
    return tmp_path


def _settings(home: Path, **values: str) -> None:
    (home / "footnote.toml").write_text("".join(f'{key} = "{value}"\n' for key, value in values.items()))


def test_without_settings_the_index_lies_in_var(home: Path) -> None:
    assert "var/index" in footnote("index", "status").complaint


def test_the_settings_file_says_where_the_index_lies(home: Path) -> None:
    _settings(home, index="from/file")
    assert "from/file" in footnote("index", "status").complaint


def test_a_settings_file_elsewhere_may_be_named_by_the_environment(home: Path) -> None:
    (home / "own.toml").write_text('index = "from/own"\n')
    assert "from/own" in footnote("index", "status", env={"FOOTNOTE_CONFIG": "own.toml"}).complaint


def test_the_environment_wins_over_the_settings_file(home: Path) -> None:
    _settings(home, index="from/file")
    assert "from/environment" in footnote("index", "status", env={"FOOTNOTE_INDEX": "from/environment"}).complaint


def test_a_flag_wins_over_the_environment(home: Path) -> None:
    _settings(home, index="from/file")
    done = footnote("index", "status", "--index", "from/flag", env={"FOOTNOTE_INDEX": "from/environment"})
    assert "from/flag" in done.complaint


@pytest.mark.parametrize(
    "command", [("ask", "q"), ("explain", "q"), ("chat",), ("batch",), ("index", "verify"), ("safety", "check", "q")]
)
@pytest.mark.parametrize("text", ["index = ", "indx = 'x'", "rate_per_day = 0"])
def test_an_error_in_the_settings_file_is_one_line_that_names_it(
    home: Path, command: tuple[str, ...], text: str
) -> None:
    (home / "footnote.toml").write_text(text)
    assert "footnote.toml" in footnote(*command).complaint


def test_the_index_of_the_settings_file_answers(home: Path, bundled_index: Path) -> None:
    _settings(home, index=str(bundled_index))
    done = footnote("ask", "How long should I ice my ankle?", "--json")
    assert json.loads(done.out)["kind"] == "answer"


def test_the_region_of_the_settings_file_picks_the_phone_numbers(home: Path, bundled_index: Path) -> None:
    _settings(home, index=str(bundled_index), region="uk")
    assert "999" in json.dumps(json.loads(footnote("ask", CHEST, "--json").out)["escalation"]["actions"])
    line = json.dumps({"id": "a", "messages": [CHEST]})
    assert "Call 999" in footnote("batch", given=line).out
    assert "Call 999" in footnote("chat", given=f"{CHEST}\n").out


def test_a_region_that_is_asked_for_wins_over_that_of_the_settings(home: Path, bundled_index: Path) -> None:
    _settings(home, index=str(bundled_index), region="uk")
    assert "Call 911" in footnote("ask", CHEST, "--region", "us").out
    assert "Call 911" in footnote("ask", CHEST, env={"FOOTNOTE_REGION": "us"}).out
    line = json.dumps({"id": "a", "messages": [CHEST], "region": "us"})
    assert "Call 911" in footnote("batch", given=line).out


def test_the_contact_of_the_settings_file_is_told(home: Path, bundled_index: Path) -> None:
    _settings(home, index=str(bundled_index), contact="Ring the desk.")
    assert "Ring the desk." in footnote("ask", "Can I talk to a person?").out
    assert "Ring the desk." in footnote("chat", given="Can I talk to a person?\n").out


def test_help_says_where_the_index_is_looked_for() -> None:
    said = " ".join(footnote("--help").out.split())
    assert 'else FOOTNOTE_INDEX, else "index" in footnote.toml, else in var/index' in said
