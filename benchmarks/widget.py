"""What the widget costs: bytes, requests, nodes, shifts, and the slowest interaction on a slowed-down processor.

    python -m benchmarks.widget            prints one table

Timings are measured in Chromium with the processor slowed four times by the browser itself; run it on an idle machine.
"""

from __future__ import annotations

import os
import shutil
import statistics
import threading

import uvicorn
from playwright.sync_api import Page, sync_playwright

from bot.reply import Action
from tests.web.fakes import FakeAnswerer
from web.app import create_app
from web.assets import compose_assets
from web.settings import ServiceSettings

RUNS = 5
SLOWER = 4

_WATCH = """
window.slowest = 0; window.shift = 0; window.long = 0;
const slow = (e) => { window.slowest = Math.max(window.slowest, e.duration); };
new PerformanceObserver((l) => l.getEntries().forEach(slow))
  .observe({ type: 'event', durationThreshold: 16, buffered: true });
const count = (e) => { if (!e.hadRecentInput) window.shift += e.value; };
new PerformanceObserver((l) => l.getEntries().forEach(count))
  .observe({ type: 'layout-shift', buffered: true });
new PerformanceObserver((l) => { window.long += l.getEntries().length; }).observe({ type: 'longtask', buffered: true });
"""


def sizes() -> list[tuple[str, str]]:
    """Bytes of what a visitor loads."""
    numbers = tuple(Action(f"Call {number}", f"tel:{number}") for number in ("112", "911", "999", "000"))
    files = compose_assets(ServiceSettings(), numbers).files
    loader, panel = files["loader.js"], files["panel.en.js"]
    return [
        ("loader, gzip bytes", f"{len(loader.gzipped):,}"),
        ("panel with style and English, gzip bytes", f"{len(panel.gzipped):,}"),
        ("together, gzip bytes (limit 10,000)", f"{len(loader.gzipped) + len(panel.gzipped):,}"),
    ]


def visit(page: Page, url: str) -> dict[str, float]:
    """One visit: open, ask, open a footnote, a red flag, close."""
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    page.add_init_script(_WATCH)
    session = page.context.new_cdp_session(page)
    session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    page.goto(url)
    page.get_by_role("button", name="Ask a question").wait_for()
    before = len(requests)
    nodes = page.evaluate("() => document.querySelector('footnote-chat').shadowRoot.querySelectorAll('*').length + 1")
    box = page.get_by_role("textbox", name="Your question")
    page.get_by_role("button", name="Ask a question").click()
    box.wait_for()
    opened = len(requests) - before
    for count, question in enumerate(("Which shoes?", "emergency"), start=1):
        box.fill(question)
        page.keyboard.press("Enter")
        page.get_by_role("dialog").get_by_role("article").nth(count - 1).wait_for()
    page.get_by_role("link", name="Source 1").first.click()
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    measured: dict[str, float] = page.evaluate("() => ({ slowest, shift: window.shift, long: window.long })")
    return measured | {"opened": opened, "nodes": nodes}


def behaviour() -> list[tuple[str, str]]:
    """What a browser does with it."""
    settings = ServiceSettings(rate_per_minute=10_000)
    server = uvicorn.Server(uvicorn.Config(create_app(FakeAnswerer(), settings), port=0, log_level="error", ws="none"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        thread.join(0.05)
    url = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}/articles/second"
    path = os.environ.get("FOOTNOTE_CHROMIUM") or shutil.which("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        visits = []
        for _ in range(RUNS):
            context = browser.new_context()
            visits.append(visit(context.new_page(), url))
            context.close()
        browser.close()
    server.should_exit = True
    thread.join(10)
    slowest = statistics.median(visit["slowest"] for visit in visits)
    return [
        ("requests when opened", f"{visits[0]['opened']:.0f}"),
        ("nodes while closed", f"{visits[0]['nodes']:.0f}"),
        ("layout shift, worst run", f"{max(visit['shift'] for visit in visits):g}"),
        (f"slowest interaction at {SLOWER} x slower, median of {RUNS}, ms", f"{slowest:.0f}"),
        (f"long tasks at {SLOWER} x slower, median", f"{statistics.median(visit['long'] for visit in visits):.0f}"),
    ]


if __name__ == "__main__":
    for name, value in [*sizes(), *behaviour()]:
        print(f"{name:60} {value}")
