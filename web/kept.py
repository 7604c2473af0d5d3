"""What an owner may have kept, and only on request: unanswered questions and feedback, scrubbed, for a set time.

One SQLite file, which only its owner may read. Days are kept and not times, and rows get random numbers, so that no row
can be laid beside a request or another row of the same visitor. What is over the time is deleted when the file is
opened, at the first write of each hour and before every report, and overwritten on the disk.

    question   day, text (scrubbed), reason             a question that was asked and not covered
    feedback   day, helpful, kind, reason, articles, question (scrubbed, or null)
    red_flag   day, tier, concept, count                no words at all
"""

from __future__ import annotations

import asyncio
import logging
import os
import secrets
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TypeVar

from bot.conversation import Conversation
from bot.reply import Reply
from corpus.errors import FootnoteError
from web.request import FeedbackRequest
from web.scrub import Familiar, Scrubber

log = logging.getLogger("footnote.web")

Row = TypeVar("Row")

_SCHEMA = """
CREATE TABLE IF NOT EXISTS question (id INTEGER PRIMARY KEY, day TEXT NOT NULL, text TEXT NOT NULL,
  reason TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS feedback (id INTEGER PRIMARY KEY, day TEXT NOT NULL, helpful INTEGER, kind TEXT NOT NULL,
  reason TEXT, articles TEXT NOT NULL, question TEXT);
CREATE TABLE IF NOT EXISTS red_flag (day TEXT, tier TEXT, concept TEXT, count INTEGER NOT NULL,
  PRIMARY KEY (day, tier, concept)) WITHOUT ROWID;
"""
_TABLES = ("question", "feedback", "red_flag")
_HOUR_SECONDS = 3600.0
_NOT_COVERED = frozenset({"not_covered", "off_topic"})
"""The reasons that editors can do something about. A question that names a red flag is never kept, whatever it asks."""


class KeptFault(FootnoteError):
    """The file of kept questions cannot be used; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class KeptQuestion:
    """A question that was asked and not covered, scrubbed."""

    day: str
    text: str
    reason: str


@dataclass(frozen=True, slots=True)
class KeptFeedback:
    """One word of feedback; `question` is scrubbed, or None."""

    day: str
    helpful: bool | None
    kind: str
    reason: str | None
    articles: tuple[str, ...]
    question: str | None


@dataclass(frozen=True, slots=True)
class KeptFlag:
    """How often a concept was found on a day."""

    day: str
    tier: str
    concept: str
    count: int


class Kept:
    """The file, for one service or one report; safe to share between threads. Raises KeptFault when it cannot open."""

    def __init__(self, path: Path, days: int, *, today: Callable[[], date] | None = None) -> None:
        self._path = path
        self._days = days
        self._today = today or (lambda: datetime.now(UTC).date())
        self._lock = threading.Lock()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
            with self._open() as base:
                base.executescript(_SCHEMA)
        except (OSError, sqlite3.Error) as error:
            raise KeptFault(f"{path}: cannot be used to keep questions ({error}); correct keep_file") from error
        self.purge()

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        base = sqlite3.connect(self._path, timeout=5, isolation_level=None)
        try:
            # What is deleted is overwritten, and nothing of it is left in files beside this one.
            base.execute("PRAGMA secure_delete = ON")
            base.execute("PRAGMA journal_mode = TRUNCATE")
            yield base
        finally:
            base.close()

    def asked(self, conversation: Conversation, reply: Reply, familiar: Familiar) -> None:
        """Keep the last question if it was not covered, and count the red flags of this turn; never raises."""
        day = self._today().isoformat()
        if reply.kind == "abstain" and reply.reason in _NOT_COVERED and reply.escalation is None:
            text = Scrubber(familiar).scrub(reply.understood_as or conversation.visitor[-1])
            self._write("INSERT INTO question VALUES (?, ?, ?, ?)", [(_number(), day, text, reply.reason)])
        self._write(
            "INSERT INTO red_flag VALUES (?, ?, ?, 1) ON CONFLICT (day, tier, concept) DO UPDATE SET count = count + 1",
            [(day, tier, concept) for tier, concept in _found(conversation, reply)],
        )

    def heard(self, feedback: FeedbackRequest, familiar: Familiar) -> None:
        """Keep one word of feedback; never raises."""
        question = Scrubber(familiar).scrub(feedback.question) if feedback.question else None
        said = (feedback.helpful, feedback.kind, feedback.reason, " ".join(dict.fromkeys(feedback.articles)), question)
        row = (_number(), self._today().isoformat(), *said)
        self._write("INSERT INTO feedback VALUES (?, ?, ?, ?, ?, ?, ?)", [row])

    def _write(self, statement: str, rows: Sequence[tuple[object, ...]]) -> None:
        """Write rows; a full disk or a locked file is logged and costs no visitor an answer."""
        if not rows:
            return
        try:
            with self._lock, self._open() as base:
                base.executemany(statement, rows)
        except sqlite3.Error as error:
            log.error("not kept", extra={"fault": type(error).__name__})

    def purge(self) -> None:
        """Delete what is over the time; raises KeptFault."""
        first = (self._today() - timedelta(days=self._days)).isoformat()
        self._delete("day < ?", (first,))

    async def purge_hourly(self) -> None:
        """Delete what is over the time until cancelled; a file that cannot be written is logged and tried again."""
        while True:
            await asyncio.sleep(_HOUR_SECONDS)
            try:
                await asyncio.to_thread(self.purge)
            except KeptFault as error:
                log.error("not purged", extra={"fault": str(error)})

    def forget(self) -> None:
        """Delete everything; raises KeptFault."""
        self._delete("1", ())

    def _delete(self, where: str, values: Sequence[str]) -> None:
        try:
            with self._open() as base:
                for table in _TABLES:
                    base.execute(f"DELETE FROM {table} WHERE {where}", values)  # our own words alone
        except sqlite3.Error as error:
            raise KeptFault(f"{self._path}: cannot be written ({error}); check the file and the disk") from error

    def questions(self) -> list[KeptQuestion]:
        """Every kept question, oldest day first."""
        return self._rows("SELECT day, text, reason FROM question ORDER BY day, text", KeptQuestion)

    def feedback(self) -> list[KeptFeedback]:
        """All kept feedback, oldest day first."""
        with self._reading() as base:
            rows = base.execute(
                "SELECT day, helpful, kind, reason, articles, question FROM feedback ORDER BY day, id"
            ).fetchall()
        return [
            KeptFeedback(
                day, None if helpful is None else bool(helpful), kind, reason, tuple(articles.split()), question
            )
            for day, helpful, kind, reason, articles, question in rows
        ]

    def red_flags(self) -> list[KeptFlag]:
        """How often each concept was found, by day."""
        return self._rows("SELECT day, tier, concept, count FROM red_flag ORDER BY day, tier, concept", KeptFlag)

    def _rows(self, query: str, row: Callable[..., Row]) -> list[Row]:
        with self._reading() as base:
            return [row(*values) for values in base.execute(query)]

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        try:
            with self._open() as base:
                yield base
        except sqlite3.Error as error:
            raise KeptFault(f"{self._path}: cannot be read ({error}); is it the file of keep_file?") from error


def _found(conversation: Conversation, reply: Reply) -> list[tuple[str, str]]:
    """Tier and concept of the red flags in the last message: those before it were counted then."""
    if reply.escalation is None:
        return []
    last = len(conversation.visitor) - 1
    concepts = {finding.concept for finding in reply.escalation.findings if finding.turn == last}
    return [(reply.escalation.tier, concept) for concept in sorted(concepts)]


def _number() -> int:
    return secrets.randbits(62)
