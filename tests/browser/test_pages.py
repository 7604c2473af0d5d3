"""The pages with JavaScript switched off: the whole conversation works, and the passage is found."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenContext, Site


def _plain(context: OpenContext) -> Page:
    return context(java_script_enabled=False, viewport={"width": 390, "height": 844}).new_page()


def _ask(page: Page, question: str) -> None:
    page.get_by_role("textbox", name="Your question").fill(question)
    page.get_by_role("button", name="Send").click()


def test_a_conversation_without_javascript(context: OpenContext, site: Site) -> None:
    page = _plain(context)
    page.goto(f"{site.url}/chat")
    _ask(page, "Which shoes?")
    expect(page.locator("#latest")).to_contain_text("Choose shoes that fit well.")
    expect(page.locator("#latest").get_by_role("heading", name="You asked")).to_be_in_viewport()
    _ask(page, 'And "socks"?\nTwo lines <b>')
    assert [message.text for message in site.answerer.heard[-1].messages] == [
        "Which shoes?",
        'And "socks"?\nTwo lines <b>',
    ]
    expect(page.get_by_role("article")).to_have_count(2)
    page.get_by_role("button", name="What about socks?").click()
    expect(page.get_by_role("article")).to_have_count(3)
    page.get_by_role("button", name="New conversation").click()
    expect(page.get_by_role("article")).to_have_count(0)


def test_a_red_flag_stays_on_top_of_the_page_without_javascript(context: OpenContext, site: Site) -> None:
    page = _plain(context)
    page.goto(f"{site.url}/chat")
    expect(page.get_by_role("link", name="Call 999")).to_be_visible()
    _ask(page, "emergency")
    expect(page.get_by_role("heading", name="Immediate action required: Call 999 now")).to_be_in_viewport()
    _ask(page, "Which shoes?")
    card = page.locator(".card.emergency")
    expect(card).to_have_count(1)
    assert page.evaluate is not None
    first = page.get_by_role("article").first.bounding_box()
    box = card.bounding_box()
    assert first is not None and box is not None and box["y"] < first["y"]


def test_a_footnote_leads_to_the_marked_passage_without_javascript(context: OpenContext, site: Site) -> None:
    page = _plain(context)
    page.goto(f"{site.url}/chat")
    _ask(page, "What stands at the end?")
    page.locator(".sources a").first.click()
    expect(page.locator("mark")).to_have_text("The last passage stands far down the page.")
    expect(page.locator("mark")).to_be_in_viewport()


def test_a_list_is_marked_across_its_items(page: Page, site: Site) -> None:
    page.goto(f"{site.url}/chat")
    _ask(page, "Which shoes?")
    page.locator(".sources a").nth(2).click()
    expect(page.locator("mark")).to_have_text(
        ["Before a walk, check these:", "Laces are tied.", "Soles are not worn.", "Socks are dry."]
    )


def test_an_article_that_changed_says_so_and_leads_to_its_section(page: Page, site: Site) -> None:
    page.goto(f"{site.url}/articles/walking-shoes?start=0&end=9&version=000000000000&section=Before+you+go#passage")
    expect(page.get_by_role("note")).to_contain_text("has changed since that answer was given")
    expect(page.locator("mark")).to_have_count(0)
    page.get_by_role("link", name="Before you go").click()
    expect(page.get_by_role("heading", name="Before you go")).to_be_in_viewport()


def test_an_article_prints_without_furniture(page: Page, site: Site) -> None:
    page.goto(f"{site.url}/articles/walking-shoes?start=0&end=27")
    page.emulate_media(media="print")
    expect(page.get_by_role("navigation", name="Pages")).to_be_hidden()
    expect(page.locator("footnote-chat")).to_be_hidden()
    expect(page.get_by_role("heading", name="Shoes for walking")).to_be_visible()
