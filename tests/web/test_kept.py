"""Nothing is kept unless the owner says so; then it is scrubbed, without a time or a visitor, and not for longer."""

from __future__ import annotations

import asyncio
import json
import logging
import sqlite3
import stat
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from bot.conversation import Conversation, Message
from bot.reply import Finding, Reply
from tests.web.conftest import Connect
from tests.web.fakes import ESCALATIONS, FakeAnswerer
from web.app import create_app
from web.kept import Kept, KeptFault
from web.request import FeedbackRequest
from web.settings import ServiceSettings, SettingsError

PANEL = "/assets/live/panel.en.js"
UNCOVERED = Reply("abstain", "The articles do not say.", reason="not_covered")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "kept" / "kept.sqlite"


@pytest.fixture
def settings(path: Path) -> ServiceSettings:
    return ServiceSettings(
        keep_questions=True, keep_feedback=True, keep_file=str(path), keep_days=7, rate_per_minute=1000
    )


def conversation(*texts: str) -> Conversation:
    return Conversation(tuple(Message("visitor", text) for text in texts))


def ask(client: TestClient, text: str, **headers: str) -> Any:  # noqa: ANN401  # JSON
    body = {"messages": [{"role": "visitor", "text": text}]}
    return client.post("/api/v1/chat", json=body, headers=headers)


def texts(kept: Kept) -> Sequence[str]:
    return [question.text for question in kept.questions()]


def test_by_default_nothing_is_kept_and_no_file_is_made(connect: Connect, path: Path) -> None:
    client = connect(ServiceSettings(keep_file=str(path)))
    ask(client, "What is the price of shoes?")
    client.post("/api/v1/feedback", json={"helpful": False, "kind": "answer", "question": "Which shoes?"})
    assert not path.parent.exists()


def test_a_question_that_is_not_covered_is_kept_scrubbed(
    connect: Connect, settings: ServiceSettings, path: Path
) -> None:
    client = connect(settings)
    ask(client, "I am Mark Kowalski, 07700 900123: what is the price of shoes?")
    ask(client, "Which shoes?")
    ask(client, "Is this an emergency?")
    assert texts(Kept(path, 7)) == ["I am [name], [number] what is the price of shoes?"]
    assert b"Kowalski" not in path.read_bytes()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_the_page_without_javascript_keeps_only_the_new_question(
    connect: Connect, settings: ServiceSettings, path: Path
) -> None:
    client = connect(settings)
    client.post("/chat", data={"earlier": "What is the price of shoes?", "question": "How long is the price?"})
    assert texts(Kept(path, 7)) == ["How long is the price?"]


def test_nothing_of_a_visitor_who_asks_for_privacy_is_kept(
    connect: Connect, settings: ServiceSettings, path: Path
) -> None:
    client = connect(settings)
    ask(client, "What is the price of shoes?", **{"sec-gpc": "1"})
    client.post("/chat", data={"question": "What is the price?"}, headers={"sec-gpc": "1"})
    client.post("/api/v1/feedback", json={"helpful": False, "kind": "answer"}, headers={"sec-gpc": "1"})
    kept = Kept(path, 7)
    assert (kept.questions(), kept.feedback(), kept.red_flags()) == ([], [], [])


def test_feedback_is_kept_with_its_question_scrubbed(connect: Connect, settings: ServiceSettings, path: Path) -> None:
    client = connect(settings)
    body = {"helpful": False, "kind": "answer", "reason": "wrong", "articles": ["walking-shoes"]}
    client.post("/api/v1/feedback", json={**body, "question": "What shoes for Mark?"})
    client.post("/api/v1/feedback", json={"helpful": None, "kind": "abstain"})
    kept = {(row.helpful, row.kind, row.reason, row.articles, row.question) for row in Kept(path, 7).feedback()}
    assert kept == {
        (False, "answer", "wrong", ("walking-shoes",), "What shoes for [name]?"),
        (None, "abstain", None, (), None),
    }


