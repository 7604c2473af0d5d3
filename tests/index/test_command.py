"""`footnote index` as a person types it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import web.cli.index
from corpus.errors import FootnoteError


@pytest.fixture(autouse=True)
def no_attachments(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web.cli.index, "_attachments", lambda cache: ())


@pytest.fixture
def site(tmp_path: Path) -> Path:
    folder = tmp_path / "site"
    folder.mkdir()
    (folder / "soil.md").write_text("---\nreview_by: 2020-01-31\n---\n# Soil\n\nSoil is dug in spring.\n")
    (folder / "seeds.md").write_text("# Seeds\n\nSow in April. Water daily.\n")
    return folder


def run(*words: object, index: Path, fails: bool = False) -> Result:
    result = CliRunner().invoke(web.cli.index.index, [*map(str, words), "--index", str(index)])
    if result.exception is not None and not isinstance(result.exception, SystemExit | FootnoteError):
        raise result.exception
    assert (result.exit_code != 0) == fails
    return result


def build(site: Path, encoder_folder: Path, index: Path, *more: object, fails: bool = False) -> Result:
    return run("build", site, "--model", encoder_folder, *more, index=index, fails=fails)


def test_build_says_what_was_built(site: Path, encoder_folder: Path, tmp_path: Path) -> None:
    said = build(site, encoder_folder, tmp_path / "index").stdout
    assert "is current" in said
    assert "added     seeds" in said


def test_build_prints_its_report_as_one_line_of_json(site: Path, encoder_folder: Path, tmp_path: Path) -> None:
    report = json.loads(build(site, encoder_folder, tmp_path / "index", "--json").stdout)
    assert report["added"] == ["seeds", "soil"]
    assert {source["article_id"]: source["change"] for source in report["sources"]} == {
        "seeds": "added",
        "soil": "added",
    }
    assert report["counts"]["articles"] == 2


def test_build_with_a_source_that_fails_ends_with_status_1_and_builds_the_rest(
    site: Path, encoder_folder: Path, tmp_path: Path
) -> None:
    (site / "empty.md").write_text("")
    result = build(site, encoder_folder, tmp_path / "index", "--json", fails=True)
    assert result.exit_code == 1
    assert "empty.md" in result.stderr
    assert json.loads(result.stdout)["counts"]["articles"] == 2


def test_add_and_remove_change_the_index(site: Path, encoder_folder: Path, tmp_path: Path) -> None:
    build(site, encoder_folder, tmp_path / "index")
    (tmp_path / "rain.md").write_text("# Rain\n\nRain is collected in a butt.\n")
    assert json.loads(run("add", tmp_path / "rain.md", "--json", index=tmp_path / "index").stdout)["added"] == ["rain"]
    assert json.loads(run("remove", "soil", "--json", index=tmp_path / "index").stdout)["removed"] == ["soil"]
    state = json.loads(run("status", "--articles", "--json", index=tmp_path / "index").stdout)
    assert list(state["articles"]) == ["rain", "seeds"]


def test_status_lists_articles_whose_review_is_overdue(site: Path, encoder_folder: Path, tmp_path: Path) -> None:
    build(site, encoder_folder, tmp_path / "index")
    assert json.loads(run("status", "--json", index=tmp_path / "index").stdout)["overdue"] == {"soil": "2020-01-31"}
    assert "soil: its review was due on 2020-01-31" in run("status", index=tmp_path / "index").stdout


def test_verify_is_content_with_a_sound_index(site: Path, encoder_folder: Path, tmp_path: Path) -> None:
    build(site, encoder_folder, tmp_path / "index")
    assert "is sound" in run("verify", index=tmp_path / "index").stdout


def test_verify_names_what_is_wrong(site: Path, encoder_folder: Path, tmp_path: Path) -> None:
    build(site, encoder_folder, tmp_path / "index")
    (path,) = (tmp_path / "index" / "generations").glob("*/articles.jsonl")
    path.write_bytes(path.read_bytes().replace(b"dug", b"dag"))
    result = run("verify", "--json", index=tmp_path / "index", fails=True)
    assert "articles.jsonl" in json.loads(result.stdout)["problems"][0]
    assert isinstance(result.exception, FootnoteError)


def test_rollback_goes_back(site: Path, encoder_folder: Path, tmp_path: Path) -> None:
    first = json.loads(build(site, encoder_folder, tmp_path / "index", "--json").stdout)["generation"]
    run("remove", "soil", index=tmp_path / "index")
    assert first in run("rollback", index=tmp_path / "index").stdout


@pytest.mark.parametrize("command", ["status", "verify", "rollback", "watch"])
def test_without_an_index_every_command_says_how_to_make_one(command: str, tmp_path: Path) -> None:
    result = run(command, index=tmp_path / "index", fails=True)
    assert "footnote index build" in str(result.exception)


def test_a_model_that_is_not_there_is_one_clear_line(
    site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    result = run("build", site, "--model", tmp_path / "no-model", index=tmp_path / "index", fails=True)
    assert "no-model" in str(result.exception)
    assert "\n" not in str(result.exception)


def test_bars_are_quiet_when_not_on_a_terminal(site: Path, encoder_folder: Path, tmp_path: Path) -> None:
    assert build(site, encoder_folder, tmp_path / "index").stderr == ""
