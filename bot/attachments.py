"""What the bot adds to a generation when it is built, with the same encoder and for the same articles."""

from __future__ import annotations

from bot.understanding.lexicon import LexiconAttachment
from index.builder import Attachment


def attachments() -> tuple[Attachment, ...]:
    """Everything that answering needs beside passages and vectors."""
    return (LexiconAttachment(),)
