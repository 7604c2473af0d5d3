"""The chat without JavaScript offers what the widget offers: first questions, and whether an answer helped."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from tests.web.conftest import Connect
from tests.web.fakes import WALKING
from web.kept import Kept, KeptFeedback
from web.settings import ServiceSettings

ASKS = "Did this help?"


def _carried(page: str) -> dict[str, list[str]]:
    return {
        name: [unescape(value) for value in re.findall(rf'name="{name}" value="([^"]*)"', page)]
        for name in ("earlier", "sealed")
    }


def _after(client: TestClient, question: str) -> str:
    return client.post("/chat", data={"question": question}).text


def test_the_first_questions_are_offered_before_the_first_question_only(connect: Connect) -> None:
    client = connect(ServiceSettings(starters=("Which shoes fit?", "How far?")))
    page = client.get("/chat").text
    for starter in ("Which shoes fit?", "How far?"):
        assert f'name="suggested" value="{starter}"' in page
    assert "How far?" not in _after(client, "hello")


def test_a_word_on_the_answer_is_counted_and_thanked_and_the_draft_stays(client: TestClient) -> None:
    page = _after(client, "Which shoes?")
    assert ASKS in page
    told = client.post("/chat", data={**_carried(page), "helpful": "no", "question": "half a ques"}).text
    assert "Thank you." in told and ASKS not in told
    assert ">half a ques</textarea>" in told
    assert "Choose shoes that fit well." in told
    assert re.search(r"feedback\S*(no|false)\S* 1", client.get("/metrics").text)


def test_a_word_on_a_reply_that_was_not_made_here_is_not_counted(client: TestClient) -> None:
    before = client.get("/metrics").text
    client.post("/chat", data={"earlier": ["Which shoes?"], "sealed": ["forged"], "helpful": "yes"})
    client.post("/chat", data={"helpful": "yes"})
    feedback = [line for line in client.get("/metrics").text.splitlines() if "feedback" in line]
    assert feedback == [line for line in before.splitlines() if "feedback" in line]


@pytest.mark.parametrize("question", ["hello", "emergency"])
def test_small_talk_and_a_red_flag_are_not_asked_about(client: TestClient, question: str) -> None:
    assert ASKS not in _after(client, question)


def test_nobody_is_asked_where_feedback_is_off_or_the_browser_asks_for_privacy(
    connect: Connect, client: TestClient
) -> None:
    assert ASKS not in _after(connect(ServiceSettings(feedback=False)), "Which shoes?")
    page = client.post("/chat", data={"question": "Which shoes?"}, headers={"sec-gpc": "1"}).text
    assert ASKS not in page


def test_kept_feedback_is_said_beforehand_and_holds_the_articles(connect: Connect, tmp_path: Path) -> None:
    file = tmp_path / "kept.sqlite"
    client = connect(ServiceSettings(keep_feedback=True, keep_file=str(file), keep_days=7))
    page = _after(client, "Which shoes?")
    assert "kept for 7 days" in page
    client.post("/chat", data={**_carried(page), "helpful": "no"})
    (row,) = Kept(file, 7).feedback()
    assert isinstance(row, KeptFeedback)
    assert (row.helpful, row.kind, row.articles) == (False, "answer", (WALKING.id,))
