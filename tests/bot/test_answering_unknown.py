"""What tells that a question is about something that no article names."""

from __future__ import annotations

import pytest

from bot.answering import features
from bot.answering.model import shipped
from bot.bot import Bot
from bot.retrieval import retrieve
from bot.understanding.question import open_reader
from index.search import Searcher

NAMES = ("name_unknown", "main_unknown")


@pytest.fixture(scope="module")
def searcher(bot: Bot) -> Searcher:
    """Search in the articles that come with Footnote."""
    return Searcher(bot.generation)


def measured(searcher: Searcher, text: str) -> dict[str, float]:
    question = open_reader(searcher.generation).read(text)
    retrieved = retrieve(question, searcher, shipped().ranking)
    values = features.result(question, retrieved.ranked, retrieved.found, searcher)
    return dict(zip(features.ANSWERING, values, strict=True))


def test_a_name_that_no_article_has_is_an_unknown_name(searcher: Searcher) -> None:
    found = measured(searcher, "What is spondylolisthesis?")
    assert all(found[name] > 0.1 for name in NAMES)


def test_a_question_in_the_words_of_the_articles_has_no_unknown_name(searcher: Searcher) -> None:
    found = measured(searcher, "Can running cause ankle pain?")
    assert [found[name] for name in NAMES] == [0.0, 0.0]


def test_an_everyday_word_that_no_article_has_is_no_name(searcher: Searcher) -> None:
    found = measured(searcher, "My ankle hurts when I ride an elephant")
    assert found["unknown"] > 0.0
    assert found["name_unknown"] == 0.0


@pytest.mark.parametrize("name", NAMES)
def test_an_unknown_name_never_makes_an_answer_more_probable(name: str) -> None:
    assert shipped().answering.weights[name] <= 0.0
