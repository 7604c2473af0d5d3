"""The red-flag screen: runs before anything else on every message, works without index and encoder, fails closed."""

from __future__ import annotations

from bot.safety.screen import Fired, Screen, SentenceEncoder, Verdict

__all__ = ["Fired", "Screen", "SentenceEncoder", "Verdict", "load"]


def load(meaning: bytes | None = None, encoder: SentenceEncoder | None = None) -> Screen:
    """The screen with the rules that lie in this folder.

    With the bytes of a trained meaning layer and an encoder, both layers run; otherwise the rules alone, and each
    verdict says
    `degraded`. RuleError when a rule has been amended wrongly.
    """
    from bot.safety import rulebook

    book = rulebook.load()
    if meaning is None or encoder is None:
        return Screen(book)
    from bot.safety.meaning import Meaning

    return Screen(book, Meaning.read(meaning), encoder)
