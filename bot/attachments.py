"""What the bot adds to a generation when it is built, with the same encoder and for the same articles."""

from __future__ import annotations

from pathlib import Path

from bot.evaluation.risk import RiskAttachment
from bot.safety import attachment as safety
from bot.understanding.lexicon import LexiconAttachment
from index.builder import Attachment


def attachments(cache: Path) -> tuple[Attachment, ...]:
    """Everything that answering and the red-flag screen need beside passages and vectors.

    `cache` is a folder for what takes long to make and is the same for every index; exported encoders lie there.
    """
    return (LexiconAttachment(), RiskAttachment(), *safety.attachments(cache))
