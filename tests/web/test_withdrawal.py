"""Articles that are withdrawn, changed or overdue while somebody is talking: their words are not shown on as before."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from html import unescape

import pytest
from starlette.testclient import TestClient

from corpus.article import Article, Metadata
from index.errors import IndexDamaged
from tests.web.fakes import ITEMS, SHOES, WALKING, FakeAnswerer, make_article
from web.blocks import is_overdue

GONE = "This article was withdrawn."
CHANGED = "An article quoted here has changed since this answer was given."
OVERDUE = "(review overdue)"


def _on(client: TestClient, question: str, page: str = "") -> str:
    """The page after one more question, posted with what the page before carries."""
    kept = {
        name: [unescape(value) for value in re.findall(rf'name="{name}" value="([^"]*)"', page)]
        for name in ("earlier", "sealed")
    }
    return client.post("/chat", data={**kept, "question": question}).text


def test_the_words_of_a_withdrawn_article_are_shown_no_longer(client: TestClient, answerer: FakeAnswerer) -> None:
    page = _on(client, "Which shoes?")
    assert SHOES in page and GONE not in page
    del answerer.articles[WALKING.id]
    page = _on(client, "hello", page)
    assert GONE in page
    assert not any(words in page for words in (SHOES, *ITEMS))
    assert 'href="/articles/walking-shoes' not in page


def test_a_red_flag_stays_when_the_article_beside_it_is_withdrawn(client: TestClient, answerer: FakeAnswerer) -> None:
    page = _on(client, "assessment")
    del answerer.articles[WALKING.id]
    page = _on(client, "hello", page)
    assert "Have this looked at" in page and GONE in page and SHOES not in page


def test_an_article_that_comes_back_is_shown_again(client: TestClient, answerer: FakeAnswerer) -> None:
    page = _on(client, "Which shoes?")
    kept = answerer.articles.pop(WALKING.id)
    page = _on(client, "hello", page)
    answerer.articles[WALKING.id] = kept
    assert SHOES in _on(client, "hello", page)


def test_a_passage_that_reads_otherwise_now_is_said_to_have_changed(client: TestClient, answerer: FakeAnswerer) -> None:
    page = _on(client, "Which shoes?")
    answerer.articles[WALKING.id] = replace(WALKING, text=WALKING.text.replace(SHOES, SHOES.upper()))
    page = _on(client, "hello", page)
    assert CHANGED in page and SHOES in page and GONE not in page


def test_a_change_elsewhere_in_the_article_says_nothing_of_the_passage(
    client: TestClient, answerer: FakeAnswerer
) -> None:
    page = _on(client, "Which shoes?")
    answerer.articles[WALKING.id] = replace(WALKING, text=WALKING.text + "\n\nAnd one thing more.")
    assert CHANGED not in _on(client, "hello", page)


def test_without_an_index_no_article_is_called_withdrawn(client: TestClient, answerer: FakeAnswerer) -> None:
    page = _on(client, "Which shoes?")
    answerer.generation, answerer.articles = None, {}
    assert GONE not in _on(client, "urgent", page)
    body = {"messages": [{"role": "visitor", "text": "emergency"}], "cited": [WALKING.id]}
    assert client.post("/api/v1/chat", json=body).json()["withdrawn"] == []


def test_a_reply_names_those_of_the_cited_articles_that_are_gone(client: TestClient) -> None:
    body = {"messages": [{"role": "visitor", "text": "hello"}], "cited": ["walking-shoes", "gone", "gone"]}
    assert client.post("/api/v1/chat", json=body).json()["withdrawn"] == ["gone"]


@pytest.fixture
def damaged(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Makes every article one that cannot be read."""

    def article(self: FakeAnswerer, article_id: str) -> Article | None:
        raise IndexDamaged("articles", "a row cannot be read")

    return lambda: monkeypatch.setattr(FakeAnswerer, "article", article)


def test_a_cited_article_that_cannot_be_read_costs_no_red_flag(client: TestClient, damaged: Callable[[], None]) -> None:
    damaged()
    body = {"messages": [{"role": "visitor", "text": "emergency"}], "cited": [WALKING.id]}
    reply = client.post("/api/v1/chat", json=body).json()
    assert (reply["kind"], reply["withdrawn"]) == ("escalation", [])


def test_on_the_page_an_article_that_cannot_be_read_costs_its_answer_and_no_red_flag(
    client: TestClient, damaged: Callable[[], None]
) -> None:
    before = _on(client, "Which shoes?", _on(client, "urgent"))
    damaged()
    page = _on(client, "hello", before)
    assert "See a doctor today" in page and SHOES not in page
    assert re.findall(r'name="sealed" value="([^"]*)"', page)[:2] == re.findall(
        r'name="sealed" value="([^"]*)"', before
    )


@pytest.mark.parametrize("cited", [["A B"], ["x"] * 1000, "x", [1]])
def test_cited_articles_that_cannot_be_such_are_refused(client: TestClient, cited: object) -> None:
    body = {"messages": [{"role": "visitor", "text": "hello"}], "cited": cited}
    response = client.post("/api/v1/chat", json=body)
    assert response.status_code == 422
    assert "/cited" in response.json()["pointer"]


@pytest.mark.parametrize(("due", "overdue"), [("2020-01-31", True), ("2999-01-31", False), (None, False)])
def test_a_source_says_when_it_was_published_and_whether_its_review_is_overdue(
    client: TestClient, answerer: FakeAnswerer, due: str | None, overdue: bool
) -> None:
    dates = Metadata(published="2019-05-04", review_by=due)
    answerer.articles[WALKING.id] = replace(WALKING, metadata=dates)
    body = {"messages": [{"role": "visitor", "text": "Which shoes?"}]}
    source = client.post("/api/v1/chat", json=body).json()["sources"][0]
    assert (source["reviewed"], source["published"], source["overdue"]) == (None, "2019-05-04", overdue)
    for page in (_on(client, "Which shoes?"), client.get("/articles/walking-shoes").text):
        assert "2019-05-04" in page and "Published" in page
        assert (OVERDUE in page) is overdue


def test_a_review_on_record_is_told_and_not_the_day_of_publication(client: TestClient, answerer: FakeAnswerer) -> None:
    answerer.articles[WALKING.id] = replace(WALKING, metadata=Metadata(published="2019-05-04", reviewed="2020-02-03"))
    page = _on(client, "Which shoes?")
    assert "Last reviewed 2020-02-03" in page and "2019-05-04" not in page


def test_a_review_is_not_overdue_on_its_own_day() -> None:
    from datetime import date

    due = make_article("due", "Due", [("", ["Text."])], Metadata(review_by="2026-05-04")).metadata
    assert not is_overdue(due, date(2026, 5, 4))
    assert is_overdue(due, date(2026, 5, 5))
