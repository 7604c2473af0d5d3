"""Nothing is said that is not written: passages, quotes and whole replies, on random articles too."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.answering.model import shipped
from bot.answering.quote import NotVerbatim, Piece, Quote, cite, spoken
from bot.bot import Bot
from bot.conversation import Conversation, Message
from bot.safety import load
from corpus.article import Article, Span
from corpus.markdown import parse
from index.builder import build
from index.passage import Passage
from index.passages import passages
from index.store import IndexFolder
from tests.bot.articles import articles

SOIL = parse(
    "# Soil\n\nSoil holds water. It also holds air.\n\n## Feeding\n\nCompost feeds the soil. Spread it in autumn.",
    id="soil",
)


def _quote(passage: Passage, *spans: Span) -> Quote:
    return Quote(passage, tuple(Piece(span) for span in spans or [passage.sentences[0].span]))


@given(articles)
def test_a_passage_is_the_text_of_its_article_between_its_offsets(article: Article) -> None:
    for passage in passages(article):
        assert passage.text == article.text[passage.start : passage.end]
        assert passage.text.strip()


@given(articles)
def test_the_sentences_of_a_passage_lie_inside_it_in_order(article: Article) -> None:
    for passage in passages(article):
        spans = [sentence.span for sentence in passage.sentences]
        assert spans == sorted(spans)
        for span in spans:
            assert passage.start <= span.start < span.end <= passage.end
            assert span.of(article.text).strip()


@given(articles)
def test_the_texts_of_sentences_hold_the_sentences(article: Article) -> None:
    for passage in passages(article):
        assert len(passage.sentence_texts) == len(passage.sentences)
        for sentence, text in zip(passage.sentences, passage.sentence_texts, strict=True):
            assert sentence.span.of(article.text) in text


@given(articles)
def test_every_character_of_the_blocks_stands_in_some_passage(article: Article) -> None:
    covered = {place for passage in passages(article) for place in range(passage.start, passage.end)}
    for section in article.sections:
        for block in section.blocks:
            if block.role == "furniture":
                continue
            lost = [place for place in range(block.span.start, block.span.end) if place not in covered]
            assert not "".join(article.text[place] for place in lost).strip()


@given(articles)
def test_passage_ids_are_unique_within_an_article(article: Article) -> None:
    ids = [passage.id for passage in passages(article)]
    assert len(ids) == len(set(ids))


@given(articles, st.data())
def test_what_is_cited_stands_at_its_offsets(article: Article, data: st.DataObject) -> None:
    passage = data.draw(st.sampled_from(passages(article)))
    chosen = data.draw(st.lists(st.sampled_from(passage.sentences), min_size=1, max_size=4, unique_by=lambda s: s.span))
    sentences, citations = cite([_quote(passage, *(s.span for s in chosen))], {article.id: article})
    citation = citations[0]
    assert article.text[citation.start : citation.end] == citation.quote
    assert citation.quote in citation.passage
    assert citation.passage in article.text
    assert citation.article_version == article.version
    assert all(sentence.text in article.text for sentence in sentences)


def test_a_quote_from_an_article_that_was_changed_is_refused() -> None:
    altered = replace(SOIL, text=SOIL.text.replace("holds", "drops"))
    with pytest.raises(NotVerbatim):
        cite([_quote(passages(SOIL)[0])], {"soil": altered})


def test_a_passage_that_was_altered_is_refused() -> None:
    passage = passages(SOIL)[0]
    with pytest.raises(NotVerbatim):
        cite([_quote(replace(passage, text=passage.text.replace("water", "oil")))], {"soil": SOIL})


def test_a_quote_from_an_article_that_is_gone_is_refused() -> None:
    with pytest.raises(NotVerbatim):
        cite([_quote(passages(SOIL)[0])], {})


@pytest.mark.parametrize("span", [Span(0, 0), Span(5, 3), Span(0, 100_000), Span(4, 6)])
def test_a_span_that_holds_no_text_of_the_article_is_refused(span: Span) -> None:
    with pytest.raises(NotVerbatim):
        cite([_quote(passages(SOIL)[0], span)], {"soil": SOIL})


def test_one_bad_quote_spoils_the_whole_answer() -> None:
    good, other = passages(SOIL)[:2]
    with pytest.raises(NotVerbatim):
        cite([_quote(good), _quote(replace(other, text="Compost harms the soil."))], {"soil": SOIL})


def test_citations_are_numbered_in_the_order_of_the_quotes() -> None:
    sentences, citations = cite([_quote(passage) for passage in passages(SOIL)[:2]], {"soil": SOIL})
    assert [citation.number for citation in citations] == [1, 2]
    assert [sentence.citation for sentence in sentences] == [1, 2]


def test_the_mark_of_a_citation_follows_its_last_sentence() -> None:
    passage = passages(SOIL)[0]
    sentences, _ = cite([_quote(passage, *(s.span for s in passage.sentences))], {"soil": SOIL})
    assert spoken(sentences) == "Soil holds water. It also holds air. [1]"


QUESTIONS = [
    "Why water plants?",
    "list all signs",
    "what do young plants need and when to sow?",
    "wet soil",
    "日本語 🌱?",
]


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(article=articles)
def test_every_reply_is_verbatim_whatever_the_article(encoder_folder: Path, article: Article) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        build([article], Path(scratch) / "index", model=encoder_folder)
        generation = IndexFolder(Path(scratch) / "index").current().load()
        # With thresholds of 0 the bot answers everything that it can compose an answer for.
        weights = msgspec.structs.replace(shipped(), threshold=0.0, follow_up_threshold=0.0)
        bot = Bot(generation, load(), weights=weights)
        for question in QUESTIONS:
            reply = bot.reply(Conversation((Message("visitor", question),)))
            by_number = {citation.number: citation for citation in reply.citations}
            for citation in reply.citations:
                assert article.text[citation.start : citation.end] == citation.quote
                assert citation.passage in article.text
                assert citation.quote in citation.passage
            for sentence in reply.sentences:
                assert sentence.citation in by_number
                assert sentence.text in article.text
