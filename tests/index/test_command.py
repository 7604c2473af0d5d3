"""`footnote index` as a person types it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import web.cli.index
from corpus.errors import FootnoteError
from corpus.sources import Outcome
from index.rebuild import Rebuilt


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


COMPOST = "# {title}\n\nTurn the compost {often}. It must stay moist, and it smells of wood when it is ready.\n"


def test_two_articles_that_contradict_each_other_are_named_with_their_words(
    site: Path, encoder_folder: Path, tmp_path: Path
) -> None:
    (site / "one.md").write_text(COMPOST.format(title="Compost", often="every two weeks"))
    (site / "other.md").write_text(COMPOST.format(title="Making compost", often="every 4 days"))
    said = build(site, encoder_folder, tmp_path / "index").stderr
    assert "contradiction: one says two weeks (Turn the compost every two weeks.), but other says 4 days" in said
    assert "disputed    one says two weeks" in run("status", index=tmp_path / "index").stdout


def test_articles_that_say_the_same_are_named_and_too_many_are_counted(
    site: Path, encoder_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(web.cli.index, "_MOST_PAIRS", 2)
    lines = [f"Bed {number} is dug on day {number} of the month, and rests until the next." for number in range(30)]
    for name, often in (("one", "two weeks"), ("other", "4 days"), ("third", "9 days")):
        text = COMPOST.format(title="Compost", often=f"every {often}") + "\n" + "\n\n".join(lines)
        (site / f"{name}.md").write_text(text)
    said = build(site, encoder_folder, tmp_path / "index").stderr
    assert said.count("says nearly the same as") == 2
    assert "near-duplicate: 1 more pairs; --json lists all" in said
    assert "contradiction: 1 more pairs; --json lists all" in said


def test_status_lists_the_titles_of_articles_on_request(site: Path, encoder_folder: Path, tmp_path: Path) -> None:
    build(site, encoder_folder, tmp_path / "index")
    assert "article     seeds: Seeds" in run("status", "--articles", index=tmp_path / "index").stdout
    assert "article     " not in run("status", index=tmp_path / "index").stdout


def test_verify_prints_a_sound_index_as_json_without_problems(site: Path, encoder_folder: Path, tmp_path: Path) -> None:
    name = json.loads(build(site, encoder_folder, tmp_path / "index", "--json").stdout)["generation"]
    told = json.loads(run("verify", "--json", index=tmp_path / "index").stdout)
    assert told == {"generation": name, "problems": []}


def test_watch_tells_what_became_of_each_rebuild(
    site: Path, encoder_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from index.rebuild import rebuild

    def follow(folder: Path, tell: Callable[[Rebuilt | FootnoteError], None], **more: object) -> None:
        tell(rebuild([str(site)], folder, web.cli.index.options(folder, str(encoder_folder))))
        tell(FootnoteError("the disk is full"))
        raise KeyboardInterrupt

    monkeypatch.setattr("index.watch.watch", follow)
    result = run("watch", index=tmp_path / "index")
    assert "generation 000001-" in result.stdout and "2 added, 0 changed, 0 removed" in result.stdout
    assert "footnote: the disk is full" in result.stderr


def test_an_article_that_cannot_be_fetched_any_more_is_said_to_stay(
    site: Path, encoder_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import index.rebuild

    rebuild = index.rebuild.rebuild

    def partly(*arguments: object, **more: object) -> Rebuilt:
        whole = rebuild(*arguments, **more)  # type: ignore[arg-type]  # as it was called
        outcomes = (Outcome("https://a.example/soil", "failed", reason="it does not answer"),)
        report = replace(whole.report, failed=(("seeds", "its text is empty"),), notes=("a note",))
        return replace(
            whole,
            harvest=replace(whole.harvest, outcomes=outcomes),
            report=report,
            kept={"https://a.example/soil": ("soil",)},
        )

    monkeypatch.setattr("index.rebuild.rebuild", partly)
    said = build(site, encoder_folder, tmp_path / "index", fails=True).stderr.splitlines()
    assert "footnote: failed: https://a.example/soil: it does not answer" in said
    assert "footnote: kept: soil: as it was read from there before" in said
    assert "footnote: failed: seeds: its text is empty" in said
    assert "footnote: a note" in said
