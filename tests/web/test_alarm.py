"""What is refused for rate, length or load still reaches the red-flag screen, and nobody is refused with raw JSON."""

from __future__ import annotations

import asyncio
import re
import threading
from concurrent.futures import ThreadPoolExecutor
from html import unescape
from typing import Any

import pytest
from starlette.testclient import TestClient

from bot.conversation import Conversation, Message
from bot.reply import Reply
from tests.web.conftest import Connect
from tests.web.fakes import FakeAnswerer
from web.alarm import Alarm, newest
from web.problem import waiting
from web.settings import ServiceSettings

DANGER = "I want to kill myself"
SENTENCE = "In an emergency, do not wait for this page."
pytestmark = pytest.mark.usefixtures("one_minute")


def ask(client: TestClient, *texts: str) -> Any:  # noqa: ANN401  # JSON
    messages = [{"role": "visitor", "text": text} for text in texts]
    return client.post("/api/v1/chat", json={"messages": messages})


def tier(response: Any) -> Any:  # noqa: ANN401  # JSON
    assert response.status_code == 200
    return response.json()["escalation"]["tier"]


@pytest.fixture
def over_rate(connect: Connect) -> TestClient:
    """A client that may ask nothing more in this minute."""
    client = connect(ServiceSettings(rate_per_minute=1))
    ask(client, "hello")
    return client


def test_a_danger_over_the_rate_gets_its_fixed_message(over_rate: TestClient) -> None:
    response = ask(over_rate, DANGER)
    assert tier(response) == "crisis"
    assert response.json()["blocks"][0]["type"] == "alert"
    assert "Too many questions just now" in response.json()["note"]


def test_a_danger_over_the_rate_gets_no_answer_of_the_bot(over_rate: TestClient, answerer: FakeAnswerer) -> None:
    heard = len(answerer.heard)
    ask(over_rate, DANGER)
    assert len(answerer.heard) == heard


def test_what_is_no_danger_is_refused_as_ever_over_the_rate(over_rate: TestClient) -> None:
    response = ask(over_rate, "Which shoes?")
    assert response.status_code == 429
    assert response.headers["retry-after"] == str(response.json()["retry_after"])
    assert response.json()["detail"].endswith(SENTENCE)


def test_what_cannot_be_read_over_the_rate_is_refused_for_the_rate(over_rate: TestClient) -> None:
    response = over_rate.post("/api/v1/chat", content=b"{", headers={"content-type": "application/json"})
    assert response.status_code == 429


def test_feedback_over_the_rate_carries_the_sentence(connect: Connect) -> None:
    client = connect(ServiceSettings(rate_per_minute=1))
    for _ in range(2):
        response = client.post("/api/v1/feedback", json={"helpful": True, "kind": "answer"})
    assert response.status_code == 429
    assert response.json()["detail"].endswith(SENTENCE)


@pytest.mark.parametrize("text", [f"{DANGER}. {'word ' * 900}", f"{'word ' * 900} {DANGER}"], ids=["first", "last"])
def test_a_danger_in_a_message_that_is_too_long_gets_its_fixed_message(client: TestClient, text: str) -> None:
    assert tier(ask(client, text)) == "crisis"


def test_a_danger_in_a_conversation_that_is_full_gets_its_fixed_message(client: TestClient) -> None:
    assert tier(ask(client, *["hello"] * 40, DANGER)) == "crisis"


@pytest.mark.parametrize("texts", [["x" * 1001], ["hello"] * 41], ids=["long", "full"])
def test_what_is_too_much_is_refused_with_the_sentence(client: TestClient, texts: list[str]) -> None:
    response = ask(client, *texts)
    assert response.status_code == 422
    assert response.json()["detail"].endswith(SENTENCE)


def test_a_danger_whose_answer_takes_too_long_gets_its_fixed_message(connect: Connect, answerer: FakeAnswerer) -> None:
    client = connect(ServiceSettings(answer_seconds=0.5))
    answerer.delay = 1.5
    assert tier(ask(client, DANGER)) == "crisis"


