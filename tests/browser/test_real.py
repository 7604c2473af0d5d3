"""The whole product in one piece: the bundled articles, an index built from them, the bot, the service, the browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from bot.bot import Site as BotSite
from tests.browser.conftest import OpenContext, RunningServer, watched
from tests.browser.driver import announcements, ask, axe, launcher, open_chat, panel, record_announcements
from web.app import create_app
from web.live import LiveAnswerer
from web.settings import ServiceSettings

ASKED = "How long should I ice my ankle?"


@pytest.fixture(scope="module")
def product(bundled_index: Path) -> Iterator[str]:
    """The address of the running product."""
    settings = ServiceSettings(region="uk", contact="Call reception.", rate_per_minute=1000)
    answerer = LiveAnswerer(bundled_index, BotSite("Call reception.", "uk"))
    server = RunningServer(create_app(answerer, settings))
    yield server.url
    server.stop()


def test_a_question_is_answered_from_an_article_and_its_passage_is_seen(context: OpenContext, product: str) -> None:
    opened = context()
    page = opened.new_page()
    watch = watched(page, (product,))
    open_chat(page, product)
    turn = ask(page, ASKED)
    quote = turn.locator("p:not(.asked)").first.inner_text()
    turn.get_by_role("link", name="Source 1").click()
    read = page.get_by_role("group", name="Source 1").get_by_role("link", name="Read in the article")
    with opened.expect_page() as popup:
        read.click()
    mark = popup.value.locator("mark").first
    expect(mark).to_be_in_viewport()
    assert mark.inner_text().split(".")[0] in quote
    assert (watch.foreign, watch.violations, watch.errors) == ([], [], [])
    assert axe(popup.value) == []


def test_a_follow_up_is_understood(page: Page, product: str) -> None:
    open_chat(page, product)
    ask(page, ASKED)
    turn = ask(page, "and how often?")
    expect(turn.get_by_role("heading", name="Answer")).to_be_visible()


def test_what_the_articles_do_not_hold_is_not_answered(page: Page, product: str) -> None:
    open_chat(page, product)
    turn = ask(page, "How much does an X-ray cost?")
    expect(turn.get_by_role("heading", name="Not in our articles")).to_be_visible()
    expect(turn.locator(".sources")).to_have_count(0)


def test_a_red_flag_comes_first_once_and_stays(page: Page, product: str) -> None:
    record_announcements(page)
    open_chat(page, product)
    ask(page, "I twisted it and now my foot is cold and numb")
    pins = panel(page).locator(".pins")
    expect(pins.get_by_role("heading")).to_be_focused()
    expect(pins.get_by_role("link", name="Call 999")).to_be_in_viewport()
    assert announcements(page) == []
    ask(page, ASKED)
    expect(pins.locator(".card")).to_have_count(1)
    expect(pins.get_by_role("heading", name="Call 999")).to_be_visible()
    page.keyboard.press("Escape")
    launcher(page).click()
    expect(pins.get_by_role("link", name="Call 999")).to_be_visible()
    assert axe(page) == []


def test_the_conversation_works_without_javascript(context: OpenContext, product: str) -> None:
    page = context(java_script_enabled=False).new_page()
    page.goto(f"{product}/chat")
    for question in ("I twisted it and now my foot is cold and numb", ASKED):
        page.get_by_role("textbox").fill(question)
        page.get_by_role("button", name="Send").click()
    expect(page.locator(".card.emergency").first).to_contain_text("Call 999")
    expect(page.get_by_role("article")).to_have_count(2)


def test_a_passage_of_the_demonstration_page_is_painted_on_it(page: Page, product: str) -> None:
    open_chat(page, product)
    turn = ask(page, "What are the signs of a stress fracture?")
    button = turn.get_by_role("button", name="Show on this page").first
    button.click()
    assert page.evaluate("() => CSS.highlights.has('footnote')")
