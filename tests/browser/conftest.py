"""A real service, a second origin with host pages, and a real Chromium.

The browser is Debian's (`FOOTNOTE_CHROMIUM` names another); none is downloaded. A missing one fails, it never skips.
"""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, Route, sync_playwright
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route as Address
from starlette.types import ASGIApp

from tests.web.fakes import FakeAnswerer
from web.app import create_app
from web.settings import ServiceSettings

_HOSTS = Path(__file__).parent / "hosts"
_NAMES = frozenset(path.name for path in _HOSTS.glob("*.html"))
_FLAGS = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


class RunningServer:
    """A server on a free port of this machine, on a thread of its own."""

    def __init__(self, app: ASGIApp) -> None:
        config = uvicorn.Config(app, host="127.0.0.1", port=0, log_level="error", access_log=False, ws="none")
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, daemon=True)
        self._thread.start()
        started = threading.Event()
        while not self._server.started:
            started.wait(0.01)
        port = self._server.servers[0].sockets[0].getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join(10)


def host_page(name: str, service: str) -> Response:
    """A page of another site that embeds the widget; `SERVICE` in it stands for the address of the service."""
    html = (_HOSTS / name).read_text(encoding="utf-8").replace("SERVICE", service)
    headers = {}
    first = html.partition("\n")[0]
    if first.startswith("<!--CSP "):
        headers["content-security-policy"] = first.removeprefix("<!--CSP ").removesuffix("-->")
        html = html.partition("\n")[2]
    return HTMLResponse(html, headers=headers)


class HostSite:
    """Another origin; `service` is where its pages load the widget from."""

    def __init__(self) -> None:
        self.service = ""

    def app(self) -> Starlette:
        async def page(request: Request) -> Response:
            name = request.path_params["name"]
            return host_page(name, self.service) if name in _NAMES else Response(status_code=404)

        return Starlette(routes=[Address("/{name}", page)])


@dataclass
class Site:
    """What a browser test needs: the service, the answerer behind it, and another site on another origin."""

    url: str
    host: str
    answerer: FakeAnswerer


@dataclass
class Watch:
    """What a page did: requests by address, violations of policies, errors of scripts."""

    requests: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


def start(answerer: FakeAnswerer, settings: ServiceSettings) -> RunningServer:
    """A service for tests that need settings of their own; stop it."""
    return RunningServer(create_app(answerer, settings))


@pytest.fixture(scope="session")
def site() -> Iterator[Site]:
    answerer = FakeAnswerer()
    host_site = HostSite()
    host = RunningServer(host_site.app())
    settings = ServiceSettings(
        site_name="Walking Clinic",
        search_url="https://clinic.example/search",
        contact="Call reception on 020 7946 0000",
        contact_url="tel:02079460000",
        allowed_origins=(host.url,),
        rate_per_minute=10_000,
        rate_per_day=100_000,
        max_message_characters=300,
    )
    service = start(answerer, settings)
    host_site.service = service.url
    yield Site(service.url, host.url, answerer)
    service.stop()
    host.stop()


@pytest.fixture(autouse=True)
def healthy(site: Site) -> Iterator[None]:
    """Each test starts with an answerer that answers."""
    site.answerer.fault, site.answerer.delay = None, 0
    yield
    site.answerer.fault, site.answerer.delay = None, 0


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    path = os.environ.get("FOOTNOTE_CHROMIUM") or shutil.which("chromium")
    if path is None:
        pytest.fail("no chromium found: install the package chromium, or name one in FOOTNOTE_CHROMIUM", pytrace=False)
    browser = playwright.chromium.launch(executable_path=path, args=_FLAGS)
    yield browser
    browser.close()


OpenContext = Callable[..., BrowserContext]


@pytest.fixture
def context(browser: Browser) -> Iterator[OpenContext]:
    """Opens a browser context of its own per call, closed after the test."""
    opened: list[BrowserContext] = []

    def open_context(**options: object) -> BrowserContext:
        options.setdefault("viewport", {"width": 1280, "height": 900})
        made = browser.new_context(**options)  # type: ignore[arg-type]  # Playwright spells every option out
        made.set_default_timeout(10_000)
        opened.append(made)
        return made

    yield open_context
    for made in opened:
        made.close()


def watched(page: Page, own: tuple[str, ...]) -> Watch:
    """Record what `page` does; requests to other origins than `own` are stopped and written down."""
    watch = Watch()

    def look(route: Route) -> None:
        url = route.request.url
        watch.requests.append(url)
        if url.startswith((*own, "data:", "blob:")):
            route.continue_()
        else:
            watch.foreign.append(url)
            route.abort()

    page.route("**/*", look)
    page.expose_function("footnoteViolation", lambda violation: watch.violations.append(violation))
    page.add_init_script(
        "addEventListener('securitypolicyviolation', (e) =>"
        " window.footnoteViolation(e.violatedDirective + ' ' + e.blockedURI + ' ' + e.sample));"
    )
    page.on("pageerror", lambda error: watch.errors.append(str(error)))
    return watch


@pytest.fixture
def page(context: OpenContext, site: Site) -> Page:
    """A page in a context of its own, at nothing yet."""
    return context().new_page()


@pytest.fixture
def watch(page: Page, site: Site) -> Watch:
    """What `page` does."""
    return watched(page, (site.url, site.host))
