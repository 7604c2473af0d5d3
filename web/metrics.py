"""Counters for Prometheus: outcomes and times, nothing that a visitor wrote and nothing that tells visitors apart."""

from __future__ import annotations

import time
from datetime import datetime
from typing import get_args

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from bot.reply import Reply
from bot.stage import Stage
from web.answerer import Degraded, Status
from web.request import FeedbackRequest

# An answer takes milliseconds; the upper buckets are for machines in trouble.
_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)


class Metrics:
    """The counters of one service, in a registry of its own."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._replies = Counter(
            "footnote_replies", "Replies by kind and reason", ["kind", "reason"], registry=self._registry
        )
        self._escalations = Counter("footnote_escalations", "Escalations by tier", ["tier"], registry=self._registry)
        self._refusals = Counter("footnote_refusals", "Requests refused by status", ["status"], registry=self._registry)
        self._feedback = Counter(
            "footnote_feedback", "Feedback by kind of reply", ["helpful", "reason", "kind"], registry=self._registry
        )
        self._seconds = Histogram(
            "footnote_answer_seconds", "Time to make a reply", buckets=_SECONDS, registry=self._registry
        )
        self._stages = Histogram(
            "footnote_stage_seconds",
            "Time of one stage of a reply",
            ["stage"],
            buckets=_SECONDS,
            registry=self._registry,
        )
        self._articles = Gauge("footnote_articles", "Articles in the generation served", registry=self._registry)
        self._age = Gauge(
            "footnote_generation_age_seconds", "Time since the generation was built", registry=self._registry
        )
        self._ready = Gauge("footnote_ready", "Whether questions can be answered", registry=self._registry)
        self._degraded = Gauge(
            "footnote_degraded", "Whether this works only in part", ["part"], registry=self._registry
        )

    def replied(self, reply: Reply, seconds: float) -> None:
        """Count one reply."""
        self.warned(reply)
        self._seconds.observe(seconds)

    def warned(self, reply: Reply) -> None:
        """Count one reply that took no place among the answers."""
        self._replies.labels(reply.kind, reply.reason or "none").inc()
        if reply.escalation is not None:
            self._escalations.labels(reply.escalation.tier).inc()

    def refused(self, status: int) -> None:
        """Count one request that ended in a problem."""
        self._refusals.labels(str(status)).inc()

    def heard(self, feedback: FeedbackRequest) -> None:
        """Count one word of feedback."""
        helpful = {True: "yes", False: "no", None: "withdrawn"}[feedback.helpful]
        self._feedback.labels(helpful, feedback.reason or "none", feedback.kind).inc()

    def spent(self, stage: Stage, seconds: float) -> None:
        """Count the time of one stage."""
        self._stages.labels(stage).observe(seconds)

    def text(self, status: Status) -> bytes:
        """All counters in the text format of Prometheus."""
        self._articles.set(status.articles)
        self._ready.set(status.ready)
        for part in get_args(Degraded):
            self._degraded.labels(part).set(part in status.degraded)
        if status.built is not None:
            self._age.set(time.time() - datetime.fromisoformat(status.built).timestamp())
        return generate_latest(self._registry)
