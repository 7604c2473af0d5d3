"""Opinions on messages that an earlier request has asked for already.

A conversation is sent whole with every turn, so all its messages but the last were judged before. What is kept are
numbers under a digest that only this process can make: no word of a visitor.
"""

from __future__ import annotations

import hashlib
import os
from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.safety.meaning import Opinion

_MOST = 2048
"""Turns whose opinions are kept, the latest; about 2 kB each."""


class Known:
    """The opinions of the latest turns; safe to share between threads."""

    def __init__(self) -> None:
        self._secret = os.urandom(16)
        self._kept: dict[bytes, tuple[Opinion, ...]] = {}
        self._lock = Lock()

    def key(self, *texts: str) -> bytes:
        """A name for these texts in this order, from which none of them can be told."""
        digest = hashlib.blake2b(key=self._secret, digest_size=16)
        for text in texts:
            data = text.encode("utf-8", "surrogatepass")
            digest.update(len(data).to_bytes(8, "big") + data)
        return digest.digest()

    def get(self, key: bytes) -> tuple[Opinion, ...] | None:
        """The opinions kept under a name, if they are still there."""
        return self._kept.get(key)

    def put(self, key: bytes, opinions: tuple[Opinion, ...]) -> None:
        """Keep opinions; the oldest goes when there are too many."""
        with self._lock:
            self._kept[key] = opinions
            if len(self._kept) > _MOST:
                del self._kept[next(iter(self._kept))]
