"""The answerer of a running service follows the index: one assignment exchanges generations, nothing is cut short."""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bot.bot import Bot, Site
from bot.conversation import Conversation, Message
from bot.reply import Reply
from corpus.article import Article
from corpus.errors import FootnoteError
from index.errors import IndexDamaged, NoIndex
from tests.web.fakes import ESCALATIONS, SECOND, WALKING
from web.live import BotAnswerer, LiveAnswerer
from web.screened import NothingToSearch, ScreenAnswerer
from web.trial import DANGER


@dataclass(frozen=True)
class Encoder:
    blind: bool
    fingerprint: str = "f"


@dataclass(frozen=True)
class Manifest:
    created: str = "2026-11-22T00:00:00+00:00"


@dataclass(frozen=True)
class Generation:
    name: str
    articles: dict[str, Article]
    encoder: Encoder
    manifest: Manifest = Manifest()

    def load(self) -> Generation:
        return self


@dataclass(frozen=True)
class StubBot:
    generation: Generation
    damaged: set[str] = field(default_factory=set)
    screenless: set[str] = field(default_factory=set)

    @property
    def rules_alone(self) -> bool:
        return self.generation.encoder.blind

    def reply(self, conversation: Conversation) -> Reply:
        if self.generation.name in self.damaged:
            raise IndexDamaged("x", "a row is not what was written")
        if conversation == DANGER and self.generation.name not in self.screenless:
            return Reply("escalation", "Call 999 now", escalation=ESCALATIONS["emergency"])
        return Reply("smalltalk", self.generation.name, generation=self.generation.name)


@dataclass
class Index:
    """What stands for the folder: the name of the current generation, and what opening it gives."""

    name: str = "1"
    broken: set[str] = field(default_factory=set)
    encoderless: set[str] = field(default_factory=set)
    damaged: set[str] = field(default_factory=set)
    screenless: set[str] = field(default_factory=set)
    gone: bool = False
    opened: list[str] = field(default_factory=list)
    now: float = 0

    def current_name(self) -> str:
        if self.gone:
            raise NoIndex(Path("x"))
        return self.name

    def open(self, folder: Path, site: Site, *, wordless: bool = False) -> StubBot:
        if not wordless:
            self.opened.append(self.name)
        if self.gone or self.name in self.broken:
            raise FootnoteError("this generation is broken")
        if self.name in self.encoderless and not wordless:
            raise FootnoteError("the encoder is damaged")
        articles = {"1": {WALKING.id: WALKING}}.get(self.name, {SECOND.id: SECOND})
        return StubBot(Generation(self.name, articles, Encoder(wordless)), self.damaged, self.screenless.copy())


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


@pytest.mark.parametrize("fault", [RuntimeError, OSError, MemoryError])
def test_a_generation_that_breaks_in_an_unforeseen_way_is_refused_once(
    index: Index, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, fault: type[Exception]
) -> None:
    answerer = live(index)

    def fail(folder: Path, site: Site, *, wordless: bool = False) -> StubBot:
        index.opened.append(index.name)
        raise fault("words of a library")

    monkeypatch.setattr("web.live.Bot.open", fail)
    index.name = "2"
    for _ in range(3):
        later(answerer, index, 5)
    assert index.opened == ["1", "2"]
    assert answerer.reply(ASK).generation == "1"
    (said,) = [record.__dict__["fault"] for record in caplog.records if record.message == "generation refused"]
    assert said == fault.__name__


def test_a_generation_that_was_refused_is_tried_again_once_another_has_opened(index: Index) -> None:
    answerer = live(index)
    index.broken = {"2"}
    for name in ("2", "3", "2"):
        index.name = name
        later(answerer, index, 5)
    assert index.opened == ["1", "2", "3", "2"]


@pytest.mark.parametrize("seconds", [10.0, 60.0])
def test_memory_is_given_back_only_when_no_request_may_hold_the_old_generation(
    index: Index, monkeypatch: pytest.MonkeyPatch, seconds: float
) -> None:
    planned: list[float] = []
    monkeypatch.setattr("web.live._tidy_later", planned.append)
    answerer = LiveAnswerer(Path("x"), Site(), answer_seconds=seconds, clock=lambda: index.now)
    index.name = "2"
    later(answerer, index, 5)
    (after,) = planned
    assert after > seconds


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


def later(answerer: LiveAnswerer, index: Index, seconds: float) -> None:
    """Let time pass, and what it sets going come to its end."""
    index.now += seconds
    answerer.hold()
    settle()


FLAG = Conversation((Message("visitor", "I twisted it and now my foot is cold and numb"),))


def test_without_an_index_red_flags_are_answered_and_nothing_else_is(index: Index) -> None:
    index.gone = True
    answerer = live(index)
    reply = answerer.reply(FLAG)
    assert (reply.kind, reply.generation) == ("escalation", None)
    assert reply.escalation is not None and reply.escalation.tier == "emergency"
    assert reply.note is not None and "cannot be searched" in reply.note
    with pytest.raises(NothingToSearch):
        answerer.reply(ASK)
    status = answerer.status()
    assert not status.ready
    assert status.problems == ("no_index",)
    assert status.degraded == ("no_index", "rules_only_safety")
    assert status.safety
    assert answerer.article("walking-shoes") is None
    assert answerer.article_ids() == ()
    assert answerer.familiar("ankle") == "unknown"
    assert answerer.emergency("uk")


