"""Origins, hosts, bodies, rates, headers: denied unless named."""

from __future__ import annotations

import json
import logging
from collections.abc import MutableMapping
from typing import Any

import anyio
import pytest
from anyio.from_thread import start_blocking_portal
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from tests.web.conftest import Connect
from tests.web.fakes import FakeAnswerer
from web.app import create_app
from web.limits import ClientAddress
from web.logs import JsonLines, log_to_standard_error
from web.settings import ServiceSettings, SettingsError

OURS = {"messages": [{"role": "visitor", "text": "hello"}]}
ALLOWED = "https://clinic.example"


def test_a_named_origin_may_ask_and_read(connect: Connect) -> None:
    client = connect(ServiceSettings(allowed_origins=(ALLOWED,)))
    response = client.post("/api/v1/chat", json=OURS, headers={"origin": ALLOWED})
    assert response.status_code == 200
    assert response.headers["access-control-allow-origin"] == ALLOWED
    assert "Origin" in response.headers["vary"]
    assert "access-control-allow-credentials" not in response.headers


@pytest.mark.parametrize(
    "origin",
    ["https://evil.example", "null", "https://clinic.example.evil", "http://clinic.example", "", "https://x@y"],
)
def test_any_other_origin_is_refused_before_anything_is_done(connect: Connect, origin: str) -> None:
    client = connect(ServiceSettings(allowed_origins=(ALLOWED,)))
    for path in ("/api/v1/chat", "/api/v1/feedback", "/chat"):
        response = client.post(path, json=OURS, headers={"origin": origin})
        assert response.status_code == 403
        assert "access-control-allow-origin" not in response.headers


def test_a_named_origin_may_not_post_our_own_form(connect: Connect) -> None:
    client = connect(ServiceSettings(allowed_origins=(ALLOWED,)))
    assert client.post("/chat", data={"question": "hello"}, headers={"origin": ALLOWED}).status_code == 403


def test_a_preflight_is_answered_for_named_origins_only(connect: Connect) -> None:
    client = connect(ServiceSettings(allowed_origins=(ALLOWED,)))
    asked = {"access-control-request-method": "POST", "access-control-request-headers": "content-type"}
    answered = client.options("/api/v1/chat", headers={"origin": ALLOWED, **asked})
    assert answered.status_code == 204
    assert answered.headers["access-control-allow-methods"] == "POST"
    assert client.options("/api/v1/chat", headers={"origin": "https://evil.example", **asked}).status_code == 403
    assert client.options("/chat", headers={"origin": ALLOWED, **asked}).status_code == 403


def test_an_allowed_page_can_read_why_it_was_refused(connect: Connect) -> None:
    client = connect(ServiceSettings(allowed_origins=(ALLOWED,)))
    response = client.post(
        "/api/v1/chat", content=b"{", headers={"origin": ALLOWED, "content-type": "application/json"}
    )
    assert response.status_code == 400
    assert response.headers["access-control-allow-origin"] == ALLOWED


def test_our_own_origin_needs_no_naming(client: TestClient) -> None:
    assert client.post("/api/v1/chat", json=OURS, headers={"origin": "http://testserver"}).status_code == 200


def test_only_named_hosts_are_answered_but_health_always_is(connect: Connect) -> None:
    client = connect(ServiceSettings(allowed_hosts=("chat.clinic.example",)))
    assert client.get("/chat").status_code == 400
    assert client.get("/healthz").status_code == 200
    assert client.get("/chat", headers={"host": "chat.clinic.example:8000"}).status_code == 200


@pytest.mark.parametrize("host", ["[::1]", "[::1]:8000", "chat.clinic.example"])
def test_a_named_host_is_answered_with_a_port_and_without(connect: Connect, host: str) -> None:
    client = connect(ServiceSettings(allowed_hosts=("chat.clinic.example", "[::1]")))
    assert client.get("/chat", headers={"host": host}).status_code == 200
    assert client.get("/chat", headers={"host": "[::2]:8000"}).status_code == 400


