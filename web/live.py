"""The answerer of a running service: a bot over the current generation, exchanged while requests go on.

`hold()` looks at most once a second whether another generation became current; if so, the new bot is opened aside, on a
thread of its own, and takes over by one assignment. Requests that hold the old one finish with it.

What cannot be opened whole is served in part: without its encoder by words alone, without an index by the red-flag
screen alone. Nothing whole is ever exchanged for a part, and a part is tried again every half minute.

The red-flag screen is tried on a danger that is known to be one before a generation takes over. Where it fails, what
answers now goes on answering; where nothing answers yet, the service says that it is not ready.
"""

from __future__ import annotations

import gc
import logging
import threading
import time
from collections.abc import Callable, Sequence
from functools import cached_property, partial
from pathlib import Path

from bot.bot import Bot, Site
from bot.conversation import Conversation, Message
from bot.reply import Action, Reply
from bot.safety import rulebook
from bot.understanding import vocabulary
from bot.understanding.lexicon import NAME as LEXICON
from bot.understanding.lexicon import Lexicon
from corpus.article import Article
from corpus.errors import FootnoteError
from index.errors import IndexFault
from index.store import IndexFolder
from web.answerer import Answerer, Degraded, Familiarity, Status
from web.memory import give_back
from web.screened import ScreenAnswerer, emergency
from web.trial import DANGER, ScreenFailed, trial

log = logging.getLogger("footnote.web")

_POLL_SECONDS = 1.0
_MEND_SECONDS = 30.0
_SETTLE_SECONDS = 1.0
"""After the longest time that a request may take, which is when the last one that holds an old generation is done."""
_FIRST = Conversation((Message("visitor", "When should I see a doctor about this?"),))


class BotAnswerer:
    """One bot over one generation; never changes."""

    def __init__(self, bot: Bot, screened: ScreenAnswerer | None = None, fault: str | None = None) -> None:
        self.fault = fault
        self._bot = bot
        self._ids = tuple(bot.generation.articles)
        self._safety = rulebook.load().version
        self._screened = screened

    def hold(self) -> Answerer:
        """Itself."""
        return self

    def reply(self, conversation: Conversation) -> Reply:
        """The bot's Reply; the red-flag screen's own where the index turns out to be damaged."""
        try:
            return self._bot.reply(conversation)
        except IndexFault as fault:
            if self._screened is None:
                raise
            log.error("generation damaged", extra={"generation": self.generation_name, "fault": str(fault)})
            return self._screened.reply(conversation)

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
        return emergency(region)

    @property
    def whole(self) -> bool:
        """Whether the encoder is there, and the screen passed its trial."""
        return self.fault is None and not self._bot.generation.encoder.blind

    def familiar(self, word: str) -> Familiarity:
        """How well a folded word is known to this generation."""
        generation = self._bot.generation
        if word in generation.lexical.vocabulary() or word in self._subject_words:
            return "article"
        return "common" if self._lexicon.is_word(word) else "unknown"

    @cached_property
    def _lexicon(self) -> Lexicon:
        generation = self._bot.generation
        return Lexicon(generation.encoder, partial(generation.attachment, LEXICON))

    @cached_property
    def _subject_words(self) -> frozenset[str]:
        """The words of the vocabulary files: what a question can be about, though no article has it."""
        return frozenset(
            vocabulary.load(vocabulary.folder()).surface | vocabulary.subjects(vocabulary.folder()).surface
        )

    def status(self) -> Status:
        """Ready when there is a generation, and the screen passed its trial."""
        generation = self._bot.generation
        blind = generation.encoder.blind
        degraded: list[Degraded] = ["no_encoder"] if blind else []
        degraded += ["rules_only_safety"] if self._bot.rules_alone else []
        encoder = None if blind else generation.encoder.fingerprint
        return Status(
            self.fault is None,
            generation.name,
            len(self._ids),
            () if self.fault is None else ("screen_failed",),
            tuple(degraded),
            detail=self.fault,
            encoder=encoder,
            safety=self._safety,
            built=generation.manifest.created,
        )


