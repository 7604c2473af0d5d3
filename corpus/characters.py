"""Which characters a canonical text is made of, and how others are brought to them."""

from __future__ import annotations

import re
import unicodedata

_LINE_ENDS = re.compile("\r\n|[\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029]")
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1b\x1f\x7f-\x84\x86-\x9f"  # control characters
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb"
    "\ud800-\udfff"  # halves of a surrogate pair: not text, and not encodable
    "\U000e0000-\U000e007f]"
)
_ODD_SPACE = re.compile("[\\u00a0\\u1680\\u2000-\\u200a\\u202f\\u205f\\u3000]")
_SPACES = re.compile("[\t \u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]+")


def visible(text: str) -> str:
    """`text` in NFC with "\\n" as the only line end and ordinary spaces (runs of them stay), nothing invisible."""
    text = _ODD_SPACE.sub(" ", _INVISIBLE.sub("", _LINE_ENDS.sub("\n", text)))
    return unicodedata.normalize("NFC", text)


def fold(text: str) -> str:
    """`text` in NFC, with line ends as "\\n", every run of spaces as one ordinary space and nothing invisible left.

    Letters, marks and punctuation, curly quotes and dashes stay as they were written. Idempotent.
    """
    text = _INVISIBLE.sub("", _LINE_ENDS.sub("\n", text))
    text = _SPACES.sub(" ", text)
    return unicodedata.normalize("NFC", text)


def fold_lines(text: str) -> str:
    """`fold`, without empty lines and without spaces around a line."""
    return "\n".join(line for line in (line.strip() for line in fold(text).split("\n")) if line)


def fold_line(text: str) -> str:
    """`fold` on one line: line ends become spaces."""
    return " ".join(fold(text).split())