def test_an_index_that_appears_is_taken_up_without_a_restart(index: Index) -> None:
    index.gone = True
    answerer = live(index)
    index.gone = False
    later(answerer, index, 5)
    assert answerer.reply(ASK).generation == "1"
    assert answerer.status().degraded == ()


def test_without_an_encoder_the_generation_answers_by_words(index: Index) -> None:
    index.encoderless = {"1"}
    answerer = live(index)
    assert answerer.reply(ASK).generation == "1"
    status = answerer.status()
    assert status.ready
    assert status.degraded == ("no_encoder", "rules_only_safety")
    assert status.encoder is None
    assert status.built == "2026-11-22T00:00:00+00:00"


def test_an_encoder_that_was_put_back_is_noticed_within_half_a_minute(index: Index) -> None:
    index.encoderless = {"1"}
    answerer = live(index)
    index.encoderless = set()
    later(answerer, index, 5)
    assert answerer.status().degraded == ("no_encoder", "rules_only_safety")
    later(answerer, index, 30)
    assert answerer.status().degraded == ()
    assert answerer.status().encoder == "f"


def test_what_stays_broken_is_not_exchanged_for_itself(index: Index, caplog: pytest.LogCaptureFixture) -> None:
    index.encoderless = {"1"}
    answerer = live(index)
    held = answerer.hold()
    with caplog.at_level(logging.INFO, logger="footnote"):
        later(answerer, index, 31)
    assert answerer.hold() is held
    assert "generation exchanged" not in caplog.text


def test_something_whole_is_never_exchanged_for_a_part(index: Index) -> None:
    answerer = live(index)
    index.name, index.encoderless = "2", {"2"}
    later(answerer, index, 5)
    assert answerer.reply(ASK).generation == "1"
    assert answerer.status().degraded == ()


def test_a_part_is_exchanged_for_a_newer_part_but_not_for_nothing(index: Index) -> None:
    index.encoderless = {"1", "2"}
    answerer = live(index)
    index.name = "2"
    later(answerer, index, 5)
    assert answerer.reply(ASK).generation == "2"
    index.name, index.broken = "3", {"3"}
    later(answerer, index, 5)
    assert answerer.reply(ASK).generation == "2"


def test_a_broken_first_generation_is_refused_until_it_is_mended(index: Index) -> None:
    index.broken = {"1"}
    answerer = live(index)
    later(answerer, index, 5)
    assert answerer.status().problems == ("no_index",)
    index.broken = set()
    later(answerer, index, 31)
    assert answerer.status().ready


def test_damage_that_shows_only_while_answering_leaves_the_red_flags(index: Index) -> None:
    answerer = live(index)
    index.damaged.add("1")
    assert answerer.reply(FLAG).kind == "escalation"
    with pytest.raises(NothingToSearch):
        answerer.reply(ASK)


def test_an_answerer_of_its_own_has_nothing_to_fall_back_on(index: Index) -> None:
    index.damaged.add("1")
    answerer = BotAnswerer(Bot.open(Path("x"), Site()))
    with pytest.raises(IndexDamaged):
        answerer.reply(ASK)


def test_a_first_generation_whose_screen_fails_is_not_ready_and_says_why_in_one_line(index: Index) -> None:
    index.screenless = {"1"}
    status = live(index).status()
    assert (status.ready, status.generation, status.problems) == (False, "1", ("screen_failed",))
    assert status.detail is not None and "found nothing where there is an emergency" in status.detail
    assert "\n" not in status.detail
    assert status.degraded == ()
    assert status.encoder == "f"


def test_a_generation_whose_screen_fails_does_not_replace_one_whose_screen_works(
    index: Index, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logging.getLogger("footnote"), "propagate", True)
    answerer = live(index)
    index.name, index.screenless = "2", {"2"}
    later(answerer, index, 5)
    assert answerer.reply(ASK).generation == "1"
    assert answerer.status().ready
    assert "generation refused" in caplog.messages


def test_a_part_whose_screen_works_is_not_replaced_by_one_whose_screen_fails(index: Index) -> None:
    index.encoderless = {"1", "2"}
    answerer = live(index)
    index.name, index.screenless = "2", {"2"}
    later(answerer, index, 5)
    assert answerer.reply(ASK).generation == "1"


def test_a_screen_that_works_again_makes_the_service_ready_within_half_a_minute(index: Index) -> None:
    index.screenless = {"1"}
    answerer = live(index)
    later(answerer, index, 31)
    assert not answerer.status().ready
    index.screenless = set()
    later(answerer, index, 31)
    assert answerer.status().ready
    assert answerer.status().detail is None


def test_without_an_index_the_screen_is_tried_too(index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    index.gone = True
    answerer = live(index)
    assert answerer.status().detail == (
        "there is no index that opens; the log says why, and `footnote index build` makes one"
    )
    monkeypatch.setattr("bot.safety.Screen._check", lambda *_: 1 / 0)
    status = live(index).status()
    assert status.problems == ("no_index", "screen_failed")
    assert status.detail is not None and "it found urgent where there is an emergency" in status.detail


def test_what_never_changes_holds_itself(index: Index) -> None:
    one = BotAnswerer(Bot.open(Path("x"), Site()))
    alone = ScreenAnswerer(Site())
    assert one.hold() is one
    assert alone.hold() is alone
