"""`footnote gaps`: what was asked and not covered, grouped for editors; nothing where nothing was kept."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bot.conversation import Conversation, Message
from bot.reply import Escalation, Finding, Reply
from index.store import IndexFolder
from tests.cli.console import footnote
from web.answerer import Familiarity
from web.gaps import grouped, page, report
from web.kept import Kept
from web.request import FeedbackRequest

QUESTIONS = (
    "how much does an xray cost",
    "what is the price of an xray",
    "how much does an xray cost",
    "can my dog catch it",
)


def familiar(word: str) -> Familiarity:
    return "common"


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """A file with four questions, a red flag and two words of feedback."""
    path = tmp_path / "kept.sqlite"
    made = Kept(path, 30)
    for text in QUESTIONS:
        reply = Reply("abstain", "The articles do not say.", reason="not_covered")
        made.asked(Conversation((Message("visitor", text),)), reply, familiar)
    flag = Escalation("urgent", "See a doctor today", "", findings=(Finding("calf", "x", 0),))
    made.asked(Conversation((Message("visitor", "x"),)), Reply("answer", "", escalation=flag), familiar)
    made.heard(FeedbackRequest(True, "answer"), familiar)
    made.heard(FeedbackRequest(False, "answer", "wrong", ["one"], None, "is <b>it</b> good"), familiar)
    return path


def run(kept: Path, *arguments: str | Path, index: Path | None = None) -> str:
    environment = {"FOOTNOTE_KEEP_FILE": str(kept)}
    outcome = footnote("gaps", "--index", index or kept.parent / "none", *arguments, env=environment)
    assert outcome.status == 0, outcome.err
    return outcome.out


def test_questions_that_mean_the_same_stand_together(kept: Path, plain_index: Path) -> None:
    made: dict[str, Any] = json.loads(run(kept, "--json", index=plain_index))
    assert made["questions"] == 4
    first, second = made["gaps"]
    assert (first["count"], second["count"]) == (3, 1)
    assert "xray" in first["question"]
    assert len(first["examples"]) == 1
    assert first["reasons"] == {"not_covered": 3}
    assert first["nearest"]["article_id"] in IndexFolder(plain_index).current().articles
    assert made["red_flags"] == [{"tier": "urgent", "concept": "calf", "count": 1}]
    assert made["feedback"]["helpful"] == made["feedback"]["not_helpful"] == 1
    assert made["feedback"]["not_helpful_articles"] == {"one": 1}


def test_without_an_index_they_are_grouped_by_their_words(kept: Path) -> None:
    made = json.loads(run(kept, "--json"))
    assert [gap["nearest"] for gap in made["gaps"]] == [None] * len(made["gaps"])
    assert made["gaps"][0]["question"] == "how much does an xray cost"


def test_people_get_lines(kept: Path, plain_index: Path) -> None:
    lines = run(kept, index=plain_index).splitlines()
    assert lines[0] == "4 questions of the last 30 days were not covered"
    assert "nearest: " in lines[2]
    assert any("red flag calf (urgent)" in line for line in lines)


def test_editors_get_one_page_that_needs_no_other(kept: Path, tmp_path: Path) -> None:
    target = tmp_path / "gaps.html"
    assert run(kept, "--html", target) == ""
    html = target.read_text(encoding="utf-8")
    assert "how much does an xray cost" in html
    assert "<b>it</b>" not in html
    assert "http" not in html
    assert "<script" not in html
    assert "src=" not in html


def test_an_empty_report_says_so(tmp_path: Path) -> None:
    made = report(Kept(tmp_path / "kept.sqlite", 30), 30, tmp_path / "none")
    assert made.gaps == ()
    assert "None was kept." in page(made)


def test_everything_can_be_deleted(kept: Path) -> None:
    run(kept, "--forget")
    assert json.loads(run(kept, "--json"))["questions"] == 0
    assert b"xray" not in kept.read_bytes()


def test_where_nothing_was_kept_the_complaint_names_the_settings(tmp_path: Path) -> None:
    environment = {"FOOTNOTE_KEEP_FILE": str(tmp_path / "none.sqlite")}
    complaint = footnote("gaps", env=environment).complaint
    assert "nothing was kept; set keep_questions" in complaint


def test_a_page_that_cannot_be_written_is_named(kept: Path, tmp_path: Path) -> None:
    environment = {"FOOTNOTE_KEEP_FILE": str(kept)}
    complaint = footnote(
        "gaps", "--html", tmp_path / "none" / "gaps.html", "--index", tmp_path / "none", env=environment
    ).complaint
    assert "cannot be written" in complaint


def test_a_file_of_another_kind_is_named(tmp_path: Path) -> None:
    other = tmp_path / "kept.sqlite"
    other.write_bytes(b"no database" * 1000)
    complaint = footnote("gaps", env={"FOOTNOTE_KEEP_FILE": str(other)}).complaint
    assert "kept.sqlite" in complaint


def test_groups_hold_every_row_once_and_the_most_asked_opens_the_first() -> None:
    vectors = np.eye(4, dtype=np.float32)[[0, 1, 0, 2]]
    assert grouped(vectors, [1, 5, 1, 1]) == [[1], [0, 2], [3]]
    assert grouped(np.zeros((2, 4), dtype=np.float32), [1, 1]) == [[0], [1]]


def test_the_page_is_made_from_what_the_package_holds() -> None:
    assert (
        subprocess.run(
            ["git", "ls-files", "--error-unmatch", "web/templates/gaps.jinja"], capture_output=True
        ).returncode
        == 0
    )
