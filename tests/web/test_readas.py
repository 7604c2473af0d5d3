"""What was understood is shown where it is more than what was written."""

from __future__ import annotations

from dataclasses import replace

import pytest
from starlette.testclient import TestClient

from bot.reply import Reply
from tests.web.fakes import WALKING, answer, reply_to
from web.blocks import Alert, ReadAs, present
from web.cli.paper import paper
from web.readas import read_as


def understood(text: str) -> Reply:
    return replace(answer(), understood_as=text)


@pytest.mark.parametrize(
    ("asked", "text"),
    [
        ("And on hills?", "on hills (shoes)?"),
        ("wich shoes", "which shoes"),
        ("sorry, I meant boots", "which boots"),
        ("Which shoes? And when?", "Which shoes? / when (shoes)?"),
    ],
)
def test_a_follow_up_and_a_slip_of_spelling_are_told(asked: str, text: str) -> None:
    assert read_as(understood(text), asked) == text


@pytest.mark.parametrize(
    ("asked", "text"),
    [
        ("which  SHOES", "Which shoes?"),
        ("Hello! Which shoes?", "which shoes"),
        ("Which shoes? And when?", "Which shoes? / When?"),
        ("", "Which shoes?"),
    ],
)
def test_what_says_no_more_than_the_message_is_not_told(asked: str, text: str) -> None:
    assert read_as(understood(text), asked) is None


def test_nothing_stands_beside_a_red_flag_alone() -> None:
    assert read_as(replace(reply_to("emergency"), understood_as="another question"), "emergency") is None


def test_it_stands_below_a_red_flag_and_above_the_answer() -> None:
    blocks = present(reply_to("urgent"), {WALKING.id: WALKING}.get, asked="urgent").blocks
    assert isinstance(blocks[0], Alert)
    assert blocks[1] == ReadAs("Which shoes?")


def test_the_service_sends_it_as_a_block(client: TestClient) -> None:
    body = {"messages": [{"role": "visitor", "text": "And on hills?"}]}
    blocks = client.post("/api/v1/chat", json=body).json()["blocks"]
    assert blocks[0] == {"text": "Which shoes?", "type": "read_as"}


def test_the_page_shows_it_only_where_it_differs(client: TestClient) -> None:
    html = client.post("/chat", data={"question": "And on hills?"}).text
    assert "Read as: Which shoes?" in html
    assert "Read as:" not in client.post("/chat", data={"question": "Which shoes"}).text


def test_the_terminal_shows_it_above_the_answer() -> None:
    lines = paper(answer(), "And on hills?").splitlines()
    assert lines[0] == "Read as: Which shoes?"
    assert "Read as" not in paper(answer(), "which shoes")
