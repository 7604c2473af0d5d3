"""Spans of requests and stages where a collector is named; no words, no address, and nothing loaded otherwise."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, get_args

import pytest
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from starlette.testclient import TestClient
from starlette.types import Receive, Scope, Send

from bot.conversation import Conversation
from bot.reply import Reply
from bot.stage import Stage, stage
from tests.web.fakes import FakeAnswerer
from web.app import create_app
from web.settings import ServiceSettings, SettingsError
from web.telemetry import Telemetry

if TYPE_CHECKING:
    from web.answerer import Answerer

SECRET = "a-very-private-question"


class StagedAnswerer(FakeAnswerer):
    def hold(self) -> Answerer:
        return self

    def reply(self, conversation: Conversation) -> Reply:
        with stage("safety"):
            return super().reply(conversation)


@pytest.fixture
def spans(monkeypatch: pytest.MonkeyPatch) -> InMemorySpanExporter:
    exporter = InMemorySpanExporter()
    monkeypatch.setattr("web.telemetry._exporter", lambda url: SimpleSpanProcessor(exporter))
    return exporter


@pytest.fixture
def traced(spans: InMemorySpanExporter) -> TestClient:
    app = create_app(StagedAnswerer(), ServiceSettings(telemetry_url="http://collector:4318"))
    return TestClient(app, raise_server_exceptions=False)


def test_a_request_and_its_stages_are_one_trace(traced: TestClient, spans: InMemorySpanExporter) -> None:
    traced.post("/api/v1/chat", json={"messages": [{"role": "visitor", "text": SECRET}]})
    inner, outer = spans.get_finished_spans()
    assert (inner.name, outer.name) == ("safety", "POST /api/v1/chat")
    assert inner.parent is not None and outer.context is not None
    assert inner.parent.span_id == outer.context.span_id
    assert dict(outer.attributes or {}) == {
        "http.request.method": "POST",
        "http.route": "/api/v1/chat",
        "http.response.status_code": 200,
    }


def test_the_page_on_privacy_names_all_that_a_span_holds(traced: TestClient, spans: InMemorySpanExporter) -> None:
    page = (Path(__file__).parent.parent.parent / "docs" / "privacy.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| a (?:request|stage of an answer) \|(.*)$", page, re.MULTILINE)
    request, stages = (set(re.findall(r"`([a-z._]+)`", row)) for row in rows)
    traced.post("/api/v1/chat", json={"messages": [{"role": "visitor", "text": SECRET}]})
    traced.get("/articles/walking-shoes")
    traced.get("/nothing")
    sent = spans.get_finished_spans()
    assert {name for span in sent for name in span.attributes or {}} == request - {"other", "none"}
    assert stages == set(get_args(Stage))
    assert {span.attributes["http.route"] for span in sent if span.attributes} == {
        "/api/v1/chat",
        "/articles/{article_id}",
        "none",
    }
    for span in sent:
        assert dict(span.resource.attributes) == {"service.name": "footnote"}
        assert not span.events and not span.links and span.status.description is None


def test_a_span_keeps_the_words_of_an_exception_and_of_a_strange_method_to_itself(spans: InMemorySpanExporter) -> None:
    async def broken(scope: Scope, receive: Receive, send: Send) -> None:
        raise RuntimeError(SECRET)

    telemetry = Telemetry("http://collector:4318")
    with pytest.raises(RuntimeError):
        TestClient(telemetry.around(broken)).request(SECRET, "/")
    (span,) = spans.get_finished_spans()
    assert SECRET.lower() not in span.to_json().lower()
    assert span.name == "other none"


def test_the_last_spans_are_sent_when_the_service_stops(monkeypatch: pytest.MonkeyPatch) -> None:
    exporter = InMemorySpanExporter()
    monkeypatch.setattr("web.telemetry._exporter", lambda url: BatchSpanProcessor(exporter))
    with TestClient(create_app(FakeAnswerer(), ServiceSettings(telemetry_url="http://collector:4318"))) as client:
        client.get("/healthz")
    assert [span.name for span in exporter.get_finished_spans()] == ["GET /healthz"]


def test_what_is_no_request_gets_no_span(spans: InMemorySpanExporter) -> None:
    async def started(scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})

    with TestClient(Telemetry("http://collector:4318").around(started)):
        pass
    assert not spans.get_finished_spans()


def test_no_words_and_no_address_are_in_a_span(traced: TestClient, spans: InMemorySpanExporter) -> None:
    traced.get(f"/{SECRET}?q={SECRET}")
    traced.post("/chat", data={"question": SECRET})
    traced.post("/api/v1/chat", content=SECRET)
    told = "".join(span.to_json() for span in spans.get_finished_spans())
    assert SECRET not in told
    assert "testclient" not in told


def test_the_framework_sends_nothing_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FASTAPI_OTEL_AUTO_CONFIGURE", "true")
    app = create_app(FakeAnswerer(), ServiceSettings())
    assert not app._native_telemetry.enabled()


def test_without_the_libraries_the_setting_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    for module, part in (
        ("opentelemetry.sdk.trace", "OpenTelemetry"),
        ("opentelemetry.exporter.otlp.proto.http.trace_exporter", "exporter"),
    ):
        with monkeypatch.context() as patch:
            patch.setitem(sys.modules, module, None)
            with pytest.raises(SettingsError, match=rf"{part}.*footnote\[telemetry\]"):
                Telemetry("http://collector:4318")


def test_an_exporter_is_made_for_the_collector_that_was_named() -> None:
    telemetry = Telemetry("http://127.0.0.1:1/")
    telemetry.close()


def test_neither_sdk_nor_exporter_is_loaded_by_default() -> None:
    code = (
        "import sys; from tests.web.fakes import FakeAnswerer; from web.app import create_app;"
        "from web.settings import ServiceSettings; create_app(FakeAnswerer(), ServiceSettings()); print(*sys.modules)"
    )
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not [name for name in loaded if name.startswith(("opentelemetry.sdk", "opentelemetry.exporter"))]
