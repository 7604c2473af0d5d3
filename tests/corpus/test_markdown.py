"""Markdown to Article: structure, spans, lead-ins, headings of every kind."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.article import Article
from corpus.errors import SourceError
from corpus.markdown import parse
from tests.corpus.spans import assert_exact, blocks, paths, words


def article_of(markdown: str) -> Article:
    return parse(markdown, id="stub")


LINES = [
    *("# One", "## Two", "### Three", "###", "***", "===", "---", "* * *", "**Bold line**", "![picture](x.png)"),
    *("- item", "  - inner", "1. first", "1) other", "> quote", "text", "Key signs:", "…and so on.", "`code`", "```"),
    *("| a | b |", "|---|---|", "    indented", "<b>raw</b>", "<!-- hidden", "&amp;", "[link](y)", "\\", "  ", "\t"),
    *("\u00a0\u200b", "e\u0301", "a  \nb", "Book your place today.", "By Ann Bell", "Table of contents", "\U0001f600"),
]
MARKDOWN = st.lists(st.sampled_from(LINES) | st.text(max_size=20), max_size=25).map("\n".join)


@settings(max_examples=300, deadline=None)
@given(MARKDOWN)
def test_every_span_is_exact_in_random_markdown(markdown: str) -> None:
    try:
        article = article_of(markdown)
    except SourceError:
        return
    assert_exact(article)
    assert article == article_of(markdown)


def test_a_heading_of_level_one_is_the_title_and_in_no_path() -> None:
    article = article_of("# Sore heels\n\nHeels hurt.\n\n## Causes\n\n### Shoes\n\nTight ones.\n\n## Help\n\nRest.")
    assert article.title == "Sore heels"
    assert paths(article) == [(), ("Causes",), ("Causes", "Shoes"), ("Help",)]
    assert words(article, article.sections[0].heading) == "Sore heels"


def test_a_given_title_wins_and_the_id_stands_in_for_a_missing_one() -> None:
    assert parse("Text.", id="sore-heels").title == "Sore heels"
    assert parse("# Other\n\nText.", id="x", title="Given").title == "Given"


def test_an_enumeration_stays_in_the_text_but_not_in_the_path() -> None:
    article = article_of("## 2. Ankle sprains\n\nText.\n\n## 5 stretches\n\nText.")
    assert paths(article) == [("Ankle sprains",), ("5 stretches",)]
    assert words(article, article.sections[0].heading) == "2. Ankle sprains"


def test_a_list_keeps_its_lead_in() -> None:
    article = article_of("Bones heal. Key signs:\n\n- Pain\n- Swelling")
    assert [words(article, item) for item in blocks(article)[1].items] == ["Pain", "Swelling"]
    assert words(article, blocks(article)[1].lead_in) == "Key signs:"


def test_a_sentence_without_a_colon_can_lead_in() -> None:
    article = article_of("Signs vary. However, here are the most common ones.\n\n- Pain")
    assert words(article, blocks(article)[1].lead_in) == "However, here are the most common ones."


def test_a_paragraph_that_announces_nothing_is_no_lead_in() -> None:
    assert blocks(article_of("Bones heal in weeks.\n\n- Pain"))[1].lead_in is None


def test_a_heading_with_a_colon_is_the_lead_in_of_a_list_directly_below_it() -> None:
    article = article_of("Text.\n\n## Call an ambulance if:\n\n- It bleeds")
    assert words(article, blocks(article)[1].lead_in) == "Call an ambulance if:"


def test_a_sentence_that_runs_across_a_list_is_its_lead_in_and_its_tail() -> None:
    article = article_of("If your heel:\n\n- hurts\n- swells\n\n…see someone soon. They will help you.")
    assert words(article, blocks(article)[1].lead_in) == "If your heel:"
    assert words(article, blocks(article)[1].tail) == "…see someone soon."
    assert words(article, blocks(article)[2].span) == "…see someone soon. They will help you."


def test_a_paragraph_that_begins_anew_is_no_tail() -> None:
    assert blocks(article_of("Signs:\n\n- Pain\n\nSee someone."))[1].tail is None


def test_items_of_an_inner_list_are_items_in_the_order_of_the_text() -> None:
    article = article_of("- Sit\n  - on a chair\n\n  - on the floor\n- Stand\n\n  up straight")
    assert [words(article, item) for item in blocks(article)[0].items] == [
        "Sit",
        "on a chair",
        "on the floor",
        "Stand\nup straight",
    ]


def test_a_table_has_its_rows_as_items_the_header_first() -> None:
    article = article_of("| Grade | Weeks |\n|---|---|\n| One | 2 |\n| Two | |")
    assert [words(article, item) for item in blocks(article)[0].items] == ["Grade | Weeks", "One | 2", "Two |"]


def test_markup_is_gone_and_words_stay() -> None:
    article = article_of(
        "Ice *for* **15&nbsp;minutes**, [see `here`](https://x.example) <b>now</b>.\nSame\\* line.  \nNew line."
    )
    assert article.text == "Ice for 15 minutes, see here now. Same* line.\nNew line."


def test_a_paragraph_of_one_bold_line_is_a_heading() -> None:
    article = article_of("## Help\n\n**Rest**\n\nSit down.\n\n**Ice**\n\nCool it.\n\n**Never do this.**\n\nRun.")
    assert paths(article) == [("Help",), ("Help", "Rest"), ("Help", "Ice")]


def test_an_empty_heading_marks_a_lost_one_and_its_section_has_the_path_of_its_parent() -> None:
    article = article_of("## Help\n\nText.\n\n### Ice\n\nCold.\n\n###\n\nLost.\n\n### Rest\n\nSit.")
    assert paths(article) == [("Help",), ("Help", "Ice"), ("Help",), ("Help", "Rest")]
    assert article.sections[2].heading is None


def test_a_thematic_break_starts_a_section_under_the_same_headings() -> None:
    article = article_of("## Help\n\nText.\n\n***\n\nMore.\n\n***\n\nMost.")
    assert paths(article) == [("Help",), ("Help",), ("Help",)]


def test_a_picture_alone_is_furniture_and_one_in_a_sentence_is_nothing() -> None:
    article = article_of("![A heel](a.png)\n\nLook ![icon](b.png) here.")
    assert [block.role for block in blocks(article)] == ["furniture", "body"]
    assert article.text == "A heel\n\nLook here."


def test_comments_scripts_and_tags_in_markdown_do_not_show() -> None:
    article = article_of(
        "<div>\n<script>alert(1)</script>Kept\n</div>\n\n<!-- not\n\nthis -->\n\nText <!-- nor this --> here."
    )
    assert article.text == "Kept\n\nText here."


def test_characters_are_folded_but_quotes_and_dashes_stay() -> None:
    article = article_of("Cafe\u0301\u00a0and\u2003“tea”\u200b – it’s\u00ad fine.\r\n\r\nNext\u2028line")
    assert article.text == "Café and “tea” – it’s fine.\n\nNext line"


@pytest.mark.parametrize("markdown", ["", "  \n\n", "# Only a title", "<!-- nothing -->", "\u200b", "![](x.png)"])
def test_markdown_without_text_is_refused(markdown: str) -> None:
    with pytest.raises(SourceError, match="no text"):
        article_of(markdown)


def test_an_article_that_is_too_long_is_refused_with_the_mend() -> None:
    with pytest.raises(SourceError, match=r"too long for one article.*split it"):
        article_of("long words " * 100_000)


def test_a_text_far_too_long_is_refused_before_it_is_parsed() -> None:
    with pytest.raises(SourceError, match="too long"):
        article_of("[" * 50_000_000)


def test_deep_nesting_ends_in_an_article_or_a_clear_error() -> None:
    for markdown in (">" * 100_000 + " deep", "- " * 20_000 + "deep", "*" * 100_000, "`" * 50_000):
        try:
            assert_exact(article_of(markdown))
        except SourceError:
            continue


def test_hundreds_of_brackets_are_text_and_do_not_take_minutes() -> None:
    assert article_of("a[" * 20_000).text == "a[" * 20_000
    assert article_of("\\[a\\] " * 400).text == " ".join(["[a]"] * 400)
