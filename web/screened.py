"""What answers while there is no index: the red-flag screen alone, by its rules; all else is put off honestly."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from bot.bot import Site
from bot.conversation import Conversation
from bot.reply import Action, Reply
from bot.safety import Screen, rulebook
from bot.safety.message import region_of, regions
from bot.texts import render
from corpus.article import Article
from corpus.errors import FootnoteError
from web.alarm import rules
from web.answerer import Answerer, Degraded, Familiarity, Status, Unready
from web.trial import DANGER, trial

_NO_INDEX = "there is no index that opens; the log says why, and `footnote index build` makes one"


class NothingToSearch(FootnoteError):
    """There is no index to answer from just now, and the conversation holds no red flag."""


class ScreenAnswerer:
    """Needs no index and no encoder; a red flag of any tier gets its fixed message as a Reply of its own."""

    def __init__(self, site: Site, screen: Screen | None = None) -> None:
        self._site = site
        self._screen = screen or rules()
        self._safety = rulebook.load().version
        self._note = render("note", part="index")

    def hold(self) -> Answerer:
        """Itself."""
        return self

    def reply(self, conversation: Conversation) -> Reply:
        """The message of the red flag in the conversation; raises NothingToSearch where there is none."""
        verdict = self._screen.check(conversation.visitor, conversation.region or self._site.region)
        if verdict.escalation is None:
            raise NothingToSearch("there is no index to answer from just now")
        text = f"{verdict.escalation.headline} {verdict.escalation.text}".strip()
        return Reply("escalation", text, escalation=verdict.escalation, note=self._note)

    def article(self, article_id: str) -> Article | None:
        """None: there is no article."""
        return None

    def article_ids(self) -> Sequence[str]:
        """None at all."""
        return ()

    @property
    def generation_name(self) -> str | None:
        """None."""
        return None

    @property
    def whole(self) -> bool:
        """No."""
        return False

    def familiar(self, word: str) -> Familiarity:
        """Nothing is known of words without an index."""
        return "unknown"

    def emergency(self, region: str | None) -> tuple[Action, ...]:
        """Whom to call in an emergency in that region."""
        return emergency(region)

    def status(self) -> Status:
        """Not ready, and why."""
        problems: tuple[Unready, ...] = ("no_index",) if self.fault is None else ("no_index", "screen_failed")
        detail = _NO_INDEX if self.fault is None else f"{_NO_INDEX}; {self.fault}"
        degraded: tuple[Degraded, ...] = ("no_index", "rules_only_safety")
        return Status(False, None, 0, problems, degraded, safety=self._safety, detail=detail)

    @cached_property
    def fault(self) -> str | None:
        """What is wrong with the screen, if anything is; tried when it is first asked: mostly there is an index."""
        return trial(self._screen.check(DANGER.visitor, self._site.region).escalation)


def emergency(region: str | None) -> tuple[Action, ...]:
    """Whom to call in an emergency in that region; all common numbers where the region is not known."""
    place = region_of(region)
    numbers = place.emergency if place is not None else regions().unknown.emergency
    return tuple(Action(f"Call {number.say}", number.dial) for number in numbers)
