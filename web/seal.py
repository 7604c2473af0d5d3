"""Seals: how the page without JavaScript carries earlier replies in its form, so that the server keeps nothing.

A sealed reply can only have been made here, for exactly these visitor messages: anything else is not shown. Hence
nobody can post a page of ours with words that we did not say. The key lives and dies with the service: workers of one
service share it, and it is never written to a disk.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
import zlib
from collections.abc import Sequence

import msgspec

from bot.reply import Reply

_decoder = msgspec.json.Decoder(Reply)


class Seal:
    """Seals and opens replies with one key."""

    def __init__(self, key: bytes | None = None) -> None:
        self._key = key or secrets.token_bytes(32)

    def close(self, asked: Sequence[str], reply: Reply) -> str:
        """`reply`, which answers the last of the messages `asked`, as one word."""
        body = zlib.compress(msgspec.json.encode(reply))
        return f"{self._mark(asked, body)}.{base64.urlsafe_b64encode(body).decode('ascii')}"

    def open(self, asked: Sequence[str], word: str) -> Reply | None:
        """The reply in `word`; None unless it was closed here for these very messages."""
        mark, _, encoded = word.partition(".")
        try:
            body = base64.b64decode(encoded, altchars=b"-_", validate=True)
        except (binascii.Error, ValueError):
            return None
        if not hmac.compare_digest(mark.encode("utf-8"), self._mark(asked, body).encode("ascii")):
            return None
        # Opened only now: nobody else can have packed it.
        return _decoder.decode(zlib.decompress(body))

    def _mark(self, asked: Sequence[str], body: bytes) -> str:
        return hmac.new(self._key, msgspec.json.encode([list(asked)]) + b"\n" + body, hashlib.sha256).hexdigest()
