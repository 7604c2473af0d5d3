"""How a message was read, where that is more than what was written: a visitor must be able to see a misreading."""

from __future__ import annotations

from bot.reply import Reply


def read_as(reply: Reply, asked: str) -> str | None:
    """The question that was searched, if a follow-up or a slip of spelling made it another than `asked`.

    None for a red flag alone, and where only punctuation, case or spaces differ or words were left out.
    """
    if reply.kind == "escalation" or not reply.understood_as or not asked:
        return None
    said = _letters(asked)
    # The parts of a message that asks several things.
    parts = map(_letters, reply.understood_as.split(" / "))
    return None if all(part in said for part in parts) else reply.understood_as


def _letters(text: str) -> str:
    return "".join(character for character in text.casefold() if character.isalnum())
