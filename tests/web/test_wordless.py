"""A real index whose encoder is missing or damaged: answers by words, still verbatim, with a note that says so."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from bot.bot import Bot, Site
from bot.conversation import Conversation, Message
from index.errors import IndexDamaged
from index.store import IndexFolder
from web.live import LiveAnswerer

ICE = Conversation((Message("visitor", "How long should I ice my ankle?"),))


@pytest.fixture(params=[None, b"", b"not an encoder"], ids=["missing", "empty", "other"])
def encoderless(plain_index: Path, tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """A copy of the index whose encoder is gone or another file."""
    copy = tmp_path / "index"
    shutil.copytree(plain_index, copy, copy_function=os.link)
    folder = IndexFolder(copy)
    model = folder.folder(folder.current_name()) / "encoder" / "model.onnx"
    model.unlink()
    if request.param is not None:
        model.write_bytes(request.param)
    return copy


def test_the_service_answers_by_words_and_says_so(encoderless: Path) -> None:
    answerer = LiveAnswerer(encoderless, Site(region="uk"))
    reply = answerer.reply(ICE)
    assert reply.kind == "answer"
    assert reply.note is not None and "compares words, not meaning" in reply.note
    for citation in reply.citations:
        article = answerer.article(citation.article_id)
        assert article is not None
        assert article.text[citation.start : citation.end] == citation.quote
    assert answerer.status().degraded == ("no_encoder", "rules_only_safety")
    assert answerer.familiar("ankle") == "article"
    assert answerer.familiar("zebra") == "common"
    assert answerer.familiar("kowalczykowski") == "unknown"


def test_red_flags_are_found_by_the_rules_alone(encoderless: Path) -> None:
    answerer = LiveAnswerer(encoderless, Site(region="uk"))
    flag = Conversation((Message("visitor", "I twisted it and now my foot is cold and numb"),))
    reply = answerer.reply(flag)
    assert reply.kind == "escalation"
    assert reply.note is None


@pytest.mark.parametrize("question", ["How much does an X-ray cost?", "Who won the world cup in 1998?"])
def test_what_the_articles_do_not_hold_is_declined_with_the_note(encoderless: Path, question: str) -> None:
    reply = LiveAnswerer(encoderless, Site()).reply(Conversation((Message("visitor", question),)))
    assert (reply.kind, reply.reason) == ("abstain", "not_covered")
    assert reply.note is not None


def test_small_talk_needs_no_note(encoderless: Path) -> None:
    assert LiveAnswerer(encoderless, Site()).reply(Conversation((Message("visitor", "hello"),))).note is None


def test_commands_still_refuse_an_encoder_that_is_damaged(encoderless: Path) -> None:
    with pytest.raises(IndexDamaged, match=r"model\.onnx"):
        Bot.open(encoderless)


def test_a_whole_encoder_answers_without_a_note(plain_index: Path) -> None:
    answerer = LiveAnswerer(plain_index, Site())
    assert answerer.reply(ICE).note is None
    assert answerer.status().degraded == ("rules_only_safety",)
    assert answerer.status().encoder == IndexFolder(plain_index).current().encoder.fingerprint