@pytest.mark.parametrize("chunked", [False, True])
def test_a_large_body_is_refused_declared_or_not(connect: Connect, chunked: bool) -> None:
    client = connect(ServiceSettings(max_body_bytes=1000))
    pieces = [b"x" * 400] * 4
    content = iter(pieces) if chunked else b"".join(pieces)
    response = client.post("/api/v1/chat", content=content, headers={"content-type": "application/json"})
    assert response.status_code == 413
    assert response.headers["content-type"] == "application/problem+json"


def test_a_body_that_drips_in_is_given_up(answerer: FakeAnswerer) -> None:
    app = create_app(answerer, ServiceSettings(answer_seconds=0.05))
    sent: list[MutableMapping[str, Any]] = []

    async def receive() -> MutableMapping[str, Any]:
        await anyio.sleep_forever()
        raise AssertionError

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    headers = [(b"content-type", b"application/json"), (b"content-length", b"10")]
    scope = {"type": "http", "method": "POST", "path": "/api/v1/chat", "headers": headers, "query_string": b""}
    # On a thread of its own: in a whole run the browser's tests keep an event loop in this one.
    with start_blocking_portal() as portal:
        portal.call(app, scope, receive, send)
    assert sent[0]["status"] == 408


@pytest.mark.usefixtures("one_minute")
def test_a_client_over_its_rate_is_told_when_to_come_back(connect: Connect) -> None:
    client = connect(ServiceSettings(rate_per_minute=2))
    for _ in range(2):
        assert client.post("/api/v1/chat", json=OURS).status_code == 200
    refused = client.post("/api/v1/chat", json=OURS)
    assert refused.status_code == 429
    assert 1 <= int(refused.headers["retry-after"]) <= 60
    assert refused.json()["retry_after"] == int(refused.headers["retry-after"])
    assert "2 per 1 minute" in refused.json()["detail"]
    assert client.post("/api/v1/feedback", json={"helpful": True, "kind": "answer"}).status_code == 204
    assert client.get("/chat").status_code == 200
    assert 'footnote_refusals_total{status="429"} 1.0' in client.get("/metrics").text


@pytest.mark.parametrize(
    "path", ["/", "/chat", "/articles/walking-shoes", "/articles/none", "/widget.js", "/nothing", "/healthz"]
)
def test_every_answer_carries_the_headers(client: TestClient, path: str) -> None:
    headers = client.get(path).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "trusted-types 'none'" in policy
    assert "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "same-origin"
    assert "set-cookie" not in headers
    assert "server" not in headers


def test_in_production_a_browser_is_held_to_tls(connect: Connect) -> None:
    settings = ServiceSettings(mode="production", region="uk", allowed_hosts=("testserver",), contact="Call us.")
    assert connect(settings).get("/chat").headers["strict-transport-security"] == "max-age=31536000"
    assert "strict-transport-security" not in connect(ServiceSettings()).get("/chat").headers


def test_framing_is_allowed_to_named_origins(connect: Connect) -> None:
    headers = connect(ServiceSettings(frame_ancestors=(ALLOWED,))).get("/chat").headers
    assert f"frame-ancestors {ALLOWED}" in headers["content-security-policy"]
    assert "x-frame-options" not in headers


def test_only_the_files_of_the_widget_are_open_to_other_origins(client: TestClient) -> None:
    assert client.get("/widget.js").headers["access-control-allow-origin"] == "*"
    assert client.get("/widget.js").headers["cross-origin-resource-policy"] == "cross-origin"
    assert client.get("/chat").headers["cross-origin-resource-policy"] == "same-origin"
    assert "access-control-allow-origin" not in client.get("/chat").headers


