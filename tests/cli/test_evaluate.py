"""`footnote eval`: figures on standard output, a report in a folder, one line for what cannot be read."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from pathlib import Path

import pytest

from tests.cli.console import footnote

BEANS = {"gold": ["Pick beans every two or three days"], "must_mention": [["three"]]}
GARLIC = {"gold": ["Garlic is ready in summer"], "must_mention": [["summer"]]}
SET = [
    {"id": "t1", "question": "How often should I pick beans?", "style": "plain", **BEANS},
    {"id": "t2", "question": "How much is a <b>combine harvester</b>?", "kind": "far", "why": "no machines"},
    {
        "id": "t3",
        "turns": [
            {"user": "When is garlic ready?", "expect": "answer", **GARLIC},
            {"user": "thanks", "expect": "abstain"},
        ],
    },
]


@pytest.fixture
def questions(tmp_path: Path) -> Path:
    path = tmp_path / "questions.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in SET), encoding="utf-8")
    return path


def test_the_figures_are_printed_and_the_report_written(garden_index: Path, questions: Path, tmp_path: Path) -> None:
    done = footnote("eval", questions, "--index", garden_index, "--out", tmp_path / "out")
    assert done.status == 0
    assert "verbatim" in done.out
    report = json.loads((tmp_path / "out" / "report.json").read_bytes())
    assert report["figures"]["verbatim"] == 1.0
    assert len(report["turns"]) == 4
    assert (tmp_path / "out" / "report.html").stat().st_size > 5000


def test_json_prints_one_object_of_figures(garden_index: Path, questions: Path, tmp_path: Path) -> None:
    done = footnote("eval", questions, "--json", "--index", garden_index, "--out", tmp_path / "out")
    assert json.loads(done.out)["declined_far"] == 1.0


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value or "" for name, value in attrs if name in ("src", "href", "srcset", "action", "data")]


def test_the_page_is_self_contained_and_escapes_what_was_asked(
    garden_index: Path, questions: Path, tmp_path: Path
) -> None:
    footnote("eval", questions, "--index", garden_index, "--out", tmp_path / "out")
    text = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    page = _Page()
    page.feed(text)
    assert page.links == []
    assert not {"script", "link", "iframe", "img", "b>combine"} & set(page.tags)
    assert "<b>combine" not in text
    assert "url(" not in text
    assert "@import" not in text


def test_the_parts_add_up(garden_index: Path, questions: Path, tmp_path: Path) -> None:
    turns = 0
    for part in ("tuned", "aside"):
        out = tmp_path / part
        done = footnote("eval", questions, "--part", part, "--index", garden_index, "--out", out)
        turns += len(json.loads((out / "report.json").read_bytes())["turns"]) if done.status == 0 else 0
    assert turns == 4


def test_a_draft_is_made_of_the_headings_and_can_be_scored(garden_index: Path, tmp_path: Path) -> None:
    drafted = footnote("eval", "--propose", "--index", garden_index)
    assert drafted.status == 0
    rows = [json.loads(line) for line in drafted.out.splitlines()]
    assert "How often should I pick beans?" in [row["question"] for row in rows]
    assert "must_mention" in drafted.err
    path = tmp_path / "draft.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows[:3]), encoding="utf-8")
    assert footnote("eval", path, "--index", garden_index, "--out", tmp_path / "out").status == 0


@pytest.mark.parametrize("content", [None, b"", b"not json\n", b"\xff\xfe", b'{"id": "a", "question": "?", "x": 1}\n'])
def test_a_file_that_cannot_be_scored_is_one_line(garden_index: Path, tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "bad.jsonl"
    if content is not None:
        path.write_bytes(content)
    assert "bad.jsonl" in footnote("eval", path, "--index", garden_index, "--out", tmp_path / "out").complaint


def test_a_report_that_cannot_be_written_is_one_line(garden_index: Path, questions: Path) -> None:
    assert "--out" in footnote("eval", questions, "--index", garden_index, "--out", questions).complaint


@pytest.mark.parametrize("arguments", [(), ("--propose", "file.jsonl"), ("file.jsonl", "--part", "some")])
def test_wrong_usage_has_status_two(arguments: tuple[str, ...]) -> None:
    assert footnote("eval", *arguments).status == 2
