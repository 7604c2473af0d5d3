"""Paragraphs that repeat their section, and those that only look like it."""

from __future__ import annotations

from corpus.markdown import parse
from tests.corpus.spans import path_of, paths, role_of

BODY = """\
# Sore wrists

## How to prevent sore wrists

### Warm your hands

Cold hands move badly and tire soon.

### Rest often

Short breaks let tendons recover.

### Sit well

A straight back keeps the wrists straight.

### Strengthen the forearm

Squeezing a soft ball builds muscle.

"""


def test_a_last_paragraph_that_enumerates_the_section_is_a_summary_of_the_section() -> None:
    article = parse(BODY + "You can prevent sore wrists by warming hands, taking rest, sitting well.\n", id="t")
    assert role_of(article, "You can prevent") == "summary"
    assert path_of(article, "You can prevent") == ("How to prevent sore wrists",)
    assert path_of(article, "Squeezing") == ("How to prevent sore wrists", "Strengthen the forearm")


def test_a_last_paragraph_with_something_new_is_body() -> None:
    article = parse(BODY + "A splint at night, a lower desk and a softer keyboard are worth trying.\n", id="t")
    assert role_of(article, "A splint") == "body"


def test_a_new_figure_makes_a_repetition_body() -> None:
    article = parse(BODY + "You can prevent sore wrists by warming hands, taking 15 rests, sitting well.\n", id="t")
    assert role_of(article, "You can prevent") == "body"


def test_a_qualification_makes_a_repetition_body() -> None:
    article = parse(BODY + "You can prevent sore wrists by warming hands, sitting well, even if you rest.\n", id="t")
    assert role_of(article, "You can prevent") == "body"


def test_the_only_paragraph_of_a_subsection_is_body() -> None:
    article = parse(BODY + "### In practice\n\nYou prevent sore wrists by warming hands, sitting well.\n", id="t")
    assert role_of(article, "You prevent") == "body"


def test_a_paragraph_in_the_middle_is_body() -> None:
    text = BODY.replace("### Sit well", "Warm hands and short breaks keep sore wrists away.\n\n### Sit well")
    assert role_of(parse(text, id="t"), "Warm hands and") == "body"


def test_a_paragraph_that_repeats_one_other_is_a_summary() -> None:
    text = (
        "## Why do wrists hurt?\n\n"
        "There are several reasons: tendon strain, nerve pressure, arthritis or a fracture.\n\n"
        "Office workers feel it most.\n\nIt can last for months.\n\n"
        "Wrists hurt for several reasons, such as tendon strain, nerve pressure, arthritis or fracture.\n"
    )
    assert role_of(parse(text, id="t"), "Wrists hurt for") == "summary"


def test_a_sentence_that_refers_back_stays_with_its_answer() -> None:
    text = BODY + (
        "You can prevent sore wrists by warming hands, taking rest, sitting well.\n\n###\n\n"
        "Most wrists heal in a week.\n\nThis takes longer in older people.\n\nSee someone if they do not.\n"
    )
    article = parse(text, id="t")
    lost = [section for section in article.sections if not section.path and section.heading is None]
    assert [len(section.blocks) for section in lost] == [2, 1]


def test_a_section_with_a_heading_behind_a_summary_keeps_its_level() -> None:
    text = (
        BODY + "You can prevent sore wrists by warming hands, taking rest, sitting well.\n\n### Splints\n\nThey help.\n"
    )
    assert paths(parse(text, id="t"))[-1] == ("How to prevent sore wrists", "Splints")


def test_key_points_with_something_new_are_body() -> None:
    article = parse(
        BODY + "## Key points\n\n- Warm hands and rest\n\nAn injection of steroid sometimes works.\n", id="t"
    )
    assert role_of(article, "Warm hands and rest") == "summary"
    assert role_of(article, "An injection") == "body"
