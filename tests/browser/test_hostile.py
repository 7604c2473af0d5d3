"""Scripts in article text, titles, headings, addresses, and in what a visitor types, never run: in a real browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from bot.bot import Site as BotSite
from bot.understanding.lexicon import LexiconAttachment
from index.builder import BuildOptions
from index.rebuild import rebuild
from tests.browser.conftest import OpenContext, RunningServer, Watch, watched
from tests.browser.driver import ask, launcher, open_chat, panel
from web.app import create_app
from web.live import LiveAnswerer
from web.settings import ServiceSettings

ATTACKS = (
    "<script>window.hacked=1</script>",
    "<img src=x onerror=window.hacked=1>",
    "<svg/onload=window.hacked=1>",
    '"><iframe srcdoc="<script>parent.hacked=1</script>">',
    "</textarea><script>window.hacked=1</script>",
    "</script><script>window.hacked=1</script>",
    "javascript:window.hacked=1",
    "{{7*7}} {% for x in y %} ${7*7}",
    "<a href=javascript:window.hacked=1>click</a>",
    "<style>*{display:none}</style>",
    "<form action=https://evil.example><input name=q></form>",
    "<base href=https://evil.example/>",
    "<meta http-equiv=refresh content=0;url=https://evil.example>",
    "&lt;script&gt;window.hacked=1&lt;/script&gt;",
    "\u202e<b>backwards</b>\u202c\u0000\ufeff",
)
PLAIN = "\n\n".join(f"Fountain pens need rinsing {n} {attack.replace(chr(0), '')}." for n, attack in enumerate(ATTACKS))


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory, bundled_encoder: Path) -> Iterator[str]:
    """A whole service over articles written by an attacker."""
    folder = tmp_path_factory.mktemp("hostile")
    for n, attack in enumerate(ATTACKS):
        title = attack.replace("\\", "").replace('"', "'").replace("\x00", "")
        front = f'title: "Pens {title}"\nurl: "{"javascript:window.hacked=1" if n % 2 else f"https://x.example/{quote(attack)}"}"\n'
        front += f'author: "{title}"\nsources:\n  - "javascript:window.hacked=1"\n  - "data:text/html,{title}"\n'
        text = f"# Pens {attack}\n\n## Rinsing {attack}\n\n{PLAIN}\n\n- Nib {n} {attack}\n- Ink {attack}\n"
        (folder / f"pens-{n}.md").write_text(f"---\n{front}---\n{text}", encoding="utf-8")
    index = folder / "index"
    rebuild([str(folder)], index, BuildOptions(model=bundled_encoder, attachments=(LexiconAttachment(),)))
    settings = ServiceSettings(site_name="Pens", rate_per_minute=10_000)
    server = RunningServer(create_app(LiveAnswerer(index, BotSite()), settings))
    yield server.url
    server.stop()


def rendered(page: Page) -> None:
    """Wait until the page was drawn twice, so that what a scroll has to tell was told."""
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")


def harmless(page: Page, watch: Watch) -> None:
    """Nothing ran, nothing left, no link leads anywhere but to the web, a telephone or a mailbox."""
    assert page.evaluate("() => window.hacked") is None
    assert (watch.foreign, watch.violations, watch.errors) == ([], [], [])
    links = page.evaluate(
        """() => {
          const found = [], look = (root) => root.querySelectorAll('*').forEach((node) => {
            if (node.href) found.push(String(node.href.baseVal || node.href));
            if (node.src) found.push(node.src);
            if (node.action && node.tagName === 'FORM') found.push(node.action);
            if (node.shadowRoot) look(node.shadowRoot);
          });
          look(document);
          return found;
        }"""
    )
    assert all(link.startswith(("http://", "https://", "tel:", "mailto:", "sms:")) for link in links), links
    assert page.evaluate("() => document.cookie + localStorage.length + sessionStorage.length") == "00"
    assert page.locator("iframe, object, embed, base, meta[http-equiv]").count() == 0


def test_pages_of_hostile_articles_run_nothing(context: OpenContext, hostile: str) -> None:
    page = context().new_page()
    watch = watched(page, (hostile,))
    for path in ("/", *(f"/articles/pens-{n}" for n in range(len(ATTACKS)))):
        page.goto(hostile + path)
        harmless(page, watch)
    page.goto(f"{hostile}/articles/pens-0")
    assert "window.hacked=1" in page.locator("main").inner_text()


def test_answers_and_footnotes_from_hostile_articles_run_nothing(context: OpenContext, hostile: str) -> None:
    page = context().new_page()
    watch = watched(page, (hostile,))
    open_chat(page, hostile)
    for question in ("Do fountain pens need rinsing?", "What are the nib and the ink?"):
        turn = ask(page, question)
        harmless(page, watch)
        for link in turn.locator("a.ref").all():
            link.scroll_into_view_if_needed()
            rendered(page)  # scrolling closes a footnote, and tells of it only with the next picture
            link.click()
            harmless(page, watch)
            page.keyboard.press("Escape")
    page.emulate_media(media="print")
    harmless(page, watch)


@pytest.mark.parametrize("javascript", [True, False], ids=["widget", "page"])
def test_what_a_visitor_types_runs_nothing(context: OpenContext, hostile: str, javascript: bool) -> None:
    opened: BrowserContext = context(java_script_enabled=javascript)
    page = opened.new_page()
    watch = watched(page, (hostile,)) if javascript else None
    page.goto(hostile if javascript else f"{hostile}/chat")
    if javascript:
        launcher(page).click()
    for attack in ATTACKS:
        if javascript:
            ask(page, attack)
        else:
            page.get_by_role("textbox").fill(attack)
            page.get_by_role("button", name="Send").click()
    asked = panel(page).locator(".asked") if javascript else page.locator(".asked")
    expect(asked).to_have_count(len(ATTACKS))
    assert ATTACKS[0] in asked.first.inner_text()
    if watch is not None:
        harmless(page, watch)
    assert opened.cookies() == []
    assert page.locator(".turn script, .turn img, .turn iframe, .turn svg, .turn style").count() == 0


def test_what_stands_in_an_address_runs_nothing(context: OpenContext, hostile: str) -> None:
    page = context().new_page()
    watch = watched(page, (hostile,))
    for attack in map(quote, ATTACKS):
        for path in (
            f"/articles/pens-0?section={attack}&version={attack}&start={attack}",
            f"/articles/{attack}",
            f"/{attack}",
        ):
            page.goto(hostile + path + f"#{attack}")
            harmless(page, watch)