def test_an_answer_that_takes_too_long_is_refused_with_the_sentence(connect: Connect, answerer: FakeAnswerer) -> None:
    client = connect(ServiceSettings(answer_seconds=0.05))
    answerer.delay = 0.3
    response = ask(client, "Which shoes?")
    assert (response.status_code, response.headers["retry-after"]) == (503, "3")
    assert response.json()["detail"].endswith(SENTENCE)


def test_advice_that_can_wait_is_no_way_round_the_rate(over_rate: TestClient) -> None:
    assert ask(over_rate, "My knee has hurt a bit for six weeks").status_code == 429


def test_a_large_body_is_refused_with_the_sentence(connect: Connect) -> None:
    response = ask(connect(ServiceSettings(max_body_bytes=1000)), "x" * 1000)
    assert response.status_code == 413
    assert response.json()["detail"].endswith(SENTENCE)


def test_warnings_are_counted_as_red_flags(over_rate: TestClient) -> None:
    ask(over_rate, DANGER)
    assert 'footnote_escalations_total{tier="crisis"} 1.0' in over_rate.get("/metrics").text


def test_only_the_newest_words_are_read() -> None:
    assert newest(["a", "b"]) == ["a", "b"]
    assert newest(["old" * 1000, "new" * 1000]) == ["new" * 1000]
    [ends] = newest(["x" * 9000])
    assert len(ends) == 4001
    assert len(newest(["x"] * 5000)) == 20


def test_one_client_cannot_keep_the_alarm_from_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    go = threading.Event()
    warning = Reply("escalation", "Call 999 now")

    def slow(*_: object) -> Reply:
        go.wait()
        return warning

    monkeypatch.setattr("web.alarm._reply", slow)
    said = Conversation((Message("visitor", DANGER),))

    async def run() -> list[Reply | None]:
        alarm = Alarm(60.0)
        under_way = [asyncio.ensure_future(alarm.reply(said, "", client)) for client in ("one", "one", "other")]
        await asyncio.sleep(0)
        third = await alarm.reply(said, "", "one")
        go.set()
        return [third, *await asyncio.gather(*under_way), await alarm.reply(said, "", "one")]

    # On a thread of its own: a browser test may have left a loop running on this one.
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(asyncio.run, run()).result() == [None, warning, warning, warning, warning]


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(1, "1 second"), (59, "59 seconds"), (120, "120 seconds"), (121, "3 minutes"), (43200, "12 hours")],
)
def test_waiting_is_told_in_words_of_people(seconds: int, words: str) -> None:
    assert waiting(seconds) == words


# --- the page without JavaScript


def _post(client: TestClient, html: str, question: str) -> Any:  # noqa: ANN401  # a page
    """Send the form of a page with this question."""
    return client.post("/chat", data={**_carried(html), "question": question})


def _carried(html: str) -> dict[str, Any]:
    """The conversation that the form of a page holds."""
    form = html[html.index('class="ask"') :]
    return {
        name: [unescape(value) for value in re.findall(f'name="{name}" value="([^"]*)"', form)]
        for name in ("earlier", "sealed")
    }


@pytest.fixture
def talking(connect: Connect) -> tuple[TestClient, str]:
    """A client that used up its rate, and the page it has before it."""
    client = connect(ServiceSettings(rate_per_minute=1))
    return client, client.post("/chat", data={"question": "urgent"}).text


