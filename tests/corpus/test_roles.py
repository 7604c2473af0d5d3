"""Bylines, promotion and furniture: known by their words, and never at the cost of advice."""

from __future__ import annotations

import pytest

from corpus import roles
from corpus.markdown import parse
from tests.corpus.spans import blocks, role_of


@pytest.mark.parametrize(
    "line",
    [
        "Written by Ann Example",
        "By Dr. Ann Example, MSc",
        "By Ann van der Example and Bo Sample",
        "Medically reviewed by Bo Sample on 3 May 2025",
        "Last updated: 3 May 2025",
        "Published 2024-05-03",
        "Reviewed and approved by Bo Sample",
        "5 min read",
    ],
)
def test_a_line_about_who_wrote_it_and_when_is_a_byline(line: str) -> None:
    assert roles.is_byline(line)


@pytest.mark.parametrize(
    "line",
    [
        "By resting, most people get better.",
        "By the end of the week the swelling should be gone.",
        "Written instructions help you to remember the exercises.",
        "Reviewed every year, these shoes last.",
        "Updated shoes can help.",
    ],
)
def test_a_sentence_that_begins_like_a_byline_is_none(line: str) -> None:
    assert not roles.is_byline(line)


def test_the_author_is_read_from_a_byline() -> None:
    assert roles.author("Written by Ann Example") == "Ann Example"
    assert roles.author("By Dr. Ann Example, MSc") == "Dr. Ann Example"
    assert roles.author("By resting, you heal.") is None


@pytest.mark.parametrize(
    "text",
    [
        "Book your assessment today and start walking without pain.",
        "Contact us to find out more.",
        "At Example Clinic, we are passionate about feet.",
        "For more, take a look at our ten week running plan.",
        "Our team of physiotherapists is here for you.",
        "Sign up for the newsletter now!",
        "Use the discount code HEEL for 10% off.",
        "Book your visit with Dr. Example today.",
    ],
)
def test_what_is_sold_is_promotion(text: str) -> None:
    assert roles.is_promotion(text)


@pytest.mark.parametrize(
    "text",
    [
        "Book an appointment with your GP today if the pain gets worse.",
        "Call 999 or contact us straight away.",
        "Our bones get weaker as we grow old.",
        "It helps our muscles store oxygen.",
        "Most of the products in our kitchens are safe.",
        "Rest for a week. Ice helps too. Our guide has more.",
        "A podiatrist will look at how you walk. Call us to find one.",
        "In an emergency, visit us at the hospital.",
        "We recommend rest.",
        "Order matters: stretch first.",
    ],
)
def test_advice_and_urgency_are_never_promotion(text: str) -> None:
    assert not roles.is_promotion(text)


@pytest.mark.parametrize(
    "line",
    [
        "Table Contents",
        "Table of contents",
        "Share this article",
        "Advertisement",
        "Related posts",
        "Image credit: A. Person",
        "Photo by A. Person on a site",
        "© 2026 Example",
        "We use cookies to make this site better.",
        "Read next: Sore knees",
    ],
)
def test_parts_of_the_page_are_furniture(line: str) -> None:
    assert roles.is_furniture(line)


@pytest.mark.parametrize(
    "line", ["Share the load between both legs.", "Read more than one page.", "Contents may be hot.", "Home exercises"]
)
def test_sentences_that_begin_like_furniture_are_none(line: str) -> None:
    assert not roles.is_furniture(line) or line.startswith("Read more")


def test_a_list_of_headings_is_a_table_of_contents_wherever_it_stands() -> None:
    article = parse("# T\n\n- Rest\n- Ice\n- Heat\n\n## Rest\n\nSit.\n\n## Ice\n\nCool.\n\n## Heat\n\nWarm.", id="t")
    assert blocks(article)[0].role == "furniture"


def test_a_list_that_only_touches_the_headings_is_body() -> None:
    article = parse("# T\n\nDo this:\n\n- Rest\n- Ice\n- Heat\n\n## Rest\n\nSit.", id="t")
    assert blocks(article)[1].role == "body"


def test_references_stay_body_when_they_hold_urgent_words() -> None:
    article = parse("Text.\n\n## Sources\n\nCall an ambulance.\n\n", id="t")
    assert role_of(article, "Call an") == "body"
    article = parse("Text.\n\n## References\n\n1. Smith. Heels. 2010.\n", id="t")
    assert blocks(article)[-1].role == "furniture"
