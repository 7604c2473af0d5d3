"""The words of the language: what tells a rare word ("crutches") from a misspelt one ("anckle").

The list comes from pyspellchecker's English dictionary (160,000 words, MIT licence), which is needed only when an index
is built: it travels in the generation as an attachment, one word a line, and is searched as it lies.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from index.generation import Generation

NAME = "lexicon.txt"


class Pieces(Protocol):
    """The tokenizer's own lexicon (`index.encoder.Encoder`)."""

    def is_word(self, word: str) -> bool:
        """Whether a folded word is a common one."""
        ...

    def lexicon(self) -> list[str]:
        """Every common word."""
        ...


class Lexicon:
    """Knows the words of the language; `rare` gives the long list, and is asked only for words that look misspelt."""

    def __init__(self, pieces: Pieces, rare: Callable[[], bytes | None]) -> None:
        self._pieces = pieces
        self._rare = rare
        self._list: bytes | None = None

    def is_word(self, word: str) -> bool:
        """Whether the folded word is a word, in British or American spelling."""
        return self._pieces.is_word(word) or any(self._listed(form) for form in _spellings(word))

    def common(self) -> Sequence[str]:
        """The common words, the only ones that a misspelt word may become when the articles have none that fits."""
        return self._pieces.lexicon()

    def _listed(self, word: str) -> bool:
        if self._list is None:
            self._list = self._rare() or b""
        return _holds(self._list, word.encode())


class LexiconAttachment:
    """Puts the long list into a generation."""

    name = NAME

    def key(self, generation: Generation) -> str:
        """The version of the dictionary: the list depends on nothing else."""
        from importlib.metadata import version

        return f"pyspellchecker {version('pyspellchecker')}"

    def make(self, generation: Generation) -> bytes:
        """Every word of pyspellchecker's English dictionary, folded, sorted, one a line between line feeds."""
        import gzip
        import json
        from importlib.resources import files

        packed = files("spellchecker").joinpath("resources/en.json.gz").read_bytes()
        words = sorted(word.encode() for word in json.loads(gzip.decompress(packed)) if word.isalpha())
        return b"".join(b"\n" + word for word in words) + b"\n"


def _holds(lines: bytes, word: bytes) -> bool:
    """Binary search among sorted lines, each between line feeds."""
    low, high = 0, len(lines)
    while low < high:
        middle = (low + high) // 2
        start = lines.rfind(b"\n", 0, middle + 1) + 1
        end = lines.find(b"\n", start)
        if end < 0:
            high = start - 1
            continue
        line = lines[start:end]
        if line == word:
            return True
        low, high = (end + 1, high) if line < word else (low, start - 1)
    return False


def _spellings(word: str) -> tuple[str, ...]:
    american = word
    if word.endswith(("ise", "ised", "ises", "ising")):
        head, tail = word.rsplit("is", 1)
        american = f"{head}iz{tail}"
    forms = (word, american, word.replace("our", "or"), word.replace("ae", "e"), word.replace("oe", "e"))
    return tuple(dict.fromkeys(forms))
