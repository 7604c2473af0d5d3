"""The two web pages that came as plain text: what a careful editor would make of them. Skipped where they are not."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

import pytest

from corpus.article import Article
from corpus.sources import read
from tests.corpus.spans import assert_exact, blocks, items, path_of, paths, role_of, words

SHARED = Path(os.environ.get("FOOTNOTE_SHARED") or Path(__file__).parents[3] / "shared")
SEEDS = SHARED / "seeds"

pytestmark = pytest.mark.skipif(not SEEDS.is_dir(), reason="the seeds are not here")


@cache
def articles() -> dict[str, Article]:
    return {article.id: article for article in read([str(SEEDS)]).articles}


def first() -> Article:
    return articles()["000_c95c6e68610827c8"]


def second() -> Article:
    return articles()["001_78c51cca6d25881d"]


def test_both_are_read_with_exact_spans() -> None:
    assert len(articles()) == 2
    for article in articles().values():
        assert_exact(article)


def test_the_first_has_its_five_conditions_and_two_sections_side_by_side() -> None:
    assert paths(first()) == [
        (),
        ("Overuse and Training Errors",),
        ("Ankle Sprains",),
        ("Tendinopathy (Tendon Overload)",),
        ("Poor Foot Mechanics or Footwear",),
        ("Stress Fractures",),
        ("When to See a Physiotherapist",),
        ("Don’t Push Through the Pain",),
    ]


def test_each_condition_of_the_first_has_its_signs_and_its_fix() -> None:
    lists = [block for block in blocks(first()) if block.kind == "list"]
    assert [words(first(), block.lead_in) for block in lists] == ["Key signs:"] * 5 + ["If your ankle pain:"]
    assert [len(block.items) for block in lists] == [3, 3, 3, 3, 3, 4]
    assert words(first(), lists[-1].tail) == "…it’s time to get it assessed."
    assert path_of(first(), "The fix: A stress fracture") == ("Stress Fractures",)


def test_only_the_end_of_the_first_is_promotion() -> None:
    roles = [block.role for block in blocks(first())]
    assert roles == ["body"] * (len(roles) - 2) + ["promotion"] * 2


def test_the_second_has_the_headings_of_its_page() -> None:
    top = [path[0] for path in dict.fromkeys(paths(second())) if len(path) == 1]
    assert top == [
        "Why does my ankle hurt when I run?",
        "Types of ankle pain from running",
        "What causes ankle pain from running?",
        "Symptoms of ankle pain from running",
        "Risk factors for ankle pain from running",
        "How to fix ankle pain from running",
        "How to prevent ankle pain from running",
        "Overall Summary",
    ]
    below = [path[1] for path in paths(second()) if len(path) == 2 and path[0].startswith("How to prevent")]
    assert below == [
        "Warm up before running",
        "Wear proper shoes",
        "Stretch your ankles",
        "Gradually increase your mileage",
        "Avoid uneven terrain",
        "Strengthen your ankles",
        "Maintain a healthy weight",
        "Wear stability shoes",
        "Take breaks",
        "Listen to your body",
    ]


@pytest.mark.parametrize(
    ("beginning", "parent"),
    [
        ("Tendonitis is the inflammation", "Types of ankle pain from running"),
        ("Runners who have pre-existing", "Types of ankle pain from running"),
        ("If you run frequently", "What causes ankle pain from running?"),
        ("With age comes", "Risk factors for ankle pain from running"),
        ("If you are overweight", "Risk factors for ankle pain from running"),
        ("Rest is vital", "How to fix ankle pain from running"),
        ("Applying ice", "How to fix ankle pain from running"),
        ("Using a compression", "How to fix ankle pain from running"),
        ("Elevating the injured", "How to fix ankle pain from running"),
        ("Over the counter", "How to fix ankle pain from running"),
    ],
)
def test_a_paragraph_whose_heading_was_lost_starts_a_section_below_its_parent(beginning: str, parent: str) -> None:
    assert path_of(second(), beginning) == (parent,)
    starts = [section.blocks[0].span.of(second().text) for section in second().sections if section.heading is None]
    assert any(text.startswith(beginning) for text in starts)


def test_the_orphan_answers_at_the_end_are_sections_of_their_own() -> None:
    beginnings = [
        "A mild ankle pain should go away",
        "Prevent ankle pain from running by:",
        "If you experience any of the following",
        "The first thing to do is",
        "Ankle injuries from running include:",
    ]
    assert [path_of(second(), beginning) for beginning in beginnings] == [()] * 5
    orphans = [section for section in second().sections[1:] if not section.path]
    assert [len(section.blocks) for section in orphans] == [1] * 5


def test_the_roles_of_the_second_are_those_an_editor_would_give() -> None:
    expected = {
        "Written by": "byline",
        "ankle pain from running": "furniture",
        "Table Contents": "furniture",
        "For help with a running plan": "promotion",
        "You ankle can hurt": "summary",
        "Ankle pain after running can": "summary",
        "Symptoms of ankle pain include": "summary",
        "You are more at risk": "summary",
        "You can fix ankle pain": "summary",
        "You can prevent ankle pain running": "summary",
    }
    assert {beginning: role_of(second(), beginning) for beginning in expected} == expected
    alike = [b for b in blocks(second()) if b.span.of(second().text).startswith("Ankle pain from running can")]
    assert [block.role for block in alike] == ["summary", "summary"]
    assert sum(block.role != "body" for block in blocks(second())) == len(expected) + len(alike)


def test_the_symptoms_of_the_second_are_a_list_with_its_lead_in() -> None:
    block = next(block for block in blocks(second()) if block.kind == "list")
    assert len(block.items) == 11
    assert (words(second(), block.lead_in) or "").startswith("Specific symptoms may depend")
    assert len(items(second())) == 2


def test_the_author_of_the_second_is_known() -> None:
    assert second().metadata.author == "Noleen Arendse"
