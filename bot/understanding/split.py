"""Several questions in one message, each to be answered or abstained on by itself."""

from __future__ import annotations

import re

from index.words import analyse

_JOINT = re.compile(
    r"(?:,\s*|\s+)(?:and|also|plus|but)\s+(?=(?:also\s+)?(?:what|why|when|where|who|which|how|is|are|do|does|can|could|"
    r"should|must|will|would)\b)|(?<=\?)\s+",
    re.IGNORECASE,
)
_ASKS = re.compile(
    r"\b(?:what|what['’]?s|why|when|where|who|which|how|is|are|do|does|did|can|could|should|must|will|would)\b|\?",
    re.IGNORECASE,
)
MOST = 3
"""More questions than this in one message are answered as one: five citations cannot serve them apart."""


def split(message: str) -> list[str]:
    """The questions of the message in order; the message itself when it asks one thing (or cannot be cut safely).

    A piece counts as a question when it asks and has a word of its own; a story around the questions stays with the
    first of them.
    """
    if len(message.split()) > 60:
        return [message]
    pieces = [piece.strip(" ,") for piece in _JOINT.split(message) if piece.strip(" ,?")]
    asking = [piece for piece in pieces if _ASKS.search(piece) and len(piece.split()) >= 2]
    if not 2 <= len(asking) <= MOST or len(asking) != len(pieces) or not all(analyse(piece) for piece in asking[:1]):
        return [message]
    return asking
