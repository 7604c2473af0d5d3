"""What a visitor does with the widget, from the first question to a printed page, in a real browser."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

from tests.browser.conftest import OpenContext, Site, Watch, watched
from tests.browser.driver import (
    announcements,
    ask,
    focused,
    launcher,
    note,
    open_chat,
    panel,
    question_box,
    record_announcements,
    turns,
)

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


def test_the_first_question_is_answered_with_footnotes_and_sources(page: Page, site: Site) -> None:
    open_chat(page, site.url)
    turn = ask(page, "Which shoes?")
    expect(turn).to_contain_text("Choose shoes that fit well.")
    expect(turn.get_by_role("link", name="Source 1: Shoes for walking")).to_be_visible()
    expect(turn.get_by_role("listitem").filter(has_text="Laces are tied.")).to_be_visible()
    expect(turn.locator(".sources > li")).to_have_count(2)
    expect(question_box(page)).to_have_value("")
    expect(question_box(page)).to_be_focused()


def test_a_follow_up_carries_the_whole_conversation(page: Page, site: Site) -> None:
    open_chat(page, site.url)
    ask(page, 'Which "shoes"?\\ ')
    ask(page, "And socks?")
    heard = site.answerer.heard[-1].messages
    assert [message.role for message in heard] == ["visitor", "bot", "visitor"]
    assert heard[0].text == 'Which "shoes"?\\'
    assert heard[2].text == "And socks?"


def test_a_suggested_question_can_be_pressed(page: Page, site: Site) -> None:
    open_chat(page, site.url)
    ask(page, "Which shoes?")
    page.get_by_role("button", name="What about socks?").click()
    expect(turns(page)).to_have_count(2)
    expect(turns(page).nth(1)).to_contain_text("What about socks?")


def test_a_footnote_opens_a_preview_that_escape_closes_before_the_panel(page: Page, site: Site) -> None:
    open_chat(page, f"{site.host}/plain.html")
    turn = ask(page, "Which shoes?")
    turn.get_by_role("link", name="Source 1").click()
    preview = page.get_by_role("group", name="Source 1: Shoes for walking")
    expect(preview).to_be_visible()
    expect(preview).to_contain_text("Last reviewed 2026-05-04")
    page.keyboard.press("Tab")
    assert focused(page).startswith("Read in the article")
    page.keyboard.press("Escape")
    expect(preview).to_be_hidden()
    expect(panel(page)).to_be_visible()
    page.keyboard.press("Escape")
    expect(panel(page)).to_be_hidden()
    expect(launcher(page)).to_be_focused()


def test_a_footnote_shows_its_preview_on_hover_and_stays_while_the_pointer_is_on_it(page: Page, site: Site) -> None:
    open_chat(page, f"{site.host}/plain.html")
    ask(page, "Which shoes?").get_by_role("link", name="Source 1").hover()
    preview = page.get_by_role("group", name="Source 1: Shoes for walking")
    expect(preview).to_be_visible()
    preview.hover()
    expect(preview).to_be_visible()
    page.mouse.move(5, 5)
    expect(preview).to_be_hidden()


def test_a_cited_passage_is_seen_marked_and_in_view(context: OpenContext, site: Site) -> None:
    opened = context()
    page = opened.new_page()
    open_chat(page, f"{site.host}/plain.html")
    turn = ask(page, "What stands at the end?")
    with opened.expect_page() as popup:
        turn.locator(".sources").get_by_role("link", name=re.compile("Shoes for walking")).click()
    article = popup.value
    mark = article.locator("mark")
    expect(mark).to_have_text("The last passage stands far down the page.")
    expect(mark).to_be_in_viewport()
    assert article.evaluate("() => scrollY") > 300
    assert article.evaluate("() => window.opener") is None


def test_a_passage_of_the_page_itself_is_painted_and_can_be_cleared(page: Page, site: Site) -> None:
    open_chat(page, f"{site.host}/article.html")
    turn = ask(page, "What stands at the end?")
    before = page.evaluate("() => document.querySelector('main').innerHTML.length")
    turn.get_by_role("button", name="Show on this page").click()
    expect(page.locator("main p").last).to_be_in_viewport()
    assert page.evaluate("() => [...CSS.highlights.get('footnote')][0].toString().replace(/\\s+/g, ' ')") == (
        "The last passage stands far down the page."
    )
    assert page.evaluate("() => document.activeElement.tagName") == "P"
    assert page.evaluate("() => document.querySelector('main').innerHTML.length") - before == len(' tabindex="-1"')
    page.get_by_role("button", name="Clear highlight").click()
    assert not page.evaluate("() => CSS.highlights.has('footnote')")


def test_a_question_without_answer_offers_ways_on(page: Page, site: Site) -> None:
    open_chat(page, site.url)
    turn = ask(page, "What is the price?")
    expect(turn.get_by_role("heading", name="Not in our articles")).to_be_visible()
    expect(turn.get_by_role("link", name="Search the site")).to_have_attribute("href", "https://clinic.example/search")
    expect(turn.get_by_role("link", name="Call reception")).to_have_attribute("href", "tel:02079460000")
    expect(turn.get_by_role("button", name="Which shoes?")).to_be_visible()


@pytest.mark.parametrize("viewport", [{}, PHONE], ids=["desktop", "phone"])
def test_an_emergency_takes_the_focus_is_said_once_and_cannot_be_lost(
    context: OpenContext, site: Site, viewport: dict[str, object]
) -> None:
    page = context(**viewport).new_page()
    record_announcements(page)
    open_chat(page, site.url)
    turn = ask(page, "This is an emergency")
    card = panel(page).get_by_role("region", name="Important")
    heading = card.get_by_role("heading", name="Immediate action required: Call 999 now")
    expect(heading).to_be_focused()
    assert announcements(page) == []
    expect(card.get_by_role("link", name="Call 999")).to_have_attribute("href", "tel:999")
    expect(turn.locator(".sources")).to_have_count(0)
    card.get_by_role("button", name="I have read this").click()
    expect(card.get_by_role("link", name="Call 999")).to_be_visible()
    expect(card.get_by_text("Do not wait for this page.")).to_be_hidden()
    page.keyboard.press("Escape")
    launcher(page).click()
    expect(heading).to_be_visible()
    expect(card.get_by_role("link", name="Call 999")).to_be_visible()
    ask(page, "Which shoes?")
    expect(heading).to_be_in_viewport()


def test_a_repeated_emergency_is_opened_again_and_another_card_comes_above(page: Page, site: Site) -> None:
    open_chat(page, site.url)
    ask(page, "emergency")
    cards = panel(page).locator(".pins .card")
    panel(page).get_by_role("button", name="I have read this").click()
    ask(page, "emergency")
    expect(cards).to_have_count(1)
    expect(panel(page).get_by_text("Do not wait for this page.")).to_be_visible()
    ask(page, "crisis")
    expect(cards).to_have_count(2)
    expect(cards.nth(0).get_by_role("heading")).to_have_text("Immediate support: Talk to someone now")


def test_another_danger_of_the_same_tier_folds_the_first_card_and_removes_nothing(page: Page, site: Site) -> None:
    def fulfil(route: Route) -> None:
        concept = "one" if "first" in (route.request.post_data or "")[-20:] else "two"
        block = {"type": "alert", "tier": "urgent", "headline": f"About {concept}", "text": f"Words on {concept}."}
        block |= {"actions": [], "concepts": [concept]}  # type: ignore[dict-item]  # JSON
        route.fulfill(json={"kind": "escalation", "text": "", "blocks": [block], "sources": [], "withdrawn": []})

    open_chat(page, site.url)
    page.route("**/api/v1/chat", fulfil)
    cards = panel(page).locator(".pins .card")
    for question, shown in (("first", ["one"]), ("second", ["two", "one"]), ("first", ["one", "two"])):
        question_box(page).fill(question)
        page.keyboard.press("Enter")
        expect(cards.get_by_role("heading")).to_have_text([f"Urgent advice: About {concept}" for concept in shown])
        expect(panel(page).get_by_text(f"Words on {shown[0]}.")).to_be_visible()
        for folded in shown[1:]:
            expect(panel(page).get_by_text(f"Words on {folded}.")).to_be_hidden()


def test_an_emergency_that_arrives_while_the_visitor_reads_elsewhere_is_announced_once(page: Page, site: Site) -> None:
    record_announcements(page)
    open_chat(page, f"{site.host}/plain.html")
    site.answerer.delay = 0.4
    question_box(page).fill("emergency")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="a link").focus()
    expect(turns(page)).to_have_count(1)
    assert announcements(page) == ["alert: Immediate action required: Call 999 now"]
    assert focused(page) == "a link"


def test_an_urgent_message_stands_before_the_answer_and_advice_after_it(page: Page, site: Site) -> None:
    open_chat(page, site.url)
    turn = ask(page, "urgent")
    expect(panel(page).get_by_role("heading", name="Urgent advice: See a doctor today")).to_be_focused()
    expect(turn.get_by_role("heading", name="From the articles")).to_be_visible()
    turn = ask(page, "assessment")
    order = turn.evaluate("(turn) => [...turn.querySelectorAll('.card, p, .sources')].map((n) => n.className)")
    assert order.index("card assessment") > order.index("")


def test_an_answer_is_announced_once_and_its_text_never(page: Page, site: Site) -> None:
    record_announcements(page)
    open_chat(page, site.url)
    ask(page, "Which shoes?")
    ask(page, "What is the price?")
    ask(page, "hello")
    assert announcements(page) == [
        "status: Answer ready, sources: 2",
        "status: Nothing found in the articles",
        "status: Answer ready",
    ]


def test_without_the_new_interface_live_regions_announce_the_same(page: Page, site: Site) -> None:
    page.add_init_script("delete Element.prototype.ariaNotify")
    record_announcements(page)
    open_chat(page, site.url)
    site.answerer.delay = 1.3
    ask(page, "Which shoes?")
    page.wait_for_function("() => window.said.length === 2")
    assert announcements(page) == ["status: Looking in the articles", "status: Answer ready, sources: 2"]


def test_offline_the_question_stays_and_can_be_sent_later(context: OpenContext, site: Site) -> None:
    opened = context()
    page = opened.new_page()
    open_chat(page, site.url)
    opened.set_offline(True)
    question_box(page).fill("Which shoes?")
    page.keyboard.press("Enter")
    expect(note(page)).to_contain_text("You are offline")
    expect(question_box(page)).to_have_value("Which shoes?")
    opened.set_offline(False)
    note(page).get_by_role("button", name="Try again").click()
    expect(turns(page)).to_have_count(1)
    expect(note(page)).to_be_empty()


def test_a_server_error_keeps_the_question_and_a_retry_sends_it(page: Page, site: Site) -> None:
    record_announcements(page)
    open_chat(page, site.url)
    site.answerer.fault = RuntimeError("a fault that names what the visitor wrote")
    question_box(page).fill("Which shoes?")
    page.keyboard.press("Enter")
    expect(note(page)).to_contain_text("Something went wrong on our side")
    expect(note(page).get_by_role("link", name="Search the site")).to_be_visible()
    expect(panel(page).locator(".strip").get_by_role("link", name="Call 999")).to_be_in_viewport()
    assert len(announcements(page)) == 1
    site.answerer.fault = None
    note(page).get_by_role("button", name="Try again").click()
    expect(turns(page)).to_have_count(1)


def _answer_with(page: Page, status: int, problem: str) -> None:
    def fulfil(route: Route) -> None:
        route.fulfill(status=status, content_type="application/problem+json", body=problem)

    page.route("**/api/v1/chat", fulfil)


@pytest.mark.parametrize(
    ("status", "problem", "message"),
    [
        (429, '{"detail":"Try again in 12 hours."}', "Try again in 12 hours."),
        (422, '{"detail":"Shorten it."}', "Shorten it."),
        (403, '{"detail":"See the setting."}', "may not be used from this website"),
        (500, "{}", "Something went wrong"),
        (500, "not json at all", "Something went wrong"),
    ],
)
def test_each_refusal_has_words_of_its_own(page: Page, site: Site, status: int, problem: str, message: str) -> None:
    open_chat(page, site.url)
    _answer_with(page, status, problem)
    question_box(page).fill("Which shoes?")
    page.keyboard.press("Enter")
    expect(note(page)).to_contain_text(message)
    expect(question_box(page)).to_have_value("Which shoes?")
    expect(question_box(page)).to_be_editable()


def test_a_question_can_be_stopped(page: Page, site: Site) -> None:
    open_chat(page, site.url)
    site.answerer.delay = 2
    question_box(page).fill("Which shoes?")
    page.keyboard.press("Enter")
    panel(page).get_by_role("button", name="Stop").click()
    expect(note(page)).to_contain_text("Stopped")
    expect(question_box(page)).to_have_value("Which shoes?")


def test_contact_details_are_asked_about_before_they_are_sent(page: Page, site: Site) -> None:
    open_chat(page, site.url)
    asked = len(site.answerer.heard)
    question_box(page).fill("Write to me@example.org, my 3-year-old has new shoes")
    page.keyboard.press("Enter")
    expect(note(page)).to_contain_text("contact details")
    assert len(site.answerer.heard) == asked
    note(page).get_by_role("button", name="Send as it is").click()
    expect(turns(page)).to_have_count(1)


def test_an_empty_question_is_not_sent_and_one_that_is_too_long_is_kept(page: Page, site: Site) -> None:
    open_chat(page, site.url)
    page.keyboard.press("Enter")
    expect(note(page)).to_contain_text("Type a question first")
    question_box(page).fill("x" * 301)
    expect(panel(page).get_by_text("1 characters too many")).to_be_visible()
    page.keyboard.press("Enter")
    expect(note(page)).to_contain_text("at most 300 characters")
    expect(note(page)).to_contain_text("In an emergency, do not wait for this page.")
    expect(question_box(page)).to_have_value("x" * 301)


def test_a_danger_in_a_message_that_is_too_long_gets_its_card_and_the_conversation_goes_on(
    page: Page, site: Site
) -> None:
    open_chat(page, site.url)
    ask(page, "word " * 70 + "I want to kill myself")
    expect(panel(page).locator(".pins .card.crisis")).to_be_visible()
    expect(turns(page).first).to_contain_text("at most 300 characters")
    ask(page, "Which shoes?")
    expect(turns(page).nth(1)).to_contain_text("Choose shoes that fit well.")


def test_a_question_that_was_read_as_another_is_shown_so_above_the_answer(page: Page, site: Site) -> None:
    open_chat(page, site.url)
    turn = ask(page, "And on hills?")
    expect(turn.get_by_text("Read as: Which shoes?")).to_be_visible()
    expect(ask(page, "which shoes").get_by_text("Read as:")).to_have_count(0)


def test_shift_enter_makes_a_line_and_enter_sends(page: Page, site: Site) -> None:
    open_chat(page, site.url)
    page.keyboard.type("one")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("two")
    expect(question_box(page)).to_have_value("one\ntwo")
    page.keyboard.press("Enter")
    expect(turns(page)).to_have_count(1)


def test_feedback_is_a_toggle_and_sends_none_of_the_words(page: Page, site: Site) -> None:
    open_chat(page, site.url)
    turn = ask(page, "Which shoes?")
    helpful, unhelpful = (
        turn.get_by_role("button", name="Helpful", exact=True),
        turn.get_by_role("button", name="Not helpful"),
    )
    with page.expect_request("**/api/v1/feedback") as sent:
        unhelpful.click()
    assert sent.value.post_data_json == {"helpful": False, "kind": "answer"}
    expect(unhelpful).to_have_attribute("aria-pressed", "true")
    with page.expect_request("**/api/v1/feedback") as sent:
        turn.get_by_role("button", name="Too little").click()
    assert (sent.value.post_data_json or {})["reason"] == "not_enough"
    with page.expect_response("**/api/v1/feedback") as answered:
        helpful.click()
    assert answered.value.status == 204
    expect(unhelpful).to_have_attribute("aria-pressed", "false")
    with page.expect_request("**/api/v1/feedback") as sent:
        helpful.click()
    assert (sent.value.post_data_json or {})["helpful"] is None


def test_a_visitor_who_asks_not_to_be_tracked_is_not_asked_for_feedback(page: Page, site: Site) -> None:
    page.add_init_script("Object.defineProperty(navigator, 'globalPrivacyControl', { value: true })")
    open_chat(page, site.url)
    expect(ask(page, "Which shoes?").get_by_role("button", name="Helpful", exact=True)).to_have_count(0)


def test_copies_are_headed_by_the_red_flag_and_end_with_the_sources(context: OpenContext, site: Site) -> None:
    opened = context(permissions=["clipboard-read", "clipboard-write"])
    page = opened.new_page()
    open_chat(page, site.url)
    ask(page, "Which shoes?")
    ask(page, "urgent")
    panel(page).get_by_text("More", exact=True).click()
    page.get_by_role("button", name="Copy all").click()
    expect(note(page)).to_contain_text("Copied")
    text = page.evaluate("() => navigator.clipboard.readText()")
    assert text.index("URGENT ADVICE: See a doctor today") < text.index("You asked: Which shoes?")
    assert "Choose shoes that fit well. [1]" in text
    assert "[1] Shoes for walking\n    https://clinic.example/walking-shoes\n    Last reviewed 2026-05-04" in text
    assert "Call 111 (tel:111)" in text
    assert text.rstrip().endswith("They are not a diagnosis.")


def test_saving_gives_a_text_file(page: Page, site: Site) -> None:
    open_chat(page, site.url)
    ask(page, "emergency")
    panel(page).get_by_text("More", exact=True).click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Save as text").click()
    text = download.value.path().read_text(encoding="utf-8")
    assert "IMMEDIATE ACTION REQUIRED: Call 999 now" in text


def test_paper_shows_the_conversation_alone_red_flag_first(page: Page, site: Site) -> None:
    page.add_init_script("window.print = () => { window.printed = true; }")
    open_chat(page, f"{site.host}/plain.html")
    ask(page, "Which shoes?")
    ask(page, "emergency")
    panel(page).get_by_text("More", exact=True).click()
    page.get_by_role("button", name="Print").click()
    assert page.evaluate("() => window.printed")
    page.emulate_media(media="print")
    seen = page.evaluate("() => document.body.innerText")
    assert "A page of another site" not in seen
    assert seen.index("IMMEDIATE ACTION REQUIRED: Call 999 now") < seen.index("You asked: Which shoes?")
    assert page.pdf().startswith(b"%PDF")
    page.evaluate("() => dispatchEvent(new Event('afterprint'))")
    page.emulate_media(media="screen")
    expect(page.locator("footnote-print")).to_have_count(0)


def test_a_new_conversation_needs_a_second_press_and_wipes_everything(page: Page, site: Site) -> None:
    open_chat(page, site.url)
    ask(page, "urgent")
    panel(page).get_by_text("More", exact=True).click()
    page.get_by_role("button", name="New conversation").click()
    expect(turns(page)).to_have_count(1)
    page.get_by_role("button", name="Press again to clear everything").click()
    expect(turns(page)).to_have_count(0)
    expect(panel(page).locator(".pins .card")).to_have_count(0)
    expect(question_box(page)).to_be_focused()


def test_an_answer_that_was_under_way_when_the_conversation_was_cleared_is_not_shown(page: Page, site: Site) -> None:
    open_chat(page, f"{site.host}/remember.html")
    held: list[Route] = []
    page.route("**/api/v1/chat", lambda route: held.append(route))
    question_box(page).fill("urgent")
    with page.expect_request("**/api/v1/chat"):
        page.keyboard.press("Enter")
    panel(page).get_by_text("More", exact=True).click()
    page.get_by_role("button", name="New conversation").click()
    page.get_by_role("button", name="Press again to clear everything").click()
    expect(panel(page).get_by_role("button", name="Send")).to_be_visible()
    page.unroute("**/api/v1/chat")
    expect(note(page)).to_be_empty()
    ask(page, "Which shoes?")
    expect(turns(page)).to_have_count(1)
    assert "See a doctor today" not in str(page.evaluate("() => sessionStorage.getItem('footnote-2')"))


def test_both_ends_of_a_question_that_is_far_too_long_are_looked_through(page: Page, site: Site) -> None:
    open_chat(page, site.url)
    ask(page, "word " * 40_000 + "I want to kill myself")
    expect(panel(page).locator(".pins .card.crisis")).to_be_visible()


def _own_keys(context: BrowserContext, page: Page) -> list[object]:
    stored: list[object] = page.evaluate("() => [...Object.keys(localStorage), ...Object.keys(sessionStorage)]")
    return [*stored, *context.cookies()]


def test_nothing_is_stored_and_no_other_host_is_asked(context: OpenContext, site: Site) -> None:
    opened = context()
    page = opened.new_page()
    watch = watched(page, (site.url,))
    page.goto(site.url)
    launcher(page).wait_for()
    before = [url for url in watch.requests if "widget" in url or "panel" in url]
    assert before == [f"{site.url}/widget.js"]
    count = len(watch.requests)
    launcher(page).click()
    expect(question_box(page)).to_be_focused()
    assert len(watch.requests) == count + 1
    ask(page, "Which shoes?")
    assert _own_keys(opened, page) == []
    assert (watch.foreign, watch.violations, watch.errors) == ([], [], [])


def test_a_conversation_is_kept_for_the_tab_only_where_the_owner_asked_for_it(page: Page, site: Site) -> None:
    open_chat(page, f"{site.host}/remember.html")
    ask(page, "emergency")
    page.reload()
    launcher(page).click()
    expect(panel(page).get_by_role("heading", name="Call 999 now")).to_be_visible()
    expect(turns(page)).to_have_count(1)


@pytest.mark.parametrize(
    "storage",
    [
        "Object.defineProperty(window, 'sessionStorage', { get() { throw new DOMException('', 'SecurityError'); } })",
        "Storage.prototype.setItem = () => { throw new DOMException('', 'QuotaExceededError'); }",
        "sessionStorage.setItem('footnote', '[{\"question\":\"old\"}]'); sessionStorage.setItem('footnote-2', '{x')",
        "sessionStorage.setItem('footnote-2', '\"abc\"')",
        "sessionStorage.setItem('footnote-2', '5')",
        "sessionStorage.setItem('footnote-2', '[1]')",
        "sessionStorage.setItem('footnote-2', '[{}]')",
    ],
    ids=["forbidden", "full", "scribbled over", "word", "number", "numbers", "empty turn"],
)
def test_storage_that_does_not_work_costs_no_answer(page: Page, site: Site, watch: Watch, storage: str) -> None:
    page.add_init_script(storage)
    open_chat(page, f"{site.host}/remember.html")
    expect(ask(page, "Which shoes?")).to_contain_text("Choose shoes that fit well.")
    expect(note(page)).to_be_empty()
    assert watch.errors == []


def test_markup_in_articles_titles_and_addresses_is_shown_as_text(page: Page, site: Site, watch: Watch) -> None:
    open_chat(page, site.url)
    turn = ask(page, "nasty <img src=x onerror=window.hacked=1>")
    expect(turn).to_contain_text("<script>window.hacked=1</script>")
    turn.get_by_role("link", name=re.compile("^Source 1")).click()
    assert turn.locator("img, script").count() == 0
    assert turn.locator('a[href^="javascript"]').count() == 0
    page.goto(f"{site.url}/articles/nasty")
    assert page.locator("main img, main script").count() == 0
    assert page.locator('a[href^="javascript"]').count() == 0
    assert page.evaluate("() => window.hacked") is None
    assert (watch.violations, watch.errors) == ([], [])


def test_when_the_panel_cannot_be_loaded_the_launcher_leads_to_the_page(page: Page, site: Site) -> None:
    page.route("**/panel.en.js", lambda route: route.abort())
    page.goto(site.url)
    launcher(page).click()
    page.wait_for_url(f"{site.url}/chat")
    expect(page.get_by_role("heading", name="Ask our articles")).to_be_visible()


def test_an_origin_that_is_not_named_is_told_so(context: OpenContext, site: Site) -> None:
    page = context().new_page()
    # The same page under another name of this machine is another origin, and that one is not allowed.
    open_chat(page, f"{site.host}/plain.html".replace("127.0.0.1", "localhost"))
    question_box(page).fill("Which shoes?")
    page.keyboard.press("Enter")
    expect(note(page)).to_contain_text("may not be used from this website")
    expect(question_box(page)).to_have_value("Which shoes?")