def test_nothing_that_a_visitor_wrote_and_no_address_is_logged(
    client: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    secret = "a-very-private-question"
    with caplog.at_level(logging.DEBUG, logger="footnote"):
        client.post("/api/v1/chat", json={"messages": [{"role": "visitor", "text": secret}]})
        client.post("/chat", data={"question": secret})
        client.get(f"/articles/none?start={secret}")
        client.get(f"/{secret}")
    lines = [JsonLines().format(record) for record in caplog.records if record.name.startswith("footnote")]
    assert len(lines) == 4
    assert secret not in "".join(lines)
    assert "testclient" not in "".join(lines)
    first = json.loads(lines[0])
    assert (first["method"], first["route"], first["status"]) == ("POST", "/api/v1/chat", 200)
    assert json.loads(lines[3])["route"] == "none"


def test_a_method_that_http_does_not_know_is_not_written_down(
    client: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, logger="footnote"):
        client.request("MY-KNEE-HURTS", "/chat")
    line = json.loads(JsonLines().format(caplog.records[-1]))
    assert (line["method"], line["status"]) == ("other", 405)


@pytest.mark.parametrize("storage", ["nonsense", "redis-is-missing://x", "memcached"])
def test_a_storage_that_cannot_be_used_is_refused_at_the_start(connect: Connect, storage: str) -> None:
    with pytest.raises(SettingsError, match="rate_storage"):
        connect(ServiceSettings(rate_storage=storage))


def test_logs_go_to_standard_error_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    logger = logging.getLogger("footnote")
    before = logger.handlers, logger.level, logger.propagate
    try:
        log_to_standard_error()
        logging.getLogger("footnote.web").info("started", extra={"generation": "000001", "question": "never"})
    finally:
        logger.handlers, logger.propagate = before[0], before[2]
        logger.setLevel(before[1])
    captured = capsys.readouterr()
    assert captured.out == ""
    line = json.loads(captured.err)
    assert (line["message"], line["generation"]) == ("started", "000001")
    assert "question" not in line


def _client(peer: str, forwarded: str | None = None, proxies: tuple[str, ...] = ()) -> str:
    clients = ClientAddress(ServiceSettings(trusted_proxies=proxies))
    return clients.of({"type": "http", "client": (peer, 1)}, forwarded)


def test_forwarded_addresses_are_believed_from_named_proxies_only() -> None:
    assert _client("203.0.113.9", "198.51.100.1") == "203.0.113.9"
    assert _client("10.0.0.1", "198.51.100.1", ("10.0.0.0/8",)) == "198.51.100.1"
    assert _client("10.0.0.1", "6.6.6.6, 198.51.100.1, 10.0.0.2", ("10.0.0.0/8",)) == "198.51.100.1"
    assert _client("10.0.0.1", "nonsense", ("10.0.0.0/8",)) == "unknown"
    assert _client("10.0.0.1", None, ("10.0.0.0/8",)) == "unknown"
    assert _client("10.0.0.1", "10.0.0.2", ("10.0.0.0/8",)) == "proxy"


@pytest.mark.parametrize("named", ["10.0.0.0/8", "::ffff:10.0.0.0/104"])
def test_a_proxy_of_ipv4_is_known_on_a_socket_of_both_protocols(named: str) -> None:
    assert _client("::ffff:10.0.0.1", "198.51.100.1", (named,)) == "198.51.100.1"
    assert _client("10.0.0.1", "::ffff:198.51.100.1, ::ffff:10.0.0.2", (named,)) == "198.51.100.1"
    assert _client("::ffff:11.0.0.1", "198.51.100.1", (named,)) == "11.0.0.1"


def test_all_of_ipv4_written_in_ipv6_is_read_as_ipv4() -> None:
    assert _client("10.0.0.1", "2001:db8::1", ("::ffff:0:0/96",)) == "2001:db8::/64"


def test_a_network_of_ipv6_addresses_is_one_client() -> None:
    assert _client("2001:db8:1:2:3::4") == _client("2001:db8:1:2:ffff::1") == "2001:db8:1:2::/64"
    assert _client("2001:db8:1:3::4") != _client("2001:db8:1:2::4")
    assert _client("::ffff:203.0.113.9") == "203.0.113.9"


@given(st.text(max_size=40), st.text(max_size=40))
def test_no_forwarded_header_breaks_the_reading_of_addresses(peer: str, forwarded: str) -> None:
    assert _client(peer, forwarded, ("10.0.0.0/8",))


def test_an_origin_that_is_refused_is_logged_once(client: TestClient, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, "footnote.web"):
        for _ in range(3):
            client.post("/api/v1/chat", json={}, headers={"origin": "https://stranger.example"})
            client.options("/api/v1/chat", headers={"origin": "https://stranger.example"})
    told = [vars(record).get("origin") for record in caplog.records if "allowed_origins" in record.message]
    assert told == ["https://stranger.example"]
