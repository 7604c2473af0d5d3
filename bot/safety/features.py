"""What the second layer sees of a text beside its meaning: n-grams of words and letters, and how the rules read it."""

from __future__ import annotations

import zlib
from collections import Counter
from itertools import chain, pairwise

import numpy as np
from numpy.typing import NDArray

from bot.safety.reading import Reading
from bot.safety.rulebook import LEVELS, Level

Floats = NDArray[np.float32]

_WORD_BITS, _CHAR_BITS = 14, 14
GRAMS = (1 << _WORD_BITS) + (1 << _CHAR_BITS)
"""Columns of the n-grams; those of the reading follow."""
_SCALES = {"words": 0.8, "chars": 0.8, "reading": 0.5}
_STANDINGS = ("negated", "history", "resolved", "hypothetical", "information", "story", "idiom", "trap")
_CUES = (
    "information.frame", "information.own", "information.frame_own", "conditional.opens", "conditional.still_true",
    "negated.before", "history_resolved.past", "history_resolved.present", "recently_resolved.gone",
    "other_resolved_or_fictional.fiction", "other_resolved_or_fictional.exam", "other_resolved_or_fictional.news",
)  # fmt: skip
READING = len(LEVELS) + (len(LEVELS) - 1) + len(_STANDINGS) + len(_CUES) + 3
COLUMNS = GRAMS + READING


def columns(reading: Reading, level: Level, idf: Floats | None) -> tuple[NDArray[np.int64], Floats]:
    """Columns and values of the features of a text, given its reading and the rules' tier; `idf` is float32[GRAMS]."""
    words = [word.text for word in reading.message.words]
    grams = Counter(map(_word, words))
    grams.update(_word(f"{a} {b}") for a, b in pairwise(["^", *words, "$"]))
    pieces = Counter(chain.from_iterable(map(_pieces, words)))
    places: list[NDArray[np.int64]] = []
    values: list[Floats] = []
    for counts, scale in ((grams, _SCALES["words"]), (pieces, _SCALES["chars"])):
        if not counts:
            continue
        keys = np.fromiter(counts.keys(), np.int64)
        raw = np.log1p(np.fromiter(counts.values(), np.float32))
        if idf is not None:
            raw = raw * idf[keys]
        places.append(keys)
        values.append(np.asarray(raw * (scale / (float(np.linalg.norm(raw)) + 1e-6)), np.float32))
    read = [(place, value) for place, value in enumerate(of_reading(reading, level)) if value]
    places.append(np.asarray([GRAMS + place for place, _ in read], np.int64))
    values.append(np.asarray([value * _SCALES["reading"] for _, value in read], np.float32))
    return np.concatenate(places), np.concatenate(values)


def of_reading(reading: Reading, level: Level) -> list[float]:
    """How the rules read the text: its tier, what was found but explained away, which cues are in it, its length."""
    standings = {found.decision.standing for found in reading.found}
    own = bool(set(reading.cues.get("information.own", ())) - set(reading.cues.get("information.frame_own", ())))
    return [
        *(float(level == step) for step in LEVELS),
        *(float(LEVELS.index(level) >= LEVELS.index(step)) for step in LEVELS[1:]),
        *(float(name in standings) for name in _STANDINGS),
        *(float(bool(reading.cues.get(name))) for name in _CUES),
        float(bool(reading.message.questions)),
        float(own),
        min(1.0, len(reading.message.words) / 60),
    ]


def _pieces(word: str) -> tuple[int, ...]:
    """The columns of the letters of a word, three to five at a time."""
    padded = f"<{word}>"
    return tuple(
        (1 << _WORD_BITS) + _hash(padded[i : i + size], _CHAR_BITS)
        for size in (3, 4, 5)
        for i in range(len(padded) - size + 1)
    )


def _word(text: str) -> int:
    """The column of a word, or of two words in a row."""
    return _hash(text, _WORD_BITS)


def _hash(text: str, bits: int) -> int:
    return zlib.crc32(text.encode("utf-8")) >> (32 - bits)
