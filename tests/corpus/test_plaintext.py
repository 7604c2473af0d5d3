"""Plain text without markup: what is inferred from the lines alone."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.article import Article
from corpus.characters import fold
from corpus.errors import SourceError
from corpus.markdown import parse
from corpus.plaintext import to_markdown
from tests.corpus.spans import assert_exact, blocks, items, path_of, paths, role_of, words


def article_of(text: str) -> Article:
    return parse(to_markdown(text), id="stub")


DENSE = """\
Sore Heels After Walking? Here Is Why
Sore heels are common in people who stand all day. Most of them get better at home.
Here are some common reasons for sore heels.
1. Worn Shoes
Old soles stop taking up the shock of each step.
Key signs:
Pain that eases on soft ground
Soles that are worn on one side
The fix: New shoes take the load off the heel within days.
2. Tight Calves
Tight calves pull on the heel. This is worst in the morning.
Key signs:
Stiffness, most of all on waking
Pain when you climb stairs
The fix: Stretch each calf for half a minute, three times a day.
When to See a Podiatrist
If your heel pain:
Lasts for more than a month
Wakes you at night
…it is time to have it looked at. A podiatrist will watch how you walk.
Do Not Walk It Off
Many people walk on and hope. That often makes it last longer.
At Happy Heel Clinic, we’re passionate about feet. We’re here to help you.
Book your visit today and walk free of pain.
"""


def test_dense_text_gives_numbered_and_other_headings_as_equals() -> None:
    article = article_of(DENSE)
    assert article.title == "Sore Heels After Walking? Here Is Why"
    assert paths(article) == [
        (),
        ("Worn Shoes",),
        ("Tight Calves",),
        ("When to See a Podiatrist",),
        ("Do Not Walk It Off",),
    ]


def test_short_lines_behind_a_colon_are_a_list_and_not_headings() -> None:
    article = article_of(DENSE)
    assert items(article)[:2] == [
        ["Pain that eases on soft ground", "Soles that are worn on one side"],
        ["Stiffness, most of all on waking", "Pain when you climb stairs"],
    ]
    lists = [block for block in blocks(article) if block.kind == "list"]
    assert [words(article, block.lead_in) for block in lists] == ["Key signs:", "Key signs:", "If your heel pain:"]


def test_the_fix_stays_with_the_condition_that_it_treats() -> None:
    assert path_of(article_of(DENSE), "The fix: New shoes") == ("Worn Shoes",)
    assert path_of(article_of(DENSE), "The fix: Stretch") == ("Tight Calves",)


def test_a_sentence_that_runs_across_a_list_keeps_its_tail() -> None:
    article = article_of(DENSE)
    block = [block for block in blocks(article) if block.kind == "list"][2]
    assert words(article, block.tail) == "…it is time to have it looked at."


def test_a_clinic_that_speaks_of_itself_is_promotion() -> None:
    article = article_of(DENSE)
    assert role_of(article, "At Happy Heel") == "promotion"
    assert role_of(article, "Book your visit") == "promotion"
    assert role_of(article, "Many people walk on") == "body"


SPACED = """\
Wrist Pain from Typing: What Helps

Written by Ann Example

Wrist pain from typing is common.\u00a0

wrist pain from typing

Table Contents

Types of wrist pain from typing

Here are the most common kinds.

Tendon pain

Tendon pain is felt along the back of the wrist.


A trapped nerve makes the thumb tingle at night[1]

It can also make the grip weak.

Ganglion

A ganglion is a soft lump that is filled with fluid.

How to prevent wrist pain from typing

Here are some ways to prevent it.


Warm your hands

Cold hands move badly.

Rest often

Short rests let tendons recover.

For more help, try our typing course or read our keyboard review.

Sit well

Sitting well keeps the wrist straight.

You can prevent wrist pain from typing by warming your hands, resting often and sitting well.


Mild wrist pain goes away in about ten days.

See a doctor right away if the hand turns blue.

Put a cool pack on the wrist first. It should be wrapped in cloth.

Overall Summary

  • Wrist pain from typing is common
  • Resting often and sitting well can prevent wrist pain
