"""The answerer of a running service: a bot over the current generation, exchanged while requests go on.

`hold()` looks at most once a second whether another generation became current; if so, the new bot is opened aside, on a
thread of its own, and takes over by one assignment. Requests that hold the old one finish with it.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from bot.bot import Bot, Site
from bot.conversation import Conversation, Message
from bot.reply import Action, Reply
from bot.safety.message import region_of, regions
from corpus.article import Article
from corpus.errors import FootnoteError
from index.store import IndexFolder
from web.answerer import Answerer, Status

log = logging.getLogger("footnote.web")

_POLL_SECONDS = 1.0
_FIRST = Conversation((Message("visitor", "When should I see a doctor about this?"),))


class BotAnswerer:
    """One bot over one generation; never changes."""

    def __init__(self, bot: Bot) -> None:
        self._bot = bot
        self._ids = tuple(bot.generation.articles)

    def hold(self) -> Answerer:
        """Itself."""
        return self

    def reply(self, conversation: Conversation) -> Reply:
        """The bot's Reply."""
        return self._bot.reply(conversation)

    def article(self, article_id: str) -> Article | None:
        """The article of that id, if this generation has it."""
        return self._bot.generation.articles.get(article_id)

    def article_ids(self) -> Sequence[str]:
        """The ids of all articles."""
        return self._ids

    @property
    def generation_name(self) -> str | None:
        """The name of the generation; None without an index."""
        return self._bot.generation.name

    def emergency(self, region: str | None) -> tuple[Action, ...]:
        """Whom to call in an emergency in that region."""
        place = region_of(region)
        numbers = place.emergency if place is not None else regions().unknown.emergency
        return tuple(Action(f"Call {number.say}", number.dial) for number in numbers)

    def status(self) -> Status:
        """Ready when there is a generation."""
        return Status(True, self.generation_name, len(self._ids))


class LiveAnswerer:
    """Follows the index in `folder`: whatever generation is current there answers, without a restart."""

    def __init__(self, folder: Path, site: Site, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._folder = folder
        self._site = site
        self._clock = clock
        self._current = self._open()
        self._looked = clock()
        self._refused: str | None = None
        self._opening = threading.Lock()

    def hold(self) -> Answerer:
        """The answerer of the current generation, for the length of one request."""
        now = self._clock()
        if now - self._looked >= _POLL_SECONDS:
            self._looked = now
            self._look()
        return self._current

    def reply(self, conversation: Conversation) -> Reply:
        """The Reply of the generation current now."""
        return self.hold().reply(conversation)

    def article(self, article_id: str) -> Article | None:
        """The article of the generation current now."""
        return self.hold().article(article_id)

    def article_ids(self) -> Sequence[str]:
        """The article ids of the generation current now."""
        return self.hold().article_ids()

    @property
    def generation_name(self) -> str | None:
        """The name of the generation that answers."""
        return self._current.generation_name

    def emergency(self, region: str | None) -> tuple[Action, ...]:
        """Whom to call in an emergency in that region."""
        return self._current.emergency(region)

    def status(self) -> Status:
        """The status of the generation current now."""
        return self.hold().status()

    def _open(self) -> BotAnswerer:
        answerer = BotAnswerer(Bot.open(self._folder, self._site))
        # Texts and models are read when they are first needed: let that be now, and not while a visitor waits.
        answerer.reply(_FIRST)
        return answerer

    def _look(self) -> None:
        try:
            name = IndexFolder(self._folder).current_name()
        except FootnoteError:
            return  # the index is gone or damaged: what is open stays whole, and goes on answering
        if name not in (self._current.generation_name, self._refused) and self._opening.acquire(blocking=False):
            threading.Thread(target=self._exchange, args=(name,), daemon=True).start()

    def _exchange(self, name: str) -> None:
        try:
            self._current = self._open()
            log.info("generation exchanged", extra={"generation": self._current.generation_name})
        except FootnoteError as error:
            self._refused = name  # do not try the same broken generation every second
            log.error("generation refused", extra={"generation": name, "fault": str(error)})
        finally:
            self._opening.release()
