"""The answerer of a running service follows the index: one assignment exchanges generations, nothing is cut short."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bot.bot import Site
from bot.conversation import Conversation, Message
from bot.reply import Reply
from corpus.article import Article
from corpus.errors import FootnoteError
from index.errors import NoIndex
from tests.web.fakes import SECOND, WALKING
from web.live import LiveAnswerer


@dataclass(frozen=True)
class Generation:
    name: str
    articles: dict[str, Article]


@dataclass(frozen=True)
class StubBot:
    generation: Generation

    def reply(self, conversation: Conversation) -> Reply:
        return Reply("smalltalk", self.generation.name, generation=self.generation.name)


@dataclass
class Index:
    """What stands for the folder: the name of the current generation, and what opening it gives."""

    name: str = "1"
    broken: set[str] = field(default_factory=set)
    gone: bool = False
    opened: list[str] = field(default_factory=list)
    now: float = 0

    def current_name(self) -> str:
        if self.gone:
            raise NoIndex(Path("x"))
        return self.name

    def open(self, folder: Path, site: Site) -> StubBot:
        self.opened.append(self.name)
        if self.name in self.broken:
            raise FootnoteError("this generation is broken")
        articles = {"1": {WALKING.id: WALKING}}.get(self.name, {SECOND.id: SECOND})
        return StubBot(Generation(self.name, articles))


@pytest.fixture
def index(monkeypatch: pytest.MonkeyPatch) -> Index:
    made = Index()
    monkeypatch.setattr("web.live.Bot.open", made.open)
    monkeypatch.setattr("web.live.IndexFolder", lambda folder: made)
    return made


def live(index: Index) -> LiveAnswerer:
    return LiveAnswerer(Path("x"), Site(), clock=lambda: index.now)


def settle() -> None:
    for thread in threading.enumerate():
        if "_exchange" in thread.name:
            thread.join(5)


ASK = Conversation((Message("visitor", "hello"),))


def test_a_new_generation_takes_over_while_an_old_request_keeps_its_own(index: Index) -> None:
    answerer = live(index)
    held = answerer.hold()
    index.name, index.now = "2", 5
    answerer.hold()
    settle()
    assert answerer.reply(ASK).generation == "2"
    assert answerer.article("second") is not None
    assert held.reply(ASK).generation == "1"
    assert held.article("walking-shoes") is not None
    assert answerer.status().generation == answerer.generation_name == "2"


def test_the_index_is_looked_at_only_once_a_second(index: Index) -> None:
    answerer = live(index)
    index.name, index.now = "2", 0.5
    assert answerer.reply(ASK).generation == "1"
    assert index.opened == ["1"]


def test_a_broken_generation_is_refused_once_and_the_old_one_goes_on(index: Index) -> None:
    answerer = live(index)
    index.name, index.broken, index.now = "2", {"2"}, 5
    for _ in range(3):
        answerer.hold()
        settle()
        index.now += 5
    assert index.opened == ["1", "2"]
    assert answerer.reply(ASK).generation == "1"
    index.name, index.now = "3", 60
    answerer.hold()
    settle()
    assert answerer.reply(ASK).generation == "3"


def test_an_index_that_is_gone_stops_nothing(index: Index) -> None:
    answerer = live(index)
    index.gone, index.now = True, 5
    assert answerer.reply(ASK).generation == "1"
    assert answerer.article_ids() == ("walking-shoes",)


def test_the_emergency_numbers_are_those_of_the_region(index: Index) -> None:
    answerer = live(index)
    assert [action.href for action in answerer.emergency("uk")] == ["tel:999", "tel:112"]
    assert len(answerer.emergency(None)) > 2
    assert answerer.emergency("nowhere") == answerer.emergency(None)