"""


def test_a_heading_lies_below_one_that_announces_several_things() -> None:
    article = article_of(SPACED)
    assert ("Types of wrist pain from typing", "Tendon pain") in paths(article)
    assert ("How to prevent wrist pain from typing", "Sit well") in paths(article)
    assert ("Overall Summary",) in paths(article)


def test_two_empty_lines_before_a_paragraph_are_a_lost_heading() -> None:
    article = article_of(SPACED)
    assert path_of(article, "A trapped nerve") == ("Types of wrist pain from typing",)
    lost = [section for section in article.sections if section.heading is None and section.path]
    assert [words(article, block.span) for block in lost[0].blocks] == [
        "A trapped nerve makes the thumb tingle at night[1]",
        "It can also make the grip weak.",
    ]


def test_two_empty_lines_before_a_heading_are_nothing_special() -> None:
    assert path_of(article_of(SPACED), "Cold hands") == ("How to prevent wrist pain from typing", "Warm your hands")


def test_a_short_sentence_with_a_reference_mark_is_no_heading() -> None:
    assert role_of(article_of(SPACED), "A trapped nerve makes") == "body"


def test_the_words_of_a_picture_and_an_empty_table_of_contents_are_furniture() -> None:
    article = article_of(SPACED)
    assert role_of(article, "wrist pain from typing") == "furniture"
    assert role_of(article, "Table Contents") == "furniture"


def test_a_byline_is_known() -> None:
    assert role_of(article_of(SPACED), "Written by") == "byline"


def test_a_product_in_the_middle_of_advice_is_promotion() -> None:
    assert role_of(article_of(SPACED), "For more help, try our") == "promotion"


def test_a_closing_summary_belongs_to_its_group_and_not_to_the_last_subsection() -> None:
    article = article_of(SPACED)
    assert role_of(article, "You can prevent wrist pain") == "summary"
    assert path_of(article, "You can prevent wrist pain") == ("How to prevent wrist pain from typing",)


def test_answers_whose_questions_were_lost_are_sections_of_their_own() -> None:
    article = article_of(SPACED)
    answers = ["Mild wrist pain", "See a doctor right away", "Put a cool pack"]
    assert [path_of(article, answer) for answer in answers] == [(), (), ()]
    lost = [section for section in article.sections if not section.path and section.heading is None]
    assert [len(section.blocks) for section in lost] == [1, 1, 1]


def test_what_stands_under_a_summary_heading_and_was_said_before_is_a_summary() -> None:
    assert blocks(article_of(SPACED))[-1].role == "summary"


def test_hard_wrapped_paragraphs_and_items_are_joined() -> None:
    text = (
        "SORE THUMBS\n\nWHAT THEY ARE\n\nA sore thumb is often the result of holding a telephone for\n"
        "hours, and it is more common in people who play games on it than\nin others.\n\n"
        "WHAT TO DO\n\nYou can do these things:\n\n"
        "  * put the telephone down for some hours each day, and hold it in\n    the other hand\n  * stretch\n"
    )
    article = article_of(text)
    assert paths(article) == [(), ("WHAT THEY ARE",), ("WHAT TO DO",)]
    assert items(article) == [
        ["put the telephone down for some hours each day, and hold it in the other hand", "stretch"]
    ]
    assert "play games on it than in others." in article.text


def test_wrapped_text_with_lists_between_is_still_wrapped() -> None:
    text = (
        "Heel pain is the inflammation of the plantar fascia, which is a connective tissue\n"
        "just underneath the skin of the foot. It is one of the most common causes of foot\n"
        "and heel pain. The first step in the morning or after a period of rest is usually\n"
        "the most painful and then it gets slightly better.\nCauses:\nAge\nHard soles\nFlat feet\n\n"
        "Diagnosis:\nUsually no pictures are required for the diagnosis of sore heels at all. Your\n"
        "doctor may order some to rule out other causes.\n"
    )
    article = article_of(text)
    assert items(article) == [["Age", "Hard soles", "Flat feet"]]
    assert path_of(article, "Usually no pictures")[-1] == "Diagnosis"
    assert "tissue just underneath" in article.text
    assert article.title == "Stub"


def test_parts_of_the_page_before_the_title_do_not_become_the_title() -> None:
    article = article_of("Skip to main content\nMenu\n\nSore Hips\n\nHips are joints. They carry you.\n")
    assert article.title == "Sore Hips"
    assert paths(article) == [(), ()]
    assert [block.role for block in blocks(article)] == ["furniture", "furniture", "body"]


def test_a_name_below_an_open_byline_belongs_to_it() -> None:
    article = article_of("Sore Hips\n\nMedically reviewed by\nAnn Example\nLast updated May 2024\n\nHips are joints.")
    assert [block.role for block in blocks(article)] == ["byline", "byline", "byline", "body"]


def test_key_points_with_a_colon_at_the_top_are_a_summary() -> None:
    text = "Sore Hips\nKey Takeaways:\n- Worn shoes make hips sore.\nShoes\nWorn shoes make many hips sore. Buy some.\n"
    article = article_of(text)
    assert ("Key Takeaways",) in paths(article)
    assert role_of(article, "Worn shoes make hips sore") == "summary"


def test_lines_of_a_dense_text_are_not_joined() -> None:
    article = article_of("Title Here\nOne sentence stands here.\nAnother one stands here.\n")
    assert [words(article, block.span) for block in blocks(article)] == [
        "One sentence stands here.",
        "Another one stands here.",
    ]


def test_numbers_in_a_row_are_a_list_and_numbers_over_text_are_headings() -> None:
    article = article_of("Two Lists\nDo this:\n1. Sit down.\n2. Stand up.\nThen go on to walk for a while.\n")
    assert items(article) == [["Sit down.", "Stand up."]]
    assert paths(article_of("Two Tips\n\n1. Sit down\n\nSitting rests you.\n\n2. Stand up\n\nStanding does not.")) == [
        (),
        ("Sit down",),
        ("Stand up",),
    ]


def test_outline_numbers_give_the_depth() -> None:
    article = article_of("Heels\n\n1.1 Bones\n\nThe heel is one bone.\n\n1.1.1 Shape\n\nIt is a block.")
    assert paths(article) == [(), ("Bones",), ("Bones", "Shape")]


def test_a_table_of_contents_is_a_list_of_furniture() -> None:
    article = article_of(
        "Sore Hips\n\nIn this article\nCauses\nTreatment\n\n"
        "Causes\n\nA fall is one cause.\n\nTreatment\n\nRest is one treatment."
    )
    assert items(article) == [["Causes", "Treatment"]]
    assert [block.role for block in blocks(article)] == ["furniture", "furniture", "body", "body"]
    assert path_of(article, "A fall") == ("Causes",)


def test_a_line_that_stops_in_the_middle_of_a_sentence_introduces_a_list() -> None:
    article = article_of(
        "Knees often hurt.\n\nSee a doctor if you have\n\nA fever\n\nA locked knee\n\nYou may need a scan. It is rare."
    )
    assert items(article) == [["A fever", "A locked knee"]]
    assert words(article, blocks(article)[2].lead_in) == "See a doctor if you have"


def test_a_heading_right_after_an_unmarked_list_is_not_its_last_item() -> None:
    article = article_of(
        "Sore Hips\nSymptoms include:\nA dull ache\nA stiff joint\nTreatment Options\nSome people rest. Others move.\n"
    )
    assert items(article) == [["A dull ache", "A stiff joint"]]
    assert path_of(article, "Some people rest") == ("Treatment Options",)


def test_questions_below_a_faq_heading_are_subsections() -> None:
    article = article_of(
        "Sore Hips\n\nHips are joints.\n\nFAQ\n\nIs it bad?\n\nRarely.\n\nCan I run?\n\nAsk someone who knows."
    )
    assert paths(article) == [(), ("FAQ",), ("FAQ", "Is it bad?"), ("FAQ", "Can I run?")]


def test_references_and_related_articles_are_furniture() -> None:
    article = article_of(
        "Sore Hips\n\nHips are joints.\n\nReferences\n\n[1] Smith J. Hips. 2010.\n\n"
        "Related articles\nSore knees\nSore toes"
    )
    assert role_of(article, "[1] Smith") == "furniture"
    assert blocks(article)[-1].role == "furniture"
    assert items(article) == [["Sore knees", "Sore toes"]]


def test_a_name_with_a_colon_over_a_paragraph_is_a_heading() -> None:
    text = "Sore Hips\n\nHips are joints.\n\nCauses of sore hips:\n\nA fall is one cause. There are more of them.\n"
    article = article_of(text)
    assert path_of(article, "A fall") == ("Causes of sore hips",)
    assert words(article, article.sections[1].heading) == "Causes of sore hips:"


def test_a_first_line_that_asks_about_it_is_a_heading_and_no_title() -> None:
    text = "What is it?\nA hip is a joint. It bears you.\nWhat helps?\nRest helps most of all people.\n"
    assert paths(article_of(text)) == [("What is it?",), ("What helps?",)]


def test_a_last_short_line_is_no_heading() -> None:
    assert path_of(article_of("Sore Hips\n\nHips are joints.\n\nKeep moving"), "Keep moving") == ()


def test_a_first_line_that_is_a_sentence_is_no_title() -> None:
    assert article_of("Hips are joints.\n\nThey carry you.").title == "Stub"


def test_one_line_is_an_article() -> None:
    assert article_of("Hips are joints").text == "Hips are joints"


TEXT_LINES = st.one_of(
    st.text(alphabet="ab *_#[]()<>&|`~!-+.:;?…•\\$\t\u00a0\u200bé", max_size=30),
    st.sampled_from(
        [
            "",
            "",
            "Short Heading",
            "A sentence that ends.",
            "Signs:",
            "• item",
            "1. First",
            "2. Second",
            "…tail it is.",
            "Why?",
        ]
    ),
    st.text(max_size=15),
)


@settings(max_examples=300, deadline=None)
@given(st.lists(TEXT_LINES, max_size=20).map("\n".join))
def test_no_character_of_a_text_is_lost_or_taken_for_markup(text: str) -> None:
    try:
        article = article_of(text)
    except SourceError:
        return
    assert_exact(article)
    assert to_markdown(text) == to_markdown(text)
    written = "".join(fold(text).split())
    kept = "".join(article.text.split())
    rest = iter(written)
    assert all(character in rest for character in kept), (written, kept)
    marks = sum(len(line) and 4 for line in text.split("\n"))
    assert len(written) - len(kept) <= marks
