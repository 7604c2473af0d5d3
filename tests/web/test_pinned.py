"""A tag that holds the loader by its hash goes on working whatever the owner sets; one of another release is told."""

from __future__ import annotations

import logging

import pytest
from starlette.testclient import TestClient

from bot.reply import Action
from tests.web.conftest import Connect
from web.assets import compose_assets
from web.once import Once
from web.settings import ServiceSettings

CALL = Action("Call 999", "tel:999")
CHANGED = ServiceSettings(
    site_name="Another name",
    contact="Ask us",
    contact_url="https://clinic.example/ask",
    search_url="https://clinic.example/search",
    accent="#8c0019",
    region="uk",
    starters=("Which shoes?",),
    max_message_characters=200,
    max_messages=6,
    feedback=False,
)


def test_no_setting_changes_the_bytes_that_a_page_may_hold_by_their_hash() -> None:
    plain, changed = compose_assets(ServiceSettings(), (CALL,)), compose_assets(CHANGED, (Action("112", "tel:112"),))
    assert plain["loader.js"].integrity == changed["loader.js"].integrity
    assert plain["panel.en.js"].content != changed["panel.en.js"].content


def test_the_colour_of_the_site_is_in_the_evergreen_loader_and_the_panel() -> None:
    plain, changed = compose_assets(ServiceSettings(), (CALL,)), compose_assets(CHANGED, (CALL,))
    for name in ("widget.js", "panel.en.js"):
        assert b"--brand:#8c0019" in changed[name].content
        assert b"--brand:#" not in plain[name].content
    assert plain["widget.js"].content == plain["loader.js"].content


def test_the_loader_asks_for_the_panel_by_a_name_that_every_release_answers(client: TestClient) -> None:
    assert "/assets/live/panel." in client.get("/widget.js").text
    panel = client.get("/assets/live/panel.en.js")
    assert panel.status_code == 200
    assert panel.headers["cache-control"] == "public, max-age=300"


def test_a_loader_of_another_release_is_told_once(connect: Connect, caplog: pytest.LogCaptureFixture) -> None:
    client = connect(ServiceSettings())
    with caplog.at_level(logging.WARNING, "footnote.web"):
        for _ in range(3):
            assert client.get("/assets/0123456789abcdef/loader.js").status_code == 200
        client.get(compose_assets(ServiceSettings(), (CALL,))["loader.js"].path)
    told = [record for record in caplog.records if "another release" in record.message]
    assert [vars(record)["fault"] for record in told] == ["0123456789abcdef"]


def test_what_is_said_once_is_bounded_in_number_and_length() -> None:
    once = Once(most=2)
    assert once.first("a") == "a"
    assert once.first("a") is None
    assert once.first("b\n" * 500) == ("b?" * 50)
    assert once.first("c") is None
