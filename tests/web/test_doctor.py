"""What the doctor says of a page: each fault that keeps the chat from visitors, with its mend."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from click.testing import CliRunner

from corpus.errors import SourceError
from tests.browser.conftest import RunningServer
from tests.corpus.site import Site, serving
from tests.web.fakes import FakeAnswerer
from web.app import create_app
from web.assets import compose_assets
from web.cli import footnote
from web.doctor import Point, _origin, examine
from web.policy import allows, policies
from web.settings import ServiceSettings

LOADER = compose_assets(ServiceSettings(), FakeAnswerer().emergency(None))["loader.js"]


@pytest.fixture(scope="module")
def host() -> Iterator[Site]:
    with serving() as site:
        yield site


@pytest.fixture(scope="module")
def service(host: Site) -> Iterator[str]:
    """A service that knows the host."""
    server = RunningServer(create_app(FakeAnswerer(), ServiceSettings(allowed_origins=(host.address,))))
    yield server.url
    server.stop()


@pytest.fixture(scope="module")
def stranger() -> Iterator[str]:
    """A service that knows nobody."""
    server = RunningServer(create_app(FakeAnswerer(), ServiceSettings()))
    yield server.url
    server.stop()


def _examined(host: Site, html: str, service: str | None = None, **headers: str) -> dict[str, Point]:
    host.put("/page", html, **headers)
    return {point.name: point for point in examine(host.url("/page"), service, allow_private=True)}


def _tag(service: str, more: str = "", path: str = "/widget.js") -> str:
    return f'<p>Words</p><script src="{service}{path}" {more} async></script>'


def test_a_page_that_is_well_is_said_to_be(host: Site, service: str) -> None:
    points = _examined(host, _tag(service))
    assert list(points) == ["page", "tag", "loader", "policy", "origin", "question"]
    assert all(point.fine for point in points.values())


def test_an_origin_that_is_not_named_is_told_with_the_setting(host: Site, stranger: str) -> None:
    points = _examined(host, _tag(stranger))
    assert not points["origin"].fine
    assert f'add "{host.address}" to its setting allowed_origins' in points["origin"].said
    assert not points["question"].fine


def test_a_page_without_the_tag_is_told_what_to_paste(host: Site, service: str) -> None:
    points = _examined(host, "<p>No chat.</p>", service)
    assert f'<script src="{service}/widget.js" async>' in points["tag"].said
    assert points["question"].fine
    assert list(_examined(host, "<p>No chat.</p>")) == ["page", "tag"]


def test_a_tag_that_holds_another_release_is_told(host: Site, service: str) -> None:
    held = 'crossorigin integrity="{}"'
    assert _examined(host, _tag(service, held.format(LOADER.integrity), LOADER.path))["loader"].fine
    old = _examined(host, _tag(service, held.format("sha384-abc"), LOADER.path))["loader"]
    assert not old.fine and "copy it anew" in old.said


def test_integrity_without_crossorigin_is_told(host: Site, service: str) -> None:
    tag = _examined(host, _tag(service, f'integrity="{LOADER.integrity}"', LOADER.path))["tag"]
    assert not tag.fine and 'crossorigin="anonymous"' in tag.said


def test_a_policy_that_blocks_the_chat_is_told_by_directive(host: Site, service: str) -> None:
    points = _examined(host, _tag(service), content_security_policy=f"script-src {service}; connect-src 'self'")
    assert points["script-src"].fine
    assert not points["connect-src"].fine
    assert f"add {service} to its connect-src" in points["connect-src"].said


def test_a_policy_in_the_page_counts_as_one_in_the_header(host: Site, service: str) -> None:
    meta = "<meta http-equiv=Content-Security-Policy content=\"default-src 'none'\">"
    points = _examined(host, meta + _tag(service) + f'<iframe src="{service}/chat"></iframe>')
    assert not any(points[name].fine for name in ("script-src", "connect-src", "frame-src"))


@pytest.mark.parametrize("tag", ["script", "iframe", "img"])
@pytest.mark.parametrize("source", ["http://[/widget.js", "https://host:port/widget.js"])
def test_an_address_in_the_page_that_is_none_is_passed_over(host: Site, service: str, tag: str, source: str) -> None:
    points = _examined(host, f'<{tag} src="{source}"></{tag}>{_tag(service)}')
    assert all(point.fine for point in points.values())


@pytest.mark.parametrize("charset", ["klingon", "hex", "idna"])
def test_a_page_in_an_encoding_that_is_none_is_read_all_the_same(host: Site, service: str, charset: str) -> None:
    points = _examined(host, _tag(service), content_type=f"text/html; charset={charset}")
    assert all(point.fine for point in points.values())


def test_a_port_that_goes_without_saying_is_no_other_origin() -> None:
    assert _origin("https://Chat.example:443/x") == "https://chat.example"
    assert _origin("http://chat.example:80") == "http://chat.example"
    assert _origin("https://chat.example:80") == "https://chat.example:80"


def test_a_service_that_is_no_address_is_told_in_one_line(host: Site) -> None:
    result = CliRunner().invoke(footnote, ["doctor", host.url("/page"), "--service", "http://["])
    assert (result.output, str(result.exception)) == ("", "http://[: is no valid URL; check it")
    assert isinstance(result.exception, SourceError)


def test_nothing_of_a_page_moves_the_cursor_of_the_terminal(host: Site) -> None:
    host.put("/page", _tag(host.address, path="/\x1b[2J/widget.js"))
    result = CliRunner().invoke(footnote, ["doctor", host.url("/page"), "--allow-private"])
    assert f"{host.address}/[2J/widget.js" in result.output and "\x1b" not in result.output


@pytest.mark.parametrize("answer", ["/missing", "/away"])
def test_a_page_or_a_service_that_cannot_be_had_is_told(host: Site, answer: str) -> None:
    points = list(examine(host.url(answer), allow_private=True))
    assert [point.fine for point in points] == [False]
    refused = _examined(host, _tag("http://127.0.0.1:9"))
    assert not (refused["loader"].fine or refused["origin"].fine or refused["question"].fine)


def test_an_address_that_is_no_service_is_told(host: Site) -> None:
    points = _examined(host, _tag(host.address))
    assert "is this the service?" in points["loader"].said


def test_private_addresses_are_not_fetched_unless_allowed(host: Site) -> None:
    (point,) = examine(host.url("/page"))
    assert not point.fine and "private address" in point.said


def test_the_command_ends_with_one_where_something_is_wrong(host: Site, service: str, stranger: str) -> None:
    for base, status in ((service, 0), (stranger, 1)):
        host.put("/page", _tag(base))
        result = CliRunner().invoke(footnote, ["doctor", host.url("/page"), "--allow-private"])
        assert (result.exit_code, "WRONG" in result.output) == (status, bool(status))


@pytest.mark.parametrize(
    ("policy", "nonce", "allowed"),
    [
        ("img-src 'none'", None, True),
        ("default-src https:", None, True),
        ("default-src 'self'", None, False),
        ("script-src *", None, True),
        ("script-src https://chat.example.org", None, True),
        ("script-src chat.example.org", None, True),
        ("script-src http://chat.example.org", None, True),
        ("script-src *.example.org", None, True),
        ("script-src *.other.org", None, False),
        ("script-src https://chat.example.org:8443", None, False),
        ("script-src https://chat.example.org:*", None, True),
        ("script-src https://chat.example.org/static/", None, False),
        ("script-src https://chat.example.org/widget.js", None, True),
        ("script-src 'nonce-abc'", "abc", True),
        ("script-src 'nonce-abc'", None, False),
        ("script-src 'strict-dynamic' https:", None, False),
        ("script-src-elem 'none'; script-src *", None, False),
    ],
)
def test_a_policy_is_read_as_browsers_read_it(policy: str, nonce: str | None, allowed: bool) -> None:
    (read,) = policies(policy)
    address, page = "https://chat.example.org/widget.js", "https://example.org/page"
    assert allows(read, "script-src", address, page, nonce) is allowed


def test_every_policy_of_a_header_must_allow() -> None:
    assert len(policies("default-src *, default-src 'none'", ["img-src 'self'", " "])) == 3
