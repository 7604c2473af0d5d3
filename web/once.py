"""Things that are said once: the first of each word, and after a bound none, so that strangers cannot fill the log."""

from __future__ import annotations

MOST = 100
"""Words that are remembered; what comes after is not said."""

_LONGEST = 100


class Once:
    """Remembers words; safe to share between requests of one process."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._said: set[str] = set()

    def first(self, word: str) -> str | None:
        """`word`, cut where it is long, the first time that it is seen; else None."""
        cut = "".join(letter if letter.isprintable() else "?" for letter in word[:_LONGEST])
        if cut in self._said or len(self._said) >= self._most:
            return None
        self._said.add(cut)
        return cut