def test_over_the_rate_the_page_keeps_question_conversation_and_card(
    talking: tuple[TestClient, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(FakeAnswerer, "article", None)  # no article is looked up for it
    response = _post(*talking, "Which shoes?")
    # The conversation holds nothing that the real rules know, so this is refused.
    assert response.status_code == 429
    assert response.headers["content-type"].startswith("text/html")
    assert int(response.headers["retry-after"]) >= 1
    assert ">Which shoes?</textarea>" in response.text
    assert 'class="card urgent"' in response.text
    assert f"{SENTENCE}</p>" in response.text
    assert 'name="earlier" value="urgent"' in response.text
    assert _carried(response.text) == _carried(talking[1])


def test_over_the_rate_nothing_is_answered_even_where_a_seal_is_lost(
    talking: tuple[TestClient, str], answerer: FakeAnswerer
) -> None:
    heard = len(answerer.heard)
    html = talking[0].post("/chat", data={"earlier": ["one"], "question": "two"}).text
    assert len(answerer.heard) == heard
    assert 'name="earlier" value="one"' in html


def test_a_danger_over_the_rate_is_a_card_on_the_page_that_stays(talking: tuple[TestClient, str]) -> None:
    first = _post(*talking, DANGER)
    assert first.status_code == 200
    assert 'class="card crisis"' in first.text
    assert "Too many questions just now" in first.text
    assert f">{DANGER}</textarea>" in first.text
    assert 'class="card crisis"' in _post(talking[0], first.text, "Which shoes?").text


def test_a_danger_in_a_long_message_is_a_card_on_the_page(client: TestClient) -> None:
    response = client.post("/chat", data={"question": f"{'word ' * 300} {DANGER}"})
    assert 'class="card crisis"' in response.text
    assert f"{DANGER}</textarea>" in response.text
    # What is carried on is short enough to go on with.
    assert _post(client, response.text, "hello").status_code == 200


def test_a_danger_in_a_full_conversation_is_a_card_on_the_page(client: TestClient) -> None:
    response = client.post("/chat", data={"earlier": ["hello"] * 20, "question": DANGER})
    assert 'class="card crisis"' in response.text
    assert _post(client, response.text, DANGER).status_code == 200


def test_a_danger_in_a_full_conversation_is_still_a_card_on_the_next_page(client: TestClient) -> None:
    full = client.post("/chat", data={"earlier": ["hello"] * 20, "question": DANGER}).text
    assert _carried(full)["earlier"] == ["hello"] * 19 + [DANGER]
    assert 'class="card crisis"' in _post(client, full, "Which shoes?").text


def test_a_warning_in_a_full_conversation_takes_the_place_of_no_other_red_flag(client: TestClient) -> None:
    page = client.post("/chat", data={"question": "urgent"}).text
    kept = _carried(page)
    full = {"earlier": [*kept["earlier"], *["hello"] * 19], "sealed": kept["sealed"]}
    page = client.post("/chat", data={**full, "question": DANGER}).text
    page = _post(client, page, "Which shoes?").text
    assert 'class="card crisis"' in page and 'class="card urgent"' in page


def test_a_busy_service_shows_the_conversation_so_far(connect: Connect, answerer: FakeAnswerer) -> None:
    client = connect(ServiceSettings(answer_seconds=0.2))
    html = client.post("/chat", data={"question": "urgent"}).text
    answerer.delay = 0.5
    response = _post(client, html, "Which shoes?")
    assert response.status_code == 503
    assert 'class="card urgent"' in response.text


def test_a_form_that_is_too_large_is_refused_with_a_page(connect: Connect) -> None:
    response = connect(ServiceSettings(max_body_bytes=1000)).post("/chat", data={"question": "x" * 2000})
    assert response.status_code == 413
    assert response.headers["content-type"].startswith("text/html")
    assert 'href="tel:999"' in response.text
    assert SENTENCE in response.text


def test_an_origin_that_may_not_post_the_form_is_refused_with_a_page(client: TestClient) -> None:
    response = client.post("/chat", data={"question": "x"}, headers={"origin": "https://evil.example"})
    assert response.status_code == 403
    assert response.headers["content-type"].startswith("text/html")
    assert 'class="strip"' in response.text


def test_a_browser_at_an_address_that_is_none_gets_a_page_and_a_program_problem_details(client: TestClient) -> None:
    browser = client.get("/nowhere", headers={"accept": "text/html,*/*;q=0.8"})
    assert browser.status_code == 404
    assert browser.headers["content-type"].startswith("text/html")
    assert client.get("/nowhere").headers["content-type"] == "application/problem+json"
    asked = client.get("/api/v1/nowhere", headers={"accept": "text/html"})
    assert asked.headers["content-type"] == "application/problem+json"


def test_a_fault_while_a_form_is_answered_is_told_with_a_page(client: TestClient, answerer: FakeAnswerer) -> None:
    answerer.fault = RuntimeError("a fault that names what the visitor wrote")
    response = client.post("/chat", data={"question": "hello"})
    assert response.status_code == 500
    assert response.headers["content-type"].startswith("text/html")
    assert "names what" not in response.text
