"""Pages that make life hard for a widget: each is a file in `hosts/`, served from another origin."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenContext, Site, Watch, watched
from tests.browser.driver import ask, launcher, open_chat, panel, question_box, turns

_ROOT = "document.querySelector('footnote-chat').shadowRoot"
HOSTS = ["plain", "styles", "rem", "rtl", "dark", "quirks", "strict", "turbo", "twice", "polluted", "inline", "themed"]


@pytest.mark.parametrize("host", HOSTS)
def test_the_chat_works_on_a_hostile_page(page: Page, site: Site, watch: Watch, host: str) -> None:
    open_chat(page, f"{site.host}/{host}.html")
    turn = ask(page, "Which shoes?")
    expect(turn).to_contain_text("Choose shoes that fit well.")
    turn.get_by_role("link", name="Source 2").click()
    expect(page.get_by_role("group", name="Source 2: Shoes for walking")).to_be_visible()
    ask(page, "emergency")
    expect(panel(page).get_by_role("link", name="Call 999").first).to_be_in_viewport()
    assert page.locator("footnote-chat").count() == 1
    assert (watch.foreign, watch.violations, watch.errors) == ([], [], [])


@pytest.mark.parametrize("host", ["plain", "styles", "rem", "quirks"])
def test_no_rule_of_the_page_reaches_into_the_chat(page: Page, site: Site, host: str) -> None:
    open_chat(page, f"{site.host}/{host}.html")
    ask(page, "Which shoes?")
    style = page.evaluate(
        """() => {
          const root = document.querySelector('footnote-chat').shadowRoot;
          const of = (selector, name) => getComputedStyle(root.querySelector(selector))[name];
          const keys = ['letterSpacing', 'textTransform', 'color', 'lineHeight', 'opacity', 'float', 'visibility'];
          return keys.map((key) => of('.turn p', key)).concat(of('textarea', 'fontSize'), of('.panel', 'display'));
        }"""
    )
    assert style == ["normal", "none", "rgb(23, 38, 43)", "24px", "1", "none", "visible", "16px", "flex"]


@pytest.mark.parametrize("host", ["turbo", "spa"])
def test_the_conversation_outlives_a_page_that_swaps_its_body(page: Page, site: Site, host: str) -> None:
    open_chat(page, f"{site.host}/{host}.html")
    ask(page, "emergency")
    page.locator("#swap").click()
    expect(page.get_by_role("heading", name="The next page")).to_be_visible()
    expect(panel(page).get_by_role("heading", name="Call 999 now")).to_be_visible()
    expect(turns(page)).to_have_count(1)
    ask(page, "Which shoes?")
    expect(page.locator("footnote-chat")).to_have_count(1)


def test_a_full_screen_chat_stays_modal_after_a_swap(context: OpenContext, site: Site) -> None:
    page = context(viewport={"width": 390, "height": 844}).new_page()
    open_chat(page, f"{site.host}/spa.html")
    page.evaluate("() => document.querySelector('#swap').click()")
    expect(page.get_by_role("dialog")).to_be_visible()
    assert page.evaluate("() => document.querySelector('footnote-chat').shadowRoot.querySelector(':modal') !== null")


def test_the_chat_follows_the_direction_of_the_page(page: Page, site: Site) -> None:
    page.goto(f"{site.host}/rtl.html")
    box = launcher(page).bounding_box()
    assert box is not None and box["x"] < 100
    launcher(page).click()
    box = panel(page).bounding_box()
    assert box is not None and box["x"] < 100


def test_the_page_of_the_owner_keeps_its_own_methods_and_its_own_fetch(page: Page, site: Site) -> None:
    open_chat(page, f"{site.host}/plain.html")
    ask(page, "Which shoes?")
    assert page.evaluate("() => fetch.toString().includes('native code')")
    names = page.evaluate("() => Object.keys(window).filter((name) => /footnote|chat/i.test(name))")
    assert names == []


def test_a_cookie_banner_stays_on_top_of_the_launcher_and_below_nothing_of_ours(page: Page, site: Site) -> None:
    page.goto(f"{site.host}/banner.html")
    launcher(page).wait_for()
    page.get_by_role("button", name="Accept").click(timeout=2000)
    on_top = page.evaluate("() => document.elementFromPoint(60, innerHeight - 30).closest('#banner') !== null")
    assert on_top


def test_colours_that_cannot_be_read_are_not_used(page: Page, site: Site) -> None:
    open_chat(page, f"{site.host}/themed.html")
    assert page.locator("footnote-chat").get_attribute("data-plain") == ""
    expect(launcher(page)).to_have_text("1Ask us")


@pytest.mark.parametrize(
    ("colours", "plain"),
    [
        ("--footnote-accent: oklch(90% 0.1 100); --footnote-on-accent: white", True),
        ("--footnote-accent: #ffee88; --footnote-on-accent: black", True),
        ("--footnote-ink: silver", True),
        ("--footnote-quiet: hsl(0 0% 80%)", True),
        ("--footnote-paper: #17262b", True),
        ("--footnote-paper: transparent", True),
        ("--footnote-ink: nonsense", True),
        ("--footnote-accent: oklch(35% 0.1 250); --footnote-on-accent: ivory; --footnote-ink: navy", False),
        ("--footnote-paper: black; --footnote-mist: #222; --footnote-ink: white; --footnote-quiet: silver;"
         "--footnote-accent: gold; --footnote-on-accent: black", False),
    ],
)  # fmt: skip
def test_colours_of_any_notation_are_kept_only_where_all_words_can_be_read(
    page: Page, site: Site, colours: str, plain: bool
) -> None:
    page.goto(f"{site.host}/plain.html")
    page.evaluate(
        """(colours) => {
          const sheet = new CSSStyleSheet();
          sheet.replaceSync('footnote-chat {' + colours + '}');
          document.adoptedStyleSheets = [sheet];
        }""",
        colours,
    )
    launcher(page).click()
    expect(question_box(page)).to_be_focused()
    shown = page.evaluate(
        f"""() => ['.panel', '.send', '.about'].map((one) => getComputedStyle({_ROOT}.querySelector(one)))
          .flatMap((style) => [style.color, style.backgroundColor]).slice(0, 5)"""
    )
    ours = ["rgb(23, 38, 43)", "rgb(255, 255, 255)", "rgb(255, 255, 255)", "rgb(11, 85, 99)", "rgb(75, 95, 101)"]
    assert (shown == ours) is plain
    assert (page.locator("footnote-chat").get_attribute("data-plain") == "") is plain


def test_a_page_with_a_tiny_rem_makes_no_word_and_no_target_of_the_chat_tiny(page: Page, site: Site) -> None:
    page.goto(f"{site.host}/rem.html")
    box = launcher(page).bounding_box()
    assert box is not None and box["height"] >= 44
    launcher(page).click()
    ask(page, "emergency")
    ask(page, "Which shoes?").get_by_role("link", name="Source 1").click()
    sizes = page.evaluate(
        f"""() => {{
          const all = [...{_ROOT}.querySelectorAll('.panel *')].filter((n) => n.checkVisibility());
          const words = all.filter((n) => [...n.childNodes].some((c) => c.nodeType == 3 && c.data.trim()));
          const size = (n) => parseFloat(getComputedStyle(n).fontSize);
          const height = (n) => n.getBoundingClientRect().height;
          const at = (one) => {_ROOT}.querySelector(one);
          return {{
            words: Math.min(...words.filter((n) => !n.closest('.ref')).map(size)),
            title: size(at('h2')), body: size(at('.turn .asked')),
            mark: [size(at('.ref')), height(at('.ref'))],
            buttons: Math.min(...all.filter((n) => n.matches('button:not(.link), summary')).map(height)),
            calls: Math.min(...all.filter((n) => n.matches('a.call')).map(height)),
            width: at('.panel').getBoundingClientRect().width,
          }};
        }}"""
    )
    assert sizes["words"] == pytest.approx(15.2)
    assert (sizes["title"], sizes["body"]) == (pytest.approx(17.6), 16)
    assert sizes["mark"] == [pytest.approx(12.8), 24]
    assert sizes["buttons"] >= 44
    assert sizes["calls"] >= 40
    assert sizes["width"] == 432


def test_a_visitor_who_enlarges_text_gets_a_larger_chat(page: Page, site: Site) -> None:
    open_chat(page, f"{site.host}/plain.html")
    page.evaluate("() => { document.documentElement.style.fontSize = '32px'; }")
    assert page.evaluate(f"() => getComputedStyle({_ROOT}.querySelector('h2')).fontSize") == "35.2px"
    box = launcher(page).bounding_box()
    assert box is not None and box["height"] >= 88


def test_the_inline_box_stands_where_the_owner_put_it(page: Page, site: Site) -> None:
    open_chat(page, f"{site.host}/inline.html")
    assert page.evaluate("() => document.querySelector('footnote-chat').parentElement.tagName") == "MAIN"
    assert page.evaluate("() => getComputedStyle(document.querySelector('footnote-chat')).position") == "static"


def test_at_four_hundred_percent_everything_can_be_reached(context: OpenContext, site: Site) -> None:
    page = context(viewport={"width": 320, "height": 256}).new_page()
    open_chat(page, f"{site.host}/plain.html")
    ask(page, "Which shoes?")
    ask(page, "emergency")
    for target in (
        question_box(page),
        panel(page).get_by_role("button", name="Send"),
        panel(page).get_by_role("link", name="Call 999").last,
    ):
        target.scroll_into_view_if_needed()
        box = target.bounding_box()
        assert box is not None
        assert box["x"] >= 0 and box["x"] + box["width"] <= 320
        assert box["y"] >= 0 and box["y"] + min(box["height"], 44) <= 256
    assert page.evaluate(f"() => {_ROOT}.querySelector('.panel').scrollWidth") <= 320
    # Nothing stays in front of what has the focus.
    assert page.evaluate(f"() => getComputedStyle({_ROOT}.querySelector('.ask')).position") == "static"


def test_bigger_gaps_between_letters_lines_and_words_cut_nothing_off(page: Page, site: Site) -> None:
    open_chat(page, f"{site.host}/plain.html")
    ask(page, "Which shoes?")
    page.evaluate(
        """() => {
          const sheet = new CSSStyleSheet();
          sheet.replaceSync('* { line-height: 1.5 !important; letter-spacing: .12em !important }' +
            '* { word-spacing: .16em !important } p { margin-bottom: 2em !important }');
          const root = document.querySelector('footnote-chat').shadowRoot;
          root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
        }"""
    )
    cut = page.evaluate(
        """() => [...document.querySelector('footnote-chat').shadowRoot.querySelectorAll('button, h2, h3, p, a')]
          .filter((n) => n.offsetParent && n.scrollWidth > n.clientWidth + 1)
          .filter((n) => getComputedStyle(n).overflow !== 'visible')
          .map((n) => n.textContent)"""
    )
    assert cut == []


def test_the_page_is_not_moved_by_the_widget(page: Page, site: Site) -> None:
    page.add_init_script(
        "window.shift = 0; new PerformanceObserver((list) => list.getEntries()"
        ".forEach((e) => { if (!e.hadRecentInput) window.shift += e.value; }))"
        ".observe({ type: 'layout-shift', buffered: true });"
    )
    open_chat(page, f"{site.host}/plain.html")
    ask(page, "Which shoes?")
    assert page.evaluate("() => window.shift") == 0
    assert page.evaluate("() => scrollY") == 0


def test_on_a_strict_page_of_our_own_nothing_is_violated(context: OpenContext, site: Site) -> None:
    page = context().new_page()
    watch = watched(page, (site.url,))
    for path in ("/", "/chat", "/articles/walking-shoes", "/articles/none"):
        page.goto(site.url + path)
    page.goto(site.url)
    launcher(page).click()
    ask(page, "urgent")
    assert (watch.foreign, watch.violations, watch.errors) == ([], [], [])
