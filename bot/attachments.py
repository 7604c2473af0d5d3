"""What the bot adds to a generation when it is built, with the same encoder and for the same articles."""

from __future__ import annotations

from bot.safety.meaning import MeaningAttachment
from bot.understanding.lexicon import LexiconAttachment
from index.builder import Attachment


def attachments() -> tuple[Attachment, ...]:
    """Everything that answering and the red-flag screen need beside passages and vectors."""
    return (LexiconAttachment(), MeaningAttachment())