class LiveAnswerer:
    """Follows the index in `folder`: whatever generation is current there answers, without a restart."""

    def __init__(
        self, folder: Path, site: Site, *, answer_seconds: float = 10.0, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._folder = folder
        self._site = site
        self._answer_seconds = answer_seconds
        self._clock = clock
        self._screened = ScreenAnswerer(site)
        self._current: BotAnswerer | ScreenAnswerer = self._screened
        self._current = self._open()
        self._looked = self._tried = clock()
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

    def familiar(self, word: str) -> Familiarity:
        """How well a folded word is known to the generation current now."""
        return self._current.familiar(word)

    def _open(self) -> BotAnswerer | ScreenAnswerer:
        """As much of the current generation as opens; raises FootnoteError rather than give up more than that."""
        try:
            bot = Bot.open(self._folder, self._site)
            # What is read when it is first needed could be gone by then: old generations are removed.
            bot.generation.load()
            return self._warm(bot)
        except (FootnoteError, ImportError) as fault:  # ImportError: the libraries that run the encoder
            if self._current.whole:
                raise
            log.error("degraded", extra={"fault": str(fault)})
        try:
            return self._warm(Bot.open(self._folder, self._site, wordless=True))
        except FootnoteError as fault:
            if self._current.generation_name is not None:
                raise
            log.error("degraded", extra={"fault": str(fault)})
            return self._screened

    def _warm(self, bot: Bot) -> BotAnswerer:
        # Texts and models are read when they are first needed: let that be now, and not while a visitor waits.
        bot.reply(_FIRST)
        fault = trial(bot.reply(DANGER).escalation)
        if fault is not None and self._current.generation_name is not None and self._current.fault is None:
            raise ScreenFailed(fault)  # what answers now has a screen that works
        if fault is not None:
            log.error("screen failed", extra={"generation": bot.generation.name, "fault": fault})
        _settle()
        return BotAnswerer(bot, self._screened, fault)

    def _look(self) -> None:
        try:
            name = IndexFolder(self._folder).current_name()
        except FootnoteError:
            return  # the index is gone or damaged: what is open stays whole, and goes on answering
        fresh = name not in (self._current.generation_name, self._refused)
        mend = not self._current.whole and self._looked - self._tried >= _MEND_SECONDS
        if (fresh or mend) and self._opening.acquire(blocking=False):
            self._tried = self._looked
            threading.Thread(target=self._exchange, args=(name,), daemon=True).start()

    def _exchange(self, name: str) -> None:
        # Refused until it has opened: what is broken, in whatever way, must not be tried every second.
        self._refused = name
        try:
            opened = self._open()
            if opened.generation_name is not None:
                self._refused = None
                self._take(opened)
        except (FootnoteError, ImportError) as error:
            log.error("generation refused", extra={"generation": name, "fault": str(error)})
        except Exception as error:  # noqa: BLE001  # the one boundary of this thread: faiss and onnxruntime raise anything
            log.error("generation refused", extra={"generation": name, "fault": type(error).__name__})
        finally:
            self._opening.release()

    def _take(self, opened: BotAnswerer | ScreenAnswerer) -> None:
        if opened.whole or opened.generation_name != self._current.generation_name:
            self._current = opened
            log.info("generation exchanged", extra={"generation": opened.generation_name})
            _tidy_later(self._answer_seconds + _SETTLE_SECONDS)


def _tidy_later(seconds: float) -> None:
    """Once the requests that hold the old generation are done, let its memory go."""
    tidy = threading.Timer(seconds, give_back)
    tidy.daemon = True
    tidy.start()


def _settle() -> None:
    """Have the collector pass over what is open from now on, which stays: to look through it costs each question a
    fourteenth (170 questions of the project in one process, with and without; a trial that no command repeats).

    What is let go later is freed all the same, for a bot holds no circles (tests/bot/test_letting_go.py); and what an
    earlier one may have left is looked for first.
    """
    gc.unfreeze()
    gc.collect()
    gc.freeze()