def test_a_question_beside_feedback_has_the_limit_of_a_message(client: TestClient) -> None:
    body = {"helpful": False, "kind": "answer", "question": "x" * 1001}
    assert client.post("/api/v1/feedback", json=body).json()["pointer"] == "/question"


def test_what_is_over_the_time_is_deleted_and_gone_from_the_file(path: Path, answerer: FakeAnswerer) -> None:
    days = [date(2026, 1, 1)]
    kept = Kept(path, 7, today=lambda: days[0])
    kept.asked(conversation("how long are my shoes"), UNCOVERED, answerer.familiar)
    kept.heard(FeedbackRequest(True, "answer"), answerer.familiar)
    days[0] = date(2026, 1, 8)
    kept.purge()
    assert len(kept.questions()) == len(kept.feedback()) == 1
    days[0] = date(2026, 1, 9)
    kept.purge()
    assert (kept.questions(), kept.feedback()) == ([], [])
    assert b"shoes" not in path.read_bytes()
    assert [file.name for file in path.parent.iterdir() if file.stat().st_size] == [path.name]


def keep_one(path: Path, day: date, answerer: FakeAnswerer) -> Kept:
    """The file with one question of that day in it."""
    kept = Kept(path, 7, today=lambda: day)
    kept.asked(conversation("my shoes"), UNCOVERED, answerer.familiar)
    assert "my shoes" in texts(kept)
    return kept


@pytest.mark.parametrize("keep", [True, False], ids=["kept on", "switched off"])
def test_a_running_service_deletes_what_comes_over_the_time(
    path: Path, answerer: FakeAnswerer, monkeypatch: pytest.MonkeyPatch, keep: bool
) -> None:
    monkeypatch.setattr("web.kept._HOUR_SECONDS", 0.0)
    keep_one(path, datetime.now(UTC).date(), answerer)
    settings = ServiceSettings(keep_questions=keep, keep_file=str(path), keep_days=7)
    with TestClient(create_app(answerer, settings)):
        kept = keep_one(path, date(2026, 1, 1), answerer)
        until = time.monotonic() + 20
        while len(kept.questions()) > 1 and time.monotonic() < until:
            time.sleep(0.01)
    assert [question.day for question in kept.questions()] == [datetime.now(UTC).date().isoformat()]


def test_what_is_over_the_time_is_deleted_at_the_start_though_nothing_more_is_kept(
    path: Path, answerer: FakeAnswerer
) -> None:
    kept = keep_one(path, date(2026, 1, 1), answerer)
    client = TestClient(create_app(answerer, ServiceSettings(keep_file=str(path), keep_days=7)))
    assert texts(kept) == []
    ask(client, "What is the price of shoes?")
    assert texts(kept) == []


