"""The trial of the red-flag screen, with the screen that is shipped and a real index."""

from __future__ import annotations

from pathlib import Path

import pytest
from starlette.testclient import TestClient

from bot.bot import Site
from bot.safety import load
from bot.safety.message import regions
from web.app import create_app
from web.live import LiveAnswerer
from web.settings import ServiceSettings
from web.trial import DANGER, trial


@pytest.mark.parametrize("region", [None, *(region.id for region in regions().region)])
def test_the_rules_alone_pass_the_trial_in_every_region(region: str | None) -> None:
    assert trial(load().check(DANGER.visitor, region).escalation) is None


def test_a_service_whose_screen_fails_is_not_ready_and_still_warns_each_visitor(
    plain_index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.safety.Screen._check", lambda *_: 1 / 0)
    client = TestClient(create_app(LiveAnswerer(plain_index, Site()), ServiceSettings()))
    ready = client.get("/readyz")
    assert ready.status_code == 503
    assert ready.json()["problems"] == ["screen_failed"]
    assert ready.json()["detail"].startswith("the red-flag screen failed its trial: it found urgent")
    assert "footnote_ready 0.0" in client.get("/metrics").text
    asked = client.post("/api/v1/chat", json={"messages": [{"role": "visitor", "text": "Should I ice my ankle?"}]})
    assert asked.json()["escalation"]["headline"] == "I could not check your message for danger signs."
