"""Typed blocks: what is shown is what the Reply says, in its order, and nothing else."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.reply import Reply, Sentence
from tests.web.fakes import ESCALATIONS, ITEMS, LEAD, NASTY, SHOES, WALKING, answer, cite, reply_to
from web.blocks import Alert, Heading, ItemList, Notice, Paragraph, Piece, Suggestions, present

_ARTICLES = {article.id: article for article in (WALKING, NASTY)}


def shown(reply: Reply) -> tuple[object, ...]:
    return present(reply, _ARTICLES.get).blocks


def test_list_items_become_a_list_behind_their_lead_in() -> None:
    assert shown(answer())[:3] == (
        Paragraph((Piece(SHOES, 1, cite=True),)),
        Paragraph((Piece(LEAD, 2),)),
        ItemList(tuple(Piece(item, 2, cite=item == ITEMS[-1]) for item in ITEMS)),
    )


def test_sentences_of_one_source_share_a_paragraph() -> None:
    first, second = "Sit down when you are tired.", "Walk on when you feel ready."
    citation = cite(WALKING, f"{first} {second}", 1)
    reply = Reply(
        "answer", f"{first} {second} [1]", sentences=(Sentence(first, 1), Sentence(second, 1)), citations=(citation,)
    )
    assert shown(reply) == (Paragraph((Piece(first, 1), Piece(second, 1, cite=True))),)


def test_a_quoted_heading_stands_on_a_line_of_its_own() -> None:
    quote = f"Before you go\n\n{LEAD}"
    sentences = (Sentence("Before you go", 1), Sentence(LEAD, 1))
    citations = (cite(WALKING, quote, 1),)
    reply = Reply("answer", f"Before you go {LEAD} [1]", sentences=sentences, citations=citations)
    assert shown(reply) == (Heading((Piece("Before you go", 1),)), Paragraph((Piece(LEAD, 1, cite=True),)))


def test_words_of_the_bot_between_quotes_are_kept_and_have_no_source() -> None:
    reply = replace(answer(SHOES), text=f"On your first question:\n- {SHOES} [1]\nAsk me more.")
    assert shown(reply) == (
        Paragraph((Piece("On your first question:", None),)),
        Paragraph((Piece(SHOES, 1, cite=True),)),
        Paragraph((Piece("Ask me more.", None),)),
    )


@pytest.mark.parametrize("tier", ["emergency", "crisis"])
def test_an_escalation_is_a_card_alone(tier: str) -> None:
    blocks = shown(reply_to(tier))
    assert [type(block) for block in blocks] == [Alert]
    assert present(reply_to(tier), _ARTICLES.get).sources == ()


def test_urgent_stands_before_the_answer_and_assessment_after_it() -> None:
    kinds = [type(block) for block in shown(reply_to("urgent"))]
    assert kinds[0] is Alert
    kinds = [type(block) for block in shown(reply_to("assessment"))]
    assert kinds[-2:] == [Alert, Suggestions]


def test_a_card_does_not_say_its_headline_twice() -> None:
    escalation = replace(ESCALATIONS["urgent"], headline="See a doctor today.", text="See a doctor today. Go now.")
    card = shown(replace(answer(SHOES), escalation=escalation))[0]
    assert isinstance(card, Alert)
    assert (card.headline, card.text) == ("See a doctor today.", "Go now.")


def test_the_words_of_a_card_are_not_repeated_in_the_answer() -> None:
    escalation = ESCALATIONS["urgent"]
    reply = replace(answer(SHOES), escalation=escalation, text=f"{escalation.headline} {escalation.text}\n{SHOES} [1]")
    assert [type(block) for block in shown(reply)] == [Alert, Paragraph]


def test_an_abstention_is_a_notice_with_its_reason() -> None:
    assert shown(reply_to("dose"))[0] == Notice("Ask a pharmacist or a doctor about this.", "personal_advice")


def test_a_source_names_its_passage_page_review_date_and_original() -> None:
    source = present(reply_to("end"), _ARTICLES.get).sources[0]
    assert source.page.startswith("/articles/walking-shoes?start=")
    assert source.page.endswith("&section=The+end#passage")
    assert source.link == (
        "https://clinic.example/walking-shoes#:~:text=The%20last%20passage%20stands%20far%20down%20the%20page."
    )
    assert source.reviewed == "2026-05-04"
    assert source.href == source.page


def test_the_original_comes_first_where_it_belongs_to_the_site() -> None:
    source = present(reply_to("end"), _ARTICLES.get, "https://clinic.example").sources[0]
    assert source.href == source.link


def test_links_that_are_not_of_the_web_are_dropped() -> None:
    assert present(reply_to("nasty"), _ARTICLES.get).sources[0].link is None


def test_an_article_that_changed_gives_no_link_to_a_passage() -> None:
    changed = replace(WALKING, text=WALKING.text + " More.")
    source = present(reply_to("end"), {changed.id: changed}.get).sources[0]
    assert source.link == "https://clinic.example/walking-shoes"


def test_an_article_that_is_gone_leaves_the_reply_as_it_is() -> None:
    presentation = present(answer(), lambda _: None)
    assert presentation.sources[0].reviewed is None
    assert all(not isinstance(block, ItemList) for block in presentation.blocks)
