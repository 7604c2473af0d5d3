"""axe-core in every state and viewport, best practices included; the order of Tab; what has the focus."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenContext, Site
from tests.browser.driver import ask, axe, focused, launcher, note, open_chat, panel, question_box

State = Callable[[Page, Site], None]


def _closed(page: Page, site: Site) -> None:
    page.goto(site.url)
    launcher(page).wait_for()


def _open(page: Page, site: Site) -> None:
    open_chat(page, site.url)


def _answered(page: Page, site: Site) -> None:
    _open(page, site)
    ask(page, "Which shoes?").get_by_role("link", name="Source 1").click()
    panel(page).get_by_role("button", name="Not helpful").click()


def _banner(page: Page, site: Site) -> None:
    _open(page, site)
    for question in ("urgent", "crisis", "emergency", "assessment"):
        ask(page, question)


def _failed(page: Page, site: Site) -> None:
    _open(page, site)
    site.answerer.fault = RuntimeError()
    question_box(page).fill("Which shoes? Write to me@example.org")
    page.keyboard.press("Enter")
    note(page).get_by_role("button", name="Send as it is").click()
    expect(note(page)).to_contain_text("Something went wrong")


def _nothing(page: Page, site: Site) -> None:
    _open(page, site)
    ask(page, "What is the price?")


STATES: dict[str, State] = {
    "closed": _closed,
    "open": _open,
    "answered": _answered,
    "banner": _banner,
    "failed": _failed,
    "nothing": _nothing,
}
VIEWS: dict[str, dict[str, object]] = {
    "desktop": {},
    "phone": {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True},
    "narrow": {"viewport": {"width": 320, "height": 256}},
    "dark": {"color_scheme": "dark"},
    "forced": {"forced_colors": "active"},
    "still": {"reduced_motion": "reduce"},
}
# Every state on the two usual screens; the states with most on them everywhere else.
CASES = [(state, view) for state in STATES for view in ("desktop", "phone", "dark")] + [
    (state, view) for state in ("answered", "banner") for view in ("narrow", "forced", "still")
]


@pytest.mark.parametrize(("state", "view"), CASES)
def test_axe_finds_nothing_in_the_widget(context: OpenContext, site: Site, state: str, view: str) -> None:
    page = context(**VIEWS[view]).new_page()
    STATES[state](page, site)
    assert axe(page) == []


def test_axe_finds_nothing_on_a_page_from_right_to_left(context: OpenContext, site: Site) -> None:
    page = context().new_page()
    open_chat(page, f"{site.host}/rtl.html")
    ask(page, "urgent")
    assert axe(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    "path", ["/", "/chat", "/articles/walking-shoes?start=0&end=27#passage", "/articles/none", "/articles/second"]
)
def test_axe_finds_nothing_on_our_pages(context: OpenContext, site: Site, path: str, scheme: str) -> None:
    page = context(color_scheme=scheme).new_page()
    page.goto(site.url + path)
    assert axe(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_a_conversation_without_javascript(context: OpenContext, site: Site, scheme: str) -> None:
    page = context(color_scheme=scheme, viewport={"width": 390, "height": 844}).new_page()
    page.goto(f"{site.url}/chat")
    for question in ("urgent", "emergency", "What is the price?", "crisis", "assessment", ""):
        page.get_by_role("textbox").fill(question)
        page.get_by_role("button", name="Send").click()
        assert axe(page) == []


def test_tab_goes_through_the_panel_in_the_order_of_reading_and_leaves_it(page: Page, site: Site) -> None:
    open_chat(page, f"{site.host}/plain.html")
    ask(page, "hello")
    order: list[str] = []
    page.keyboard.press("Tab")
    while len(order) < 12 and focused(page) not in ("a link", "BODY"):
        order.append(focused(page))
        page.keyboard.press("Tab")
    assert order[0] == "Send"
    question_box(page).focus()
    back = []
    for _ in range(5):
        page.keyboard.press("Shift+Tab")
        back.append(focused(page))
    assert back == ["Conversation", "Call 999", "Close", "More", "1Ask a question"]


def test_a_full_screen_panel_keeps_the_page_behind_it_out_of_reach(context: OpenContext, site: Site) -> None:
    page = context(**VIEWS["phone"]).new_page()
    open_chat(page, f"{site.host}/plain.html")
    for _ in range(8):
        page.keyboard.press("Tab")
        assert focused(page) != "a link"


def test_f6_goes_round_box_log_and_banner_only_while_the_focus_is_inside(page: Page, site: Site) -> None:
    open_chat(page, f"{site.host}/plain.html")
    page.keyboard.press("F6")
    assert focused(page) == "Conversation"
    page.keyboard.press("F6")
    assert focused(page) == "input"
    ask(page, "emergency")
    assert "Call 999 now" in focused(page)
    page.keyboard.press("F6")
    assert focused(page) == "input"
    page.keyboard.press("Shift+F6")
    assert "Call 999 now" in focused(page)
    page.get_by_role("link", name="a link").focus()
    page.keyboard.press("F6")
    assert focused(page) == "a link"


def test_every_target_is_large_enough_for_a_finger(context: OpenContext, site: Site) -> None:
    page = context(**VIEWS["phone"]).new_page()
    open_chat(page, site.url)
    ask(page, "urgent")
    sizes = page.evaluate(
        """() => [...document.querySelector('footnote-chat').shadowRoot
          .querySelectorAll('button, a, summary, textarea')]
          .filter((node) => node.offsetParent && !node.closest('.launcher'))
          .map((node) => [node.textContent, node.getBoundingClientRect().width, node.getBoundingClientRect().height])"""
    )
    assert [name for name, width, height in sizes if width < 24 or height < 24] == []
    call = panel(page).locator(".pins .call").bounding_box()
    assert call is not None and call["height"] >= 44


def test_the_log_is_never_live_and_the_regions_lie_in_the_page(page: Page, site: Site) -> None:
    open_chat(page, site.url)
    expect(panel(page).get_by_role("log")).to_have_attribute("aria-live", "off")
    assert page.locator("footnote-chat > [role=status]").count() == 1
    assert page.locator("footnote-chat > [role=alert]").count() == 1


def test_a_window_that_becomes_small_keeps_what_was_typed_and_where(page: Page, site: Site) -> None:
    open_chat(page, f"{site.host}/plain.html")
    question_box(page).fill("half a ques")
    page.set_viewport_size({"width": 360, "height": 640})
    expect(panel(page)).to_be_visible()
    page.wait_for_function("() => document.querySelector('footnote-chat').shadowRoot.querySelector(':modal')")
    expect(question_box(page)).to_have_value("half a ques")
    expect(question_box(page)).to_be_focused()
    page.keyboard.press("Escape")
    expect(launcher(page)).to_be_focused()
