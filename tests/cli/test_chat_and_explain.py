"""`footnote chat` and `footnote explain`."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.console import footnote, process


def test_a_chat_answers_each_piped_line_and_ends_with_the_input(bundled_index: Path) -> None:
    done = process("chat", "--index", bundled_index, given="hello\nHow long should I ice my ankle?\n")
    assert done.status == 0
    assert "Traceback" not in done.err
    assert "[1]" in done.out


def test_a_chat_ends_at_an_empty_line(bundled_index: Path) -> None:
    done = process("chat", "--index", bundled_index, given="\nHow long should I ice my ankle?\n")
    assert done.status == 0
    assert done.out.strip() == ""


def test_prompts_of_a_chat_do_not_stand_between_its_replies(bundled_index: Path) -> None:
    done = process("chat", "--index", bundled_index, given="hello\n")
    assert "you>" not in done.out
    assert "Ask a question" not in done.out


def test_a_chat_goes_on_after_a_message_that_is_too_long(bundled_index: Path) -> None:
    done = process("chat", "--index", bundled_index, given=f"{'a ' * 4000}\nHow long should I ice my ankle?\n")
    assert done.status == 0
    assert "the most" in done.err
    assert "[1]" in done.out


def test_explain_shows_every_stage_in_order(bundled_index: Path) -> None:
    done = footnote("explain", "How long should I ice my ankle?", "--index", bundled_index)
    assert done.status == 0
    stages = ["1. Safety", "2. Understanding", "3. Retrieval", "4. Decision", "5. Reply"]
    places = [done.out.index(stage) for stage in stages]
    assert places == sorted(places)


def test_explain_says_where_the_articles_lack_the_subject_altogether(bundled_index: Path) -> None:
    lacking = footnote("explain", "What are the symptoms of ankylosing spondylitis?", "--index", bundled_index)
    there = footnote("explain", "What is a stress fracture?", "--index", bundled_index)
    assert "the articles have its subject: 0." in lacking.out
    assert "too little on this site: declined" in lacking.out
    assert "too little on this site" not in there.out


def test_explain_understands_a_follow_up_after_what_came_before(bundled_index: Path) -> None:
    done = footnote(
        "explain", "how long does it take to heal?", "--after", "What is an ankle sprain?", "--index", bundled_index
    )
    read = next(line for line in done.out.splitlines() if "read as:" in line)
    assert "sprain" in read


def test_explain_says_why_nothing_was_searched(bundled_index: Path) -> None:
    done = footnote("explain", "🦶", "--index", bundled_index)
    assert done.status == 0
    assert "unreadable" in done.out


def test_explain_refuses_an_empty_question_in_one_line(bundled_index: Path) -> None:
    assert "empty" in footnote("explain", "", "--index", bundled_index).complaint


def test_explain_says_that_an_emergency_replaces_the_answer(bundled_index: Path) -> None:
    done = footnote("explain", "my chest is crushing and I can't breathe", "--index", bundled_index)
    assert "tier: emergency" in done.out
    assert "not reached: the escalation replaces the answer" in done.out


def test_explain_names_small_talk_and_personal_advice(bundled_index: Path) -> None:
    assert "small talk: " in footnote("explain", "hello", "--index", bundled_index).out
    dose = footnote("explain", "How many ibuprofen tablets may I take at once?", "--index", bundled_index)
    assert "personal advice asked for: dose" in dose.out


def test_explain_says_that_the_screen_failed(bundled_index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.safety.Screen._check", lambda *_: 1 / 0)
    done = footnote("explain", "How long should I ice my ankle?", "--index", bundled_index)
    assert "the screen failed; the fixed fail-closed message stands in front" in done.out
