"""Whatever is asked in whatever order, a reply holds to the contract; whatever a reply is, it is shown as it is."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import get_args

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.bot import Bot
from bot.conversation import Conversation, Message
from bot.reply import Citation, Escalation, Kind, Reason, Reply, Sentence, Tier
from tests.web.fakes import WALKING, FakeAnswerer
from web.blocks import Heading, ItemList, Note, Notice, Paragraph, Piece, present
from web.seal import Seal

FOLLOW_UPS = (
    "How long should I ice my ankle?", "and how often?", "why?", "what about the second one", "no, the other foot",
    "and for runners", "it", "more", "what if it doesn't help", "ok thanks", "and shin splints or a stress fracture?",
    "which of these is worse", "list them", "the last one you said", "how much does that cost",
    "my foot is cold and numb",
)  # fmt: skip


@pytest.fixture(scope="module")
def plain_bot(plain_index: Path) -> Bot:
    return Bot.open(plain_index)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=st.lists(st.sampled_from(FOLLOW_UPS) | st.text(max_size=60), min_size=1, max_size=6))
def test_any_conversation_gets_a_reply_that_holds_to_the_contract(plain_bot: Bot, texts: list[str]) -> None:
    reply = plain_bot.reply(Conversation(tuple(Message("visitor", text) for text in texts)))
    assert reply.kind in get_args(Kind)
    assert (reply.reason in get_args(Reason)) == (reply.kind == "abstain")
    assert reply.text.strip()
    assert len(reply.citations) <= 5
    assert (reply.kind == "answer") == bool(reply.citations) == bool(reply.sentences)
    assert reply.confidence is None or 0.0 <= reply.confidence <= 1.0
    assert [citation.number for citation in reply.citations] == list(range(1, len(reply.citations) + 1))
    for citation in reply.citations:
        article = plain_bot.generation.articles[citation.article_id]
        assert article.version == citation.article_version
        assert article.text[citation.start : citation.end] == citation.quote
        assert citation.passage in article.text
    for sentence in reply.sentences:
        assert sentence.text in plain_bot.generation.articles[reply.citations[sentence.citation - 1].article_id].text
    assert present(reply, plain_bot.generation.articles.get).blocks
    assert msgspec.json.decode(msgspec.json.encode(reply), type=Reply) == reply


_SPANS = st.tuples(st.integers(0, len(WALKING.text) - 1), st.integers(1, 200))


@st.composite
def answers(draw: st.DrawFn) -> Reply:
    """An answer of any stretches of a real article, with anything the bot may say around it."""
    citations, sentences = [], []
    for number, (start, length) in enumerate(draw(st.lists(_SPANS, min_size=1, max_size=5)), 1):
        quote = WALKING.text[start : start + length]
        citations.append(
            Citation(
                number,
                WALKING.id,
                WALKING.version,
                "T",
                draw(st.none() | st.text()),
                "S",
                quote,
                quote,
                start,
                start + len(quote),
            )
        )
        sentences += [Sentence(quote[at : at + 20], number) for at in range(0, len(quote), 20)]
    text = "".join(f"{draw(st.text(max_size=5))}{sentence.text} [{sentence.citation}] " for sentence in sentences)
    return Reply(
        "answer", text, tuple(sentences), tuple(citations), note=draw(st.none() | st.text(min_size=1, max_size=20))
    )


@given(answers())
def test_any_answer_is_shown_with_every_sentence_and_its_source(reply: Reply) -> None:
    shown = present(reply, FakeAnswerer().article)
    pieces: list[Piece] = []
    for block in shown.blocks:
        if isinstance(block, Paragraph | Heading):
            pieces += block.pieces
        elif isinstance(block, ItemList):
            pieces += block.items
    quoted = [(piece.text, piece.source) for piece in pieces if piece.source is not None]
    assert quoted == [(sentence.text, sentence.citation) for sentence in reply.sentences]
    assert [source.number for source in shown.sources] == [citation.number for citation in reply.citations]
    for source in shown.sources:
        assert source.href.startswith(("/articles/", "https://", "http://"))
        assert source.link is None or source.link.startswith(("https://", "http://"))
    assert sum(isinstance(block, Note) for block in shown.blocks) == (reply.note is not None)


@given(st.sampled_from(get_args(Tier)), st.text(max_size=40), st.text(max_size=40), answers())
def test_any_red_flag_is_shown_first_or_last_but_always(tier: Tier, headline: str, text: str, reply: Reply) -> None:
    flagged = replace(reply, escalation=Escalation(tier, headline, text))
    kinds = [block.type for block in present(flagged, FakeAnswerer().article).blocks]
    assert kinds.count("alert") == 1
    assert (kinds[-1] if tier == "assessment" else kinds[0]) == "alert"


@given(st.sampled_from(get_args(Reason)), st.text(min_size=1, max_size=60))
def test_any_abstention_is_shown_in_its_own_words(reason: Reason, text: str) -> None:
    blocks = present(Reply("abstain", text, reason=reason), FakeAnswerer().article).blocks
    assert blocks == (Notice(text.strip(), reason),)


@given(st.lists(st.text(max_size=20), min_size=1, max_size=4), answers(), st.text(max_size=80))
def test_a_sealed_reply_opens_for_its_own_messages_alone(asked: list[str], reply: Reply, forged: str) -> None:
    seal = Seal()
    word = seal.close(asked, reply)
    assert seal.open(asked, word) == reply
    assert seal.open([*asked, ""], word) is None
    assert seal.open(asked, forged) is None
    assert Seal().open(asked, word) is None
