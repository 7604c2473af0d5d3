"""What the widget does with articles over time: it drops withdrawn words, and says which articles an answer used."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import start
from tests.browser.driver import ask, open_chat, turns
from tests.web.fakes import SHOES, WALKING, FakeAnswerer
from web.settings import ServiceSettings


@pytest.fixture
def answerer() -> FakeAnswerer:
    return FakeAnswerer()


@pytest.fixture
def service(answerer: FakeAnswerer, tmp_path: Path) -> Iterator[str]:
    """A service that keeps feedback."""
    file = str(tmp_path / "kept.sqlite")
    server = start(answerer, ServiceSettings(keep_feedback=True, keep_file=file, rate_per_minute=1000))
    yield server.url
    server.stop()


def test_the_words_of_a_withdrawn_article_go_with_the_next_reply_and_its_red_flag_stays(
    page: Page, service: str, answerer: FakeAnswerer
) -> None:
    open_chat(page, service)
    ask(page, "assessment")
    expect(turns(page).first).to_contain_text(SHOES)
    del answerer.articles[WALKING.id]
    ask(page, "hello")
    first = turns(page).first
    expect(first).to_contain_text("This article was withdrawn.")
    expect(first).not_to_contain_text(SHOES)
    expect(first).to_contain_text("Have this looked at")
    expect(first.locator(".sources")).to_have_count(0)


def test_feedback_that_is_kept_names_the_articles_and_the_generation(page: Page, service: str) -> None:
    open_chat(page, service)
    turn = ask(page, "Which shoes?")
    with page.expect_request("**/api/v1/feedback") as sent:
        turn.get_by_role("button", name="Not helpful").click()
    assert sent.value.post_data_json == {
        "helpful": False,
        "kind": "answer",
        "question": "Which shoes?",
        "articles": [WALKING.id, WALKING.id],
        "generation": "000001-fake",
    }
