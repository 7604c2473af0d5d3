"""What a visitor sees while part of the service is out of order: the truth, and the red flags all the same."""

from __future__ import annotations

from dataclasses import replace

import pytest
from starlette.testclient import TestClient

from tests.web.conftest import Connect
from tests.web.fakes import CALL, FakeAnswerer, answer
from web.blocks import Note, present
from web.settings import ServiceSettings


@pytest.fixture
def client(connect: Connect, answerer: FakeAnswerer) -> TestClient:
    """A service without an index."""
    answerer.generation = None
    answerer.articles.clear()
    return connect(ServiceSettings(rate_per_minute=1000))


def test_without_an_index_a_question_is_put_off_honestly(client: TestClient) -> None:
    response = client.post("/api/v1/chat", json={"messages": [{"role": "visitor", "text": "Which shoes?"}]})
    assert response.status_code == 503
    assert response.headers["content-type"] == "application/problem+json"
    assert response.headers["retry-after"] == "60"
    problem = response.json()
    assert (problem["code"], problem["retry_after"]) == ("no_index", 60)
    assert "cannot be searched" in problem["detail"]


@pytest.mark.parametrize("word", ["emergency", "crisis"])
def test_without_an_index_a_red_flag_is_still_a_reply(client: TestClient, word: str) -> None:
    response = client.post("/api/v1/chat", json={"messages": [{"role": "visitor", "text": word}]})
    assert response.status_code == 200
    assert response.json()["escalation"]["tier"] == word
    assert response.json()["blocks"][0]["type"] == "alert"


def test_without_javascript_the_page_says_so_and_keeps_the_question(client: TestClient) -> None:
    response = client.post("/chat", data={"question": "Which shoes?"})
    assert response.status_code == 503
    assert response.headers["retry-after"] == "60"
    assert "The articles cannot be searched just now." in response.text
    assert ">Which shoes?</textarea>" in response.text
    assert CALL.href is not None and CALL.href in response.text


def test_a_question_that_was_put_off_does_not_hide_a_later_red_flag(client: TestClient) -> None:
    data = {"earlier": "Which shoes?", "sealed": "", "question": "emergency"}
    response = client.post("/chat", data=data)
    assert response.status_code == 200
    assert 'class="card emergency"' in response.text
    assert "The answer to this is no longer here." in response.text


@pytest.mark.parametrize("path", ["/", "/articles/walking-shoes"])
def test_pages_of_articles_say_that_there_are_none_just_now(client: TestClient, path: str) -> None:
    response = client.get(path)
    assert response.status_code == 503
    assert response.headers["retry-after"] == "60"
    assert "There are no articles here just now" in response.text


def test_readiness_and_metrics_tell_what_works_only_in_part(client: TestClient) -> None:
    ready = client.get("/readyz")
    assert ready.status_code == 503
    assert ready.json()["problems"] == ["no_index"]
    metrics = client.get("/metrics").text
    assert "footnote_ready 0.0" in metrics
    assert 'footnote_degraded{part="no_encoder"} 0.0' in metrics


def test_a_note_stands_behind_a_red_flag_and_before_the_answer(answerer: FakeAnswerer) -> None:
    noted = replace(answer(), note="Only in part.")
    blocks = present(noted, answerer.article).blocks
    assert blocks[0] == Note("Only in part.")
    assert len(blocks) == len(present(answer(), answerer.article).blocks) + 1


def test_the_page_shows_the_note_as_one(
    answerer: FakeAnswerer, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.web.fakes.reply_to", lambda text: replace(answer(), note="Only <in> part."))
    html = connect(ServiceSettings()).post("/chat", data={"question": "Which shoes?"}).text
    assert '<p class="note" role="note">Only &lt;in&gt; part.</p>' in html


def test_times_of_stages_are_counted_where_the_bot_tells_them(client: TestClient) -> None:
    from bot.stage import stage, watching
    from web.metrics import Metrics

    metrics = Metrics()
    with watching(metrics.spent), stage("retrieval"):
        pass
    with stage("retrieval"):
        pass
    text = metrics.text(FakeAnswerer().status()).decode()
    assert 'footnote_stage_seconds_count{stage="retrieval"} 1.0' in text


def test_metrics_tell_how_old_the_generation_is() -> None:
    from datetime import UTC, datetime, timedelta

    from web.metrics import Metrics

    an_hour_ago = (datetime.now(UTC) - timedelta(hours=1)).isoformat()
    told = Metrics().text(replace(FakeAnswerer().status(), built=an_hour_ago)).decode()
    age = next(line for line in told.splitlines() if line.startswith("footnote_generation_age_seconds "))
    assert float(age.split()[1]) >= 3600
