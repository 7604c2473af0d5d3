"""`footnote ask`: what stands on standard output, and what is refused in one line."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.cli.console import footnote, process

QUESTION = "How long should I ice my ankle?"
FIELDS = {
    "kind", "text", "sentences", "citations", "escalation", "reason", "suggestions", "understood_as", "confidence",
    "generation",
}  # fmt: skip
CITATION_FIELDS = {
    "number", "article_id", "article_version", "title", "url", "section", "quote", "passage", "start", "end",
}  # fmt: skip


def test_an_answer_is_printed_with_numbered_footnotes(bundled_index: Path) -> None:
    done = footnote("ask", QUESTION, "--index", bundled_index)
    assert done.status == 0
    assert "[1]" in done.out
    assert "\n[1]  " in done.out


def test_a_reply_as_json_has_every_field_of_the_contract(bundled_index: Path) -> None:
    done = footnote("ask", QUESTION, "--json", "--index", bundled_index)
    reply = json.loads(done.out)
    assert done.status == 0
    assert reply.keys() >= FIELDS
    assert reply["kind"] == "answer"
    assert 1 <= len(reply["citations"]) <= 5
    assert [citation["number"] for citation in reply["citations"]] == list(range(1, len(reply["citations"]) + 1))
    for citation in reply["citations"]:
        assert citation.keys() >= CITATION_FIELDS
        assert citation["quote"] in citation["passage"]
    for sentence in reply["sentences"]:
        assert sentence.keys() >= {"text", "citation"}
    assert 0.0 <= reply["confidence"] <= 1.0


def test_json_is_one_line_and_alone_on_standard_output(bundled_index: Path) -> None:
    done = process("ask", QUESTION, "--json", "--index", bundled_index)
    assert done.status == 0
    assert done.out.endswith("}\n")
    assert done.out.count("\n") == 1
    assert done.err == ""


def test_the_index_may_be_named_by_the_environment(bundled_index: Path) -> None:
    done = footnote("ask", QUESTION, "--json", env={"FOOTNOTE_INDEX": str(bundled_index)})
    assert json.loads(done.out)["kind"] == "answer"


def test_an_abstention_is_not_an_error(bundled_index: Path) -> None:
    done = footnote("ask", "Which trains go from Lyon to Marseille?", "--json", "--index", bundled_index)
    reply = json.loads(done.out)
    assert done.status == 0
    assert (reply["kind"], reply["citations"], reply["sentences"]) == ("abstain", [], [])
    assert reply["reason"] is not None


@pytest.mark.parametrize("question", ["", "   ", "\n\t"])
def test_an_empty_question_is_refused_in_one_line(bundled_index: Path, question: str) -> None:
    assert "empty" in footnote("ask", question, "--index", bundled_index).complaint


def test_a_question_of_a_hundred_thousand_characters_is_refused_in_one_line(bundled_index: Path) -> None:
    complaint = footnote("ask", "a" * 100_000, "--index", bundled_index).complaint
    assert "100000" in complaint
    assert len(complaint) < 300


def test_a_question_with_bytes_that_are_no_text_is_refused_in_one_line(bundled_index: Path) -> None:
    assert "no text" in footnote("ask", "how long should I ice my \udcff ankle?", "--index", bundled_index).complaint


@pytest.mark.parametrize("question", ["🦶🔥😭", "?!… —", "\u200b\u200d", "\ufeff"])
def test_a_question_without_words_is_called_unreadable(bundled_index: Path, question: str) -> None:
    done = footnote("ask", question, "--json", "--index", bundled_index)
    assert done.status == 0
    assert (json.loads(done.out)["kind"], json.loads(done.out)["reason"]) == ("abstain", "unreadable")


def test_control_characters_of_a_question_never_reach_the_terminal(bundled_index: Path) -> None:
    done = footnote("ask", "\x1b[2Jhow \x07long\x00 should I \x9bice my ankle\u202e?", "--index", bundled_index)
    assert done.status == 0
    assert not [letter for letter in done.out if letter != "\n" and not letter.isprintable()]


def test_without_an_index_the_bundled_articles_are_built_first(tmp_path: Path, bundled_encoder: Path) -> None:
    folder = tmp_path / "index"
    shutil.copytree(bundled_encoder, folder / "encoders" / bundled_encoder.name)
    done = footnote("ask", QUESTION, "--json", "--index", folder)
    assert done.status == 0
    assert "no index" in done.err
    assert "bundled" in done.err
    assert json.loads(done.out)["kind"] == "answer"


def test_an_index_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder", encoding="utf-8")
    done = footnote("ask", QUESTION, "--index", tmp_path / "file" / "index")
    assert done.status == 1
    assert done.out == ""
    assert "Traceback" not in done.err
    assert done.err.splitlines()[-1].startswith("footnote: ")


@pytest.mark.parametrize(
    "arguments", [("ask",), ("ask", "one", "two"), ("ask", "q", "--nonsense"), ("nonsense",), ("--nonsense",)]
)
def test_wrong_usage_has_status_two(arguments: tuple[str, ...]) -> None:
    done = footnote(*arguments)
    assert done.status == 2
    assert done.out == ""
    assert "Error" in done.err
