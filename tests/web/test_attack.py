"""Whatever is sent, the service answers with what it documents: no fault of its own, no echo, no markup."""

from __future__ import annotations

import json
import string
from typing import Any
from urllib.parse import quote

from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from tests.web.fakes import FakeAnswerer
from web.app import create_app
from web.settings import ServiceSettings

_CLIENT = TestClient(
    create_app(FakeAnswerer(), ServiceSettings(rate_per_minute=10**6, rate_per_day=10**6)),
    raise_server_exceptions=False,
)
_JSON = {"content-type": "application/json"}
_REFUSED = {400, 403, 404, 405, 408, 413, 415, 422}

VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=12,
)
MESSAGES = st.fixed_dictionaries(
    {"messages": st.lists(st.fixed_dictionaries({"role": st.sampled_from(["visitor", "bot"]), "text": st.text()}))},
    optional={"region": st.none() | st.text(max_size=20)},
)


@given(st.binary(max_size=200))
def test_any_bytes_are_answered(body: bytes) -> None:
    for path in ("/api/v1/chat", "/api/v1/feedback"):
        assert _CLIENT.post(path, content=body, headers=_JSON).status_code in _REFUSED
    assert _CLIENT.post("/chat", content=body).status_code in {200, 400, 422}


@given(VALUES)
def test_any_json_is_answered(value: object) -> None:
    body = json.dumps(value).encode("ascii")
    for path in ("/api/v1/chat", "/api/v1/feedback"):
        assert _CLIENT.post(path, content=body, headers=_JSON).status_code in _REFUSED


@given(MESSAGES)
def test_any_conversation_is_answered_or_refused(body: dict[str, object]) -> None:
    response = _CLIENT.post("/api/v1/chat", content=json.dumps(body).encode("ascii"), headers=_JSON)
    assert response.status_code in {200, 400, 422}


_REAL = json.dumps(
    {"messages": [{"role": "visitor", "text": "caf\u00e9"}], "region": "uk"}, ensure_ascii=False
).encode()


@given(st.lists(st.tuples(st.integers(0, len(_REAL) - 1), st.integers(0, 255)), max_size=4))
def test_a_real_body_with_any_bytes_changed_is_answered_or_refused(changes: list[tuple[int, int]]) -> None:
    body = bytearray(_REAL)
    for place, byte in changes:
        body[place] = byte
    for path in ("/api/v1/chat", "/api/v1/feedback"):
        assert _CLIENT.post(path, content=bytes(body), headers=_JSON).status_code in {200, *_REFUSED}


def test_brackets_without_end_are_refused() -> None:
    for body in (b"[" * 100_000, b'{"messages":' * 10_000, b'{"messages":[' + b"[" * 50_000):
        assert _CLIENT.post("/api/v1/chat", content=body, headers=_JSON).status_code in _REFUSED


_HEADER = st.text(alphabet=string.printable.strip(), max_size=40)


@given(_HEADER, _HEADER, _HEADER, _HEADER)
def test_any_header_is_answered(origin: str, accept: str, forwarded: str, content_type: str) -> None:
    headers = {"origin": origin, "accept": accept, "x-forwarded-for": forwarded, "content-type": content_type}
    assert _CLIENT.post("/api/v1/chat", content=b"{}", headers=headers).status_code in _REFUSED
    assert _CLIENT.get("/chat", headers={"host": "x" + origin.replace("/", ""), "accept": accept}).status_code == 200


@settings(max_examples=200)
@given(st.text(alphabet=string.printable, max_size=40), st.text(max_size=20), st.text(max_size=20))
def test_any_address_is_answered_and_none_is_echoed_as_markup(path: str, start: str, end: str) -> None:
    mark = "<b>me</b>"
    response = _CLIENT.get("/articles/" + quote(path, safe="/."), params={"start": start, "section": mark})
    assert response.status_code in {200, 307, 404, 405}
    assert mark not in response.text
    response = _CLIENT.get("/articles/walking-shoes", params={"start": start, "end": end, "version": mark})
    assert response.status_code == 200
    assert mark not in response.text


@given(st.text(max_size=60))
def test_any_question_comes_back_escaped(question: str) -> None:
    html = _CLIENT.post("/chat", data={"question": f"<i>{question}</i>"}).text
    assert "<i>" not in html
