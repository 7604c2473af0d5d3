"""Takes the pictures in `docs/images/` from the running product: `python docs/screenshots.py --index var/index`.

Everything in them is real: the bundled articles, an index built from them, the service, the widget, Chromium.
"""

from __future__ import annotations

import argparse
import os
import shutil
import threading
from collections.abc import Callable
from pathlib import Path

import uvicorn
from playwright.sync_api import Browser, Page, expect, sync_playwright

from bot.bot import Site
from web.app import create_app
from web.live import LiveAnswerer
from web.settings import ServiceSettings

IMAGES = Path(__file__).parent / "images"
SETTINGS = ServiceSettings(
    site_name="Riverside Running Clinic",
    region="uk",
    contact="Call reception, weekdays 8 to 18",
    search_url="https://example.org/search",
    starters=("How long should I ice my ankle?", "What are the signs of a stress fracture?"),
)
ANSWERED = "How long should I ice my ankle?"
LISTED = "What are the signs of a stress fracture?"
UNKNOWN = "How much does an X-ray cost?"
RED_FLAG = "I twisted it and now my foot is cold and numb"
URGENT = "my ankle is swollen and I can't put weight on it"

PHONE = {"viewport": {"width": 390, "height": 844}, "device_scale_factor": 2, "is_mobile": True, "has_touch": True}
DESKTOP = {"viewport": {"width": 1280, "height": 860}, "device_scale_factor": 1}


def ask(page: Page, *questions: str) -> None:
    """Open the chat and ask, one question after the other."""
    page.get_by_role("button", name="Ask a question").click()
    dialog = page.get_by_role("dialog")
    for number, question in enumerate(questions, start=1):
        dialog.get_by_role("textbox", name="Your question").fill(question)
        page.keyboard.press("Enter")
        expect(dialog.get_by_role("article")).to_have_count(number, timeout=20_000)


def preview(page: Page) -> None:
    """Ask, and open the first footnote."""
    ask(page, ANSWERED)
    page.get_by_role("dialog").get_by_role("link", name="Source 1").first.click()


def cited(page: Page) -> None:
    """Ask, and go to the page of the first source."""
    ask(page, ANSWERED)
    link = page.get_by_role("dialog").locator(".ref").first
    page.goto(link.get_attribute("href") or "")


def without_javascript(page: Page) -> None:
    """The conversation as a page."""
    page.goto(page.url + "chat")
    page.get_by_role("textbox").fill(LISTED)
    page.get_by_role("button", name="Send").click()


def opened(page: Page) -> None:
    """The chat before the first question."""
    ask(page)
    page.get_by_role("textbox", name="Your question").wait_for()


PICTURES: dict[str, tuple[dict[str, object], Callable[[Page], None]]] = {
    "phone-open": (PHONE, opened),
    "phone-answer": (PHONE, lambda page: ask(page, ANSWERED)),
    "phone-list": (PHONE, lambda page: ask(page, LISTED)),
    "phone-red-flag": (PHONE, lambda page: ask(page, RED_FLAG)),
    "phone-urgent": (PHONE, lambda page: ask(page, URGENT)),
    "phone-abstention": (PHONE, lambda page: ask(page, UNKNOWN)),
    "phone-dark": (PHONE | {"color_scheme": "dark"}, lambda page: ask(page, ANSWERED)),
    "phone-passage": (PHONE, cited),
    "phone-without-javascript": (PHONE | {"java_script_enabled": False}, without_javascript),
    "desktop-answer": (DESKTOP, preview),
    "desktop-red-flag": (DESKTOP, lambda page: ask(page, RED_FLAG)),
    "desktop-abstention": (DESKTOP, lambda page: ask(page, UNKNOWN)),
    "desktop-dark": (DESKTOP | {"color_scheme": "dark"}, lambda page: ask(page, LISTED)),
    "desktop-page": (DESKTOP, lambda page: None),
}


def take(browser: Browser, url: str, name: str) -> None:
    """Take one picture."""
    options, prepare = PICTURES[name]
    context = browser.new_context(**options)  # type: ignore[arg-type]  # Playwright spells every option out
    page = context.new_page()
    page.goto(url)
    prepare(page)
    page.evaluate("() => document.fonts.ready")
    page.screenshot(path=IMAGES / f"{name}.png")
    context.close()


def main() -> None:
    """Take all pictures, or those that are named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--index", type=Path, default=Path("var/index"))
    parser.add_argument("names", nargs="*", default=[], help="pictures to take; all when none is named")
    arguments = parser.parse_args()
    IMAGES.mkdir(exist_ok=True)
    app = create_app(LiveAnswerer(arguments.index, Site(SETTINGS.contact or "", SETTINGS.region)), SETTINGS)
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error", ws="none"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        thread.join(0.05)
    url = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}/"
    chromium = os.environ.get("FOOTNOTE_CHROMIUM") or shutil.which("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        for name in arguments.names or PICTURES:
            take(browser, url, name)
        browser.close()
    server.should_exit = True
    thread.join(10)


if __name__ == "__main__":
    main()