def test_another_file_in_the_place_of_what_was_kept_stops_no_service(
    connect: Connect, path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path.parent.mkdir()
    path.write_bytes(b"no database" * 1000)
    with caplog.at_level(logging.ERROR, logger="footnote"):
        assert ask(connect(ServiceSettings(keep_file=str(path))), "Which shoes?").status_code == 200
    assert "not purged" in caplog.text
    assert path.read_bytes() == b"no database" * 1000


def test_a_file_that_breaks_is_purged_again_an_hour_later(
    path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("web.kept._HOUR_SECONDS", 0.0)
    kept, tries = Kept(path, 7), 0

    def purge() -> None:
        nonlocal tries
        tries += 1
        raise KeptFault("it is locked") if tries == 1 else LookupError("tried again")

    monkeypatch.setattr(kept, "purge", purge)
    # On a thread of its own: a browser test may have left a loop running on this one.
    with ThreadPoolExecutor(1) as pool, caplog.at_level(logging.ERROR), pytest.raises(LookupError, match="again"):
        pool.submit(asyncio.run, kept.purge_hourly()).result()
    assert "not purged" in caplog.text


def test_everything_can_be_forgotten_at_once(path: Path, answerer: FakeAnswerer) -> None:
    kept = Kept(path, 7)
    kept.asked(conversation("my shoes"), UNCOVERED, answerer.familiar)
    kept.forget()
    assert kept.questions() == []


def test_red_flags_are_counted_by_concept_in_the_turn_that_names_them(path: Path, answerer: FakeAnswerer) -> None:
    kept = Kept(path, 7)
    flagged = replace(ESCALATIONS["urgent"], findings=(Finding("calf", "words", 1), Finding("wound", "words", 0)))
    reply = replace(UNCOVERED, escalation=flagged)
    kept.asked(conversation("a", "b"), reply, answerer.familiar)
    kept.asked(conversation("a", "b"), reply, answerer.familiar)
    assert [(flag.tier, flag.concept, flag.count) for flag in kept.red_flags()] == [("urgent", "calf", 2)]
    assert kept.questions() == []


def test_rows_do_not_stand_in_the_order_in_which_they_came(path: Path, answerer: FakeAnswerer) -> None:
    kept = Kept(path, 7)
    for text in ("my shoes", "how long", "what price"):
        kept.asked(conversation(text), UNCOVERED, answerer.familiar)
    with sqlite3.connect(path) as base:
        numbers = [number for (number,) in base.execute("SELECT id FROM question")]
        columns = [column[1] for column in base.execute("PRAGMA table_info(question)")]
    base.close()
    assert min(numbers) > 1000
    assert columns == ["id", "day", "text", "reason"]


def test_a_file_that_breaks_costs_no_visitor_an_answer(
    connect: Connect, settings: ServiceSettings, path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    client = connect(settings)
    path.write_bytes(b"no database" * 1000)
    with caplog.at_level(logging.ERROR, logger="footnote"):
        assert ask(client, "What is the price of shoes?").status_code == 200
    assert "not kept" in caplog.text


def test_a_file_that_cannot_be_used_is_said_at_the_start(connect: Connect, tmp_path: Path) -> None:
    with pytest.raises(KeptFault, match="correct keep_file"):
        connect(ServiceSettings(keep_questions=True, keep_file=str(tmp_path)))
    (tmp_path / "other").write_bytes(b"no database" * 1000)
    with pytest.raises(KeptFault, match="correct keep_file"):
        Kept(tmp_path / "other", 7)


def test_a_file_that_breaks_later_is_named(path: Path) -> None:
    kept = Kept(path, 7)
    path.write_bytes(b"no database" * 1000)
    for use in (kept.questions, kept.feedback, kept.forget, kept.purge):
        with pytest.raises(KeptFault, match=r"kept\.sqlite"):
            use()


def test_without_the_lists_of_names_nothing_is_kept_unscrubbed(
    connect: Connect, settings: ServiceSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing() -> None:
        raise ImportError

    monkeypatch.setattr("web.scrub.names", missing)
    with pytest.raises(SettingsError, match=r"footnote\[privacy\]"):
        connect(settings)


def test_visitors_are_told_what_is_kept(connect: Connect, settings: ServiceSettings) -> None:
    told = connect(settings)
    panel = told.get(PANEL).text
    assert "are kept for 7 days" in told.get("/chat").text
    assert "Questions that the articles do not answer are kept for 7 days" in panel
    assert "Only your choice is sent" not in panel
    assert '"kept":true' in panel
    document = told.get("/openapi.json").text
    assert "keeps nothing of a conversation" not in document
    assert "Kept for 7 days" in document
    untold = connect(ServiceSettings())
    assert "are kept" not in untold.get("/chat").text + untold.get(PANEL).text
    assert "keeps nothing of a conversation" in untold.get("/openapi.json").text


def test_the_number_of_days_has_bounds(tmp_path: Path) -> None:
    from web.settings import check

    for days in (0, 366):
        with pytest.raises(SettingsError, match="keep_days"):
            check(ServiceSettings(keep_days=days))


def test_what_is_only_needed_to_keep_is_not_loaded_by_default() -> None:
    import subprocess

    code = "import web.app, web.live, web.cli.serve, sys; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {name.split(".")[0] for name in loaded} & {"faker", "sqlite3", "redis", "coredis"}
    assert json.dumps(loaded).count("web.kept") == 0
