"""POST /api/v1/chat and its neighbours: the contract's Reply, events, and refusals that never echo."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from starlette.requests import Request
from starlette.testclient import TestClient
from starlette.types import Message

from bot.conversation import Conversation
from bot.conversation import Message as ConversationMessage
from tests.web.conftest import Connect
from tests.web.fakes import REASONS, FakeAnswerer
from web.app import create_app
from web.problem import Problem
from web.request import gone
from web.service import Answered, Service
from web.settings import ServiceSettings

SECRET = "my-secret-symptom"


def ask(client: TestClient, *texts: str, **headers: str) -> Any:  # noqa: ANN401  # JSON
    messages = [{"role": "visitor", "text": text} for text in texts]
    return client.post("/api/v1/chat", json={"messages": messages}, headers=headers)


CONTRACT = [
    "kind",
    "text",
    "sentences",
    "citations",
    "escalation",
    "reason",
    "suggestions",
    "understood_as",
    "confidence",
    "generation",
]


@pytest.mark.parametrize(
    "question", ["shoes", "emergency", "both", "crisis", "urgent", "assessment", "hello", *REASONS]
)
def test_every_kind_of_reply_has_every_field_of_the_contract(client: TestClient, question: str) -> None:
    reply = ask(client, question).json()
    assert list(reply)[: len(CONTRACT)] == CONTRACT
    assert set(reply) - set(CONTRACT) == {"note", "blocks", "sources", "withdrawn"}


def test_the_whole_conversation_reaches_the_answerer(client: TestClient, answerer: FakeAnswerer) -> None:
    body = {
        "messages": [
            {"role": "visitor", "text": "one"},
            {"role": "bot", "text": "two"},
            {"role": "visitor", "text": " thr\u0000e\u0301e\r\n "},
        ],
        "region": "uk",
    }
    assert client.post("/api/v1/chat", json=body).status_code == 200
    heard = answerer.heard[-1]
    assert [message.text for message in heard.messages] == ["one", "two", "thr\u00e9e"]
    assert heard.region == "uk"


def test_the_region_of_the_site_is_used_when_none_is_sent(connect: Connect, answerer: FakeAnswerer) -> None:
    ask(connect(ServiceSettings(region="us")), "hello")
    assert answerer.heard[-1].region == "us"


def test_answers_are_never_stored_by_caches(client: TestClient) -> None:
    assert ask(client, "shoes").headers["cache-control"] == "no-store"


def test_events_come_red_flag_first_then_sources_then_blocks_then_the_whole(client: TestClient) -> None:
    response = ask(client, "urgent", accept="text/event-stream")
    assert response.headers["content-type"].startswith("text/event-stream")
    events = [event.split("\n") for event in response.text.strip().split("\n\n")]
    names = [lines[0].removeprefix("event: ") for lines in events]
    assert names == ["redflag", "sources", *["block"] * 5, "done"]
    whole = json.loads(events[-1][1].removeprefix("data: "))
    assert whole == ask(client, "urgent").json()


@pytest.mark.parametrize(
    ("body", "status", "pointer"),
    [
        (b"{", 400, None),
        (b"\xff\xfe", 400, None),
        (b'{"messages": [{"role": "visitor", "text": "\xc3"}]}', 400, None),
        (b'{"mess\xf0ges": []}', 400, None),
        (b"[]", 422, ""),
        (b"{}", 422, ""),
        (b'{"messages": []}', 422, "/messages"),
        (b'{"messages": "%s"}' % SECRET.encode(), 422, "/messages"),
        (b'{"messages": [{"role": "%s", "text": "x"}]}' % SECRET.encode(), 422, "/messages/0/role"),
        (b'{"messages": [{"role": "visitor", "text": 7}]}', 422, "/messages/0/text"),
        (b'{"messages": [{"role": "visitor", "text": "x", "%s": 1}]}' % SECRET.encode(), 422, "/messages/0"),
        (b'{"messages": [{"role": "visitor", "text": "x"}], "%s": 1}' % SECRET.encode(), 422, ""),
        (b'{"messages": [{"role": "visitor", "text": " \\u0007 "}]}', 422, "/messages/0/text"),
        (b'{"messages": [{"role": "bot", "text": "x"}]}', 422, "/messages"),
        (b'{"messages": [{"role": "visitor", "text": "x"}], "region": "%s!"}' % SECRET.encode(), 422, "/region"),
        (b'{"messages": [{"role": "visitor", "text": "\\ud800"}]}', 400, None),
    ],
)
def test_a_body_that_is_not_as_documented_is_refused_without_echo(
    client: TestClient, body: bytes, status: int, pointer: str | None
) -> None:
    response = client.post("/api/v1/chat", content=body, headers={"content-type": "application/json"})
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json().get("pointer") == pointer
    assert SECRET not in response.text
    assert response.json()["request_id"] == response.headers["x-request-id"]


def test_limits_are_named_in_the_refusal_and_in_the_document(connect: Connect) -> None:
    client = connect(ServiceSettings(max_message_characters=123, max_messages=5))
    assert "123 characters" in ask(client, "x" * 124).json()["detail"]
    assert "5 messages" in ask(client, *["x"] * 6).json()["detail"]
    document = client.get("/openapi.json").text
    assert "123 characters" in document
    assert json.loads(document)["components"]["schemas"]["ChatRequest"]["properties"]["messages"]["maxItems"] == 5


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "", "application/jsonx"])
def test_what_a_form_of_another_site_could_send_is_refused(client: TestClient, content_type: str) -> None:
    body = b'{"messages":[{"role":"visitor","text":"hello"}]}'
    response = client.post("/api/v1/chat", content=body, headers={"content-type": content_type})
    assert response.status_code == 415


def test_a_fault_of_our_own_says_nothing_about_itself(
    client: TestClient, answerer: FakeAnswerer, caplog: pytest.LogCaptureFixture
) -> None:
    answerer.fault = ValueError(f"cannot parse {SECRET}")
    with caplog.at_level(logging.INFO):
        response = ask(client, SECRET)
    assert response.status_code == 500
    assert response.headers["content-type"] == "application/problem+json"
    assert response.headers["content-security-policy"]
    logged = "".join(
        f"{record.getMessage()}{record.__dict__}" for record in caplog.records if "footnote" in record.name
    )
    assert "ValueError in" in logged
    assert SECRET not in logged + response.text


def test_an_answer_that_takes_too_long_is_given_up(connect: Connect, answerer: FakeAnswerer) -> None:
    answerer.delay = 0.2
    response = ask(connect(ServiceSettings(answer_seconds=0.01)), "shoes")
    assert response.status_code == 503
    assert response.headers["retry-after"] == "3"


def test_a_full_queue_sends_visitors_away_for_a_moment(connect: Connect, answerer: FakeAnswerer) -> None:
    response = ask(connect(ServiceSettings(answer_queue=0)), "shoes")
    assert (response.status_code, response.headers["retry-after"]) == (503, "3")
    assert answerer.heard == []


def test_feedback_is_counted_and_nothing_more(client: TestClient) -> None:
    body = {"helpful": False, "kind": "answer", "reason": "unclear", "articles": ["walking-shoes"]}
    assert client.post("/api/v1/feedback", json=body).status_code == 204
    counted = client.get("/metrics").text
    assert 'footnote_feedback_total{helpful="no",kind="answer",reason="unclear"} 1.0' in counted
    assert "walking" not in counted


@pytest.mark.parametrize(
    "body",
    [
        {"kind": "answer"},
        {"helpful": "yes", "kind": "answer"},
        {"helpful": True, "kind": "answer", "text": SECRET},
        {"helpful": True, "kind": "answer", "articles": ["../../etc/passwd"]},
        {"helpful": True, "kind": "answer", "articles": ["a"] * 6},
        {"helpful": True, "kind": "answer", "reason": SECRET},
    ],
)
def test_feedback_takes_no_free_text(client: TestClient, body: dict[str, object]) -> None:
    response = client.post("/api/v1/feedback", json=body)
    assert response.status_code == 422
    assert SECRET not in response.text


def test_feedback_and_metrics_can_be_switched_off(connect: Connect) -> None:
    client = connect(ServiceSettings(feedback=False, metrics=False))
    assert client.post("/api/v1/feedback", json={"helpful": True, "kind": "answer"}).status_code == 404
    assert client.get("/metrics").status_code == 404


def test_replies_are_counted_by_outcome(client: TestClient) -> None:
    for question in ("price", "urgent", "emergency"):
        ask(client, question)
    counted = client.get("/metrics").text
    assert 'footnote_replies_total{kind="abstain",reason="not_covered"} 1.0' in counted
    assert 'footnote_escalations_total{tier="urgent"} 1.0' in counted
    assert "footnote_articles 3.0" in counted


def test_health_is_about_the_process_and_readiness_about_the_index(client: TestClient, answerer: FakeAnswerer) -> None:
    assert client.get("/readyz").json()["generation"] == "000001-fake"
    answerer.generation = None
    assert client.get("/healthz").status_code == 200
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json()["problems"] == ["no_index"]


def test_readiness_tells_how_many_numbers_were_never_verified(connect: Connect) -> None:
    assert connect(ServiceSettings(region="us")).get("/readyz").json()["unverified_numbers"] == 4


def test_the_document_describes_every_route_with_an_example_of_every_kind(client: TestClient) -> None:
    document = client.get("/openapi.json").json()
    examples = document["paths"]["/api/v1/chat"]["post"]["responses"]["200"]["content"]["application/json"]["examples"]
    kinds = {example["value"]["kind"] for example in examples.values()}
    assert kinds == {"answer", "abstain", "escalation", "smalltalk"}
    tiers = {example["value"]["escalation"]["tier"] for example in examples.values() if example["value"]["escalation"]}
    assert tiers == {"emergency", "crisis", "urgent", "assessment"}
    references = set(json.dumps(document).split('"#/components/schemas/')[1:])
    assert {reference.partition('"')[0] for reference in references} <= set(document["components"]["schemas"])


@pytest.mark.parametrize(("method", "path", "status"), [("GET", "/nothing", 404), ("GET", "/api/v1/chat", 405)])
def test_what_is_not_served_is_a_problem_too(client: TestClient, method: str, path: str, status: int) -> None:
    response = client.request(method, f"{path}?q={SECRET}")
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    assert SECRET not in response.text


def test_one_request_sees_one_generation(client: TestClient, answerer: FakeAnswerer) -> None:
    held = answerer.hold()
    answerer.articles.clear()
    assert held.article("walking-shoes") is not None


def test_a_fault_in_the_middle_of_an_answer_ends_it_and_adds_nothing(
    client: TestClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def broken(answered: Answered) -> AsyncIterator[bytes]:
        yield b"event: sources\ndata: []\n\n"
        raise RuntimeError(SECRET)

    monkeypatch.setattr("web.api._events", broken)
    with caplog.at_level(logging.INFO, logger="footnote"):
        response = ask(client, "shoes", accept="text/event-stream")
    assert (response.status_code, response.text) == (200, "event: sources\ndata: []\n\n")
    assert "request failed" in caplog.messages
    assert SECRET not in "".join(str(record.__dict__) for record in caplog.records)


def test_a_parameter_that_cannot_be_read_is_not_echoed(answerer: FakeAnswerer) -> None:
    app = create_app(answerer, ServiceSettings())

    @app.get("/numbered")
    async def numbered(number: int) -> None: ...

    response = TestClient(app).get("/numbered", params={"number": SECRET})
    assert response.status_code == 422
    assert response.json()["detail"] == "A parameter of the address cannot be read."
    assert SECRET not in response.text


def test_only_a_closed_connection_is_a_client_that_left() -> None:
    messages = iter(("http.request", "http.request", "http.disconnect", "http.request"))

    async def receive() -> Message:
        return {"type": next(messages)}

    # On a thread of its own: a browser test may have left a loop running on this one.
    with ThreadPoolExecutor(1) as pool:
        pool.submit(asyncio.run, gone(Request({"type": "http"}, receive))).result()
    assert next(messages) == "http.request"


@pytest.mark.parametrize("turns", [0, 1, 2])
def test_nothing_is_asked_for_a_client_whose_leaving_comes_with_its_question(
    answerer: FakeAnswerer, turns: int
) -> None:
    service = Service(answerer, ServiceSettings())

    async def left() -> None:
        for _ in range(turns):
            await asyncio.sleep(0)

    conversation = Conversation((ConversationMessage("visitor", "Which shoes?"),))
    with ThreadPoolExecutor(1) as pool, pytest.raises(Problem) as told:
        pool.submit(asyncio.run, service.answer_unless_gone(conversation, left)).result()
    assert told.value.status == 408
    assert not answerer.heard
