"""What a bot held is given back when nobody holds the bot any more: generations are exchanged while a service runs."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.bot import Bot
from bot.conversation import Conversation, Message
from bot.safety import load
from corpus.markdown import parse
from index.builder import build
from index.store import IndexFolder

SOIL = parse("# Soil\n\nSoil holds water.\n\n## Feeding\n\nCompost feeds the soil. Spread it in autumn.", id="soil")


@pytest.fixture
def no_collector() -> Iterator[None]:
    gc.collect()
    gc.disable()
    yield
    gc.enable()


@pytest.mark.usefixtures("no_collector")
def test_a_bot_that_nobody_holds_lets_go_of_its_generation_at_once(encoder_folder: Path, tmp_path: Path) -> None:
    build([SOIL], tmp_path, model=encoder_folder)
    bot = Bot(IndexFolder(tmp_path).current().load(), load())
    said = [Message("visitor", text) for text in ("What feeds the soil?", "and when?")]
    bot.reply(Conversation((said[0],)))
    bot.reply(Conversation(tuple(said)))
    generation = weakref.ref(bot.generation)
    del bot
    assert generation() is None
