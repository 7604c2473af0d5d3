"""The second layer: wordings that no rule foresaw, caught by a classifier over sentence vectors, n-grams and the
rules' reading.

It is trained when an index is built, from the exemplars beside this file, with the encoder of that index: ridge
regression in
closed form, so the result depends on nothing but its inputs. Exact leave-one-out scores set the thresholds. The
layer can
only raise: what it says is joined with the rules by `max`, and nothing here can lower a tier.
"""

from __future__ import annotations

import base64
import hashlib
import math
import zlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import numpy as np
from numpy.typing import NDArray

from bot.safety.errors import RuleError
from bot.safety.reading import Reader, Reading
from bot.safety.rulebook import LEVELS, Level, Rulebook, load

if TYPE_CHECKING:
    from bot.safety.screen import SentenceEncoder
    from index.generation import Generation

NAME = "safety-meaning.json"
EXEMPLARS = Path(__file__).with_name("exemplars")
SHIPPED = Path(__file__).with_name("meaning.json")
FORMAT = 2

Floats = NDArray[np.float32]

_WAVES = 768
_GAMMA = 2.0
_WORD_BITS, _CHAR_BITS = 14, 14
_WEIGHTS = {"vector": 0.6, "waves": 1.0, "words": 0.8, "chars": 0.8, "reading": 0.5}
"""How much each family of features counts; chosen by leave-one-out over the exemplars (docs/safety.md)."""
_RIDGE = 1.5
_SEED = 20
_STANDINGS = ("negated", "history", "resolved", "hypothetical", "information", "story", "idiom", "trap")
_CUES = (
    "information.frame", "information.own", "information.frame_own", "conditional.opens", "conditional.still_true",
    "negated.before", "history_resolved.past", "history_resolved.present", "recently_resolved.gone",
    "other_resolved_or_fictional.fiction", "other_resolved_or_fictional.exam", "other_resolved_or_fictional.news",
)  # fmt: skip
_STEPS: tuple[Level, ...] = ("assessment", "urgent", "crisis", "emergency")
"""The questions asked of a text: at least assessment? at least urgent? a crisis? an emergency?"""


class Exemplar(msgspec.Struct, frozen=True):
    """A written message with the tier that it must get, and the concepts in it; `style` is for the reader of the file
    and changes nothing."""

    text: str
    tier: Level
    concepts: tuple[str, ...] = ()
    style: str = ""


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    format: int
    exemplars: str
    encoder: str
    dimension: int
    thresholds: dict[str, float]
    weights: str
    offsets: tuple[float, ...]
    idf: str


@dataclass(frozen=True, slots=True)
class Opinion:
    """What the layer makes of one text: a tier, and the score of each question.

    `clear`: it is all but certain that nothing in the text needs anybody.
    """

    level: Level
    scores: dict[str, float]
    clear: bool = False


def exemplars(folder: Path = EXEMPLARS) -> list[Exemplar]:
    """All exemplars of a folder; RuleError names the file and line of a wrong one."""
    found = []
    for path in sorted(folder.glob("*.jsonl")):
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
            try:
                found.append(msgspec.json.decode(line, type=Exemplar))
            except (msgspec.DecodeError, msgspec.ValidationError) as error:
                raise RuleError(path.name, number, f"is no exemplar: {error}") from error
    return found


class Meaning:
    """A trained second layer; immutable and safe to share."""

    def __init__(
        self, weights: Floats, offsets: Floats, idf: Floats, thresholds: dict[str, float], dimension: int
    ) -> None:
        self._weights = weights
        self._offsets = offsets
        self._idf = idf
        self.thresholds = thresholds
        self._waves = waves(dimension)

    @classmethod
    def read(cls, data: bytes) -> Meaning:
        """The layer that `train` wrote; RuleError when it is of another format."""
        try:
            file = msgspec.json.decode(data, type=_File)
        except msgspec.DecodeError as error:
            raise RuleError(NAME, 1, f"cannot be read ({error}); build the index again") from error
        if file.format != FORMAT:
            raise RuleError(NAME, 1, f"is of format {file.format}, this program reads {FORMAT}; build the index again")
        idf = _unpacked(file.idf)
        weights = _unpacked(file.weights).reshape(-1, len(_STEPS))
        return cls(weights, np.asarray(file.offsets, np.float32), idf, file.thresholds, file.dimension)

    def judge(self, reading: Reading, level: Level, vector: Floats, margin: float = 0.0) -> Opinion:
        """The opinion on one text, given how the rules read it and its sentence vector.

        Each threshold must be passed by `margin`.
        """
        columns, values = sparse(reading, level, self._idf)
        dense = dense_part(vector, self._waves)
        scores = dense @ self._weights[: len(dense)] + values @ self._weights[len(dense) + columns] + self._offsets
        named: dict[str, float] = {step: float(score) for step, score in zip(_STEPS, scores, strict=True)}
        firm = {step: score - margin for step, score in named.items()}
        return Opinion(self._level(firm, level), named, named["assessment"] < self.thresholds["clear"])

    def _level(self, scores: dict[str, float], level: Level) -> Level:
        """Two questions in turn: does this need anybody at all, and if so, how fast."""
        passed = {step: scores[step] >= self.thresholds[step] for step in _STEPS}
        passed["urgent"] = passed["urgent"] and passed["assessment"]
        alarmed = passed["urgent"] or LEVELS.index(level) >= LEVELS.index("urgent")
        if alarmed and passed["crisis"] and scores["crisis"] >= scores["emergency"]:
            return "crisis"
        certain = scores["emergency"] >= self.thresholds["emergency"] + (_OVER_RULES if level == "urgent" else 0.0)
        if alarmed and certain:
            return "emergency"
        if passed["urgent"]:
            return "urgent"
        return "assessment" if passed["assessment"] else "none"


def waves(dimension: int) -> tuple[Floats, Floats]:
    """Random directions and phases (fixed seed) whose cosines stand for a Gaussian kernel over sentence vectors."""
    random = np.random.default_rng(_SEED)
    directions = random.normal(0.0, math.sqrt(2 * _GAMMA), (dimension, _WAVES)).astype(np.float32)
    return directions, random.uniform(0.0, 2 * math.pi, _WAVES).astype(np.float32)


def dense_part(vector: Floats, made: tuple[Floats, Floats]) -> Floats:
    """The features of the sentence vector."""
    directions, phases = made
    waved = np.cos(vector @ directions + phases) * math.sqrt(2.0 / _WAVES)
    return np.concatenate([vector * _WEIGHTS["vector"], waved * _WEIGHTS["waves"]]).astype(np.float32)


def sparse(reading: Reading, level: Level, idf: Floats | None) -> tuple[NDArray[np.int64], Floats]:
    """Columns and values of the n-gram features and of how the rules read the message."""
    words = [word.text for word in reading.message.words]
    tagged = ["^", *words, "$"]
    grams = Counter(_hash(w, _WORD_BITS) for w in words)
    grams.update(_hash(f"{a} {b}", _WORD_BITS) for a, b in pairwise(tagged))
    pieces: Counter[int] = Counter()
    for word in words:
        padded = f"<{word}>"
        for size in (3, 4, 5):
            pieces.update(
                (1 << _WORD_BITS) + _hash(padded[i : i + size], _CHAR_BITS) for i in range(len(padded) - size + 1)
            )
    columns: list[int] = []
    values: list[float] = []
    for counts, weight in ((grams, _WEIGHTS["words"]), (pieces, _WEIGHTS["chars"])):
        if not counts:
            continue
        keys = np.fromiter(counts.keys(), np.int64)
        raw = np.log1p(np.fromiter(counts.values(), np.float32))
        if idf is not None:
            raw = raw * idf[keys]
        columns += keys.tolist()
        values += (raw * (weight / (float(np.linalg.norm(raw)) + 1e-6))).tolist()
    base = (1 << _WORD_BITS) + (1 << _CHAR_BITS)
    for place, value in enumerate(reading_part(reading, level)):
        if value:
            columns.append(base + place)
            values.append(value * _WEIGHTS["reading"])
    return np.asarray(columns, np.int64), np.asarray(values, np.float32)


def reading_part(reading: Reading, level: Level) -> list[float]:
    """How the rules read the message: its tier, what was found but explained away, which cues are in it, how long
    it is."""
    standings = {found.decision.standing for found in reading.found}
    own = bool(set(reading.cues.get("information.own", ())) - set(reading.cues.get("information.frame_own", ())))
    return [
        *(float(level == step) for step in LEVELS),
        *(float(LEVELS.index(level) >= LEVELS.index(step)) for step in _STEPS),
        *(float(name in standings) for name in _STANDINGS),
        *(float(bool(reading.cues.get(name))) for name in _CUES),
        float(bool(reading.message.questions)),
        float(own),
        min(1.0, len(reading.message.words) / 60),
    ]


_READING = 5 + 4 + len(_STANDINGS) + len(_CUES) + 3


def _hash(text: str, bits: int) -> int:
    return zlib.crc32(text.encode("utf-8")) >> (32 - bits)


def train(encoder: SentenceEncoder, examples: Sequence[Exemplar], encoder_name: str = "") -> bytes:
    """Train the layer on these exemplars; the same inputs give the same bytes.

    `encoder_name` is kept with the weights: the fingerprint of the encoder, by which shipped weights are known to fit.
    """
    book = load()
    rows = _rows(book, encoder, examples)
    targets = np.asarray([_targets(e.tier) for e in examples], np.float64)
    kernel = rows.kernel()
    importance = _importance([e.tier for e in examples])
    inverse = np.linalg.inv(kernel + np.diag(_RIDGE / importance))
    centre = np.average(targets, axis=0, weights=importance)
    duals = inverse @ (targets - centre)
    left_out = targets - duals / np.diag(inverse)[:, None]
    weights = rows.combined(duals)
    thresholds: dict[str, float] = {step: _threshold(left_out[:, n], examples, step) for n, step in enumerate(_STEPS)}
    findings = np.asarray([e.tier != "none" for e in examples])
    thresholds["clear"] = float(np.quantile(left_out[findings, 0], _CLEAR)) if findings.any() else -1.0
    return msgspec.json.encode(
        _File(
            FORMAT, fingerprint(examples), encoder_name, rows.dimension, thresholds, _packed(weights),
            tuple(float(c) for c in centre), _packed(rows.idf),
        )
    )  # fmt: skip


def fingerprint(examples: Iterable[Exemplar]) -> str:
    """Equal for equal exemplars in equal order."""
    return hashlib.sha256(msgspec.json.encode(list(examples))).hexdigest()[:16]


def _targets(tier: Level) -> tuple[float, ...]:
    rank = LEVELS.index(tier)
    return float(rank >= 1), float(rank >= 2), float(tier == "crisis"), float(tier == "emergency")


def _importance(tiers: Sequence[Level]) -> NDArray[np.float64]:
    """None counts as much as all findings together, and a rare tier no less than a third of a common one."""
    counts = Counter(tiers)
    most = max(counts.values())
    return np.asarray([min(3.0, most / counts[tier]) ** 0.5 for tier in tiers])


class _rows:
    """The feature rows of all exemplars, dense part and sparse part."""

    def __init__(self, book: Rulebook, encoder: SentenceEncoder, examples: Sequence[Exemplar]) -> None:
        from bot.safety.state import alone

        reader = Reader(book)
        vectors = np.asarray(encoder.encode([e.text for e in examples]), np.float32)
        self.dimension = vectors.shape[1]
        made = waves(self.dimension)
        self.dense = np.stack([dense_part(vector, made) for vector in vectors])
        readings = [reader.read(e.text) for e in examples]
        levels = [alone(book, reading) for reading in readings]
        seen = Counter(
            column for reading in readings for column in sparse(reading, "none", None)[0].tolist() if column < _NGRAMS
        )
        self.idf = np.full(_NGRAMS, math.log(len(examples) + 1.0), np.float32)
        for column, count in seen.items():
            self.idf[column] = math.log((len(examples) + 1.0) / (count + 0.5))
        self.sparse = [sparse(r, level, self.idf) for r, level in zip(readings, levels, strict=True)]

    def kernel(self) -> NDArray[np.float64]:
        """All inner products of rows."""
        made = self.dense.astype(np.float64) @ self.dense.T.astype(np.float64)
        used = sorted({int(c) for columns, _ in self.sparse for c in columns})
        place = np.zeros(_NGRAMS + _READING, np.int64)
        place[used] = np.arange(len(used))
        for start in range(0, len(used), 4096):  # a few thousand columns at a time keep the memory small
            block = np.zeros((len(self.sparse), min(4096, len(used) - start)), np.float32)
            for row, (columns, values) in enumerate(self.sparse):
                at = place[columns] - start
                inside = (at >= 0) & (at < block.shape[1])
                np.add.at(block[row], at[inside], values[inside])
            made += block @ block.T
        return made

    def combined(self, duals: NDArray[np.float64]) -> Floats:
        """The weights of the features that the duals stand for."""
        weights = np.zeros((self.dense.shape[1] + _NGRAMS + _READING, duals.shape[1]))
        weights[: self.dense.shape[1]] = self.dense.T @ duals
        for row, (columns, values) in enumerate(self.sparse):
            np.add.at(weights, self.dense.shape[1] + columns, values[:, None] * duals[row])
        return weights.astype(np.float32)


_NGRAMS = (1 << _WORD_BITS) + (1 << _CHAR_BITS)
_FALSE_ALARMS = {"assessment": 0.12, "urgent": 0.09}
"""Share of the `none` exemplars that may pass, each scored by a layer that has not seen it."""
_OVER_RULES = 0.08
"""How much surer the layer must be to make an emergency of what the rules call urgent."""
_CLEAR = 0.01
"""Share of the exemplars with a finding that would count as clear: only they could lose a rule's finding, and only
beside a cue."""
_MISSES = {"crisis": 0.05, "emergency": 0.05}
"""Share of the crisis and emergency exemplars that may be taken for urgent once the alarm is raised."""


def _threshold(scores: NDArray[np.float64], examples: Sequence[Exemplar], step: Level) -> float:
    if step in _FALSE_ALARMS:
        chosen, share = "none", 1 - _FALSE_ALARMS[step]
    else:
        chosen, share = step, _MISSES[step]
    belongs = np.asarray([e.tier == chosen for e in examples])
    return float(np.quantile(scores[belongs], share)) if belongs.any() else 0.5


def _packed(array: Floats) -> str:
    return base64.b64encode(array.astype("<f2").tobytes()).decode("ascii")


def _unpacked(text: str) -> Floats:
    return np.frombuffer(base64.b64decode(text), "<f2").astype(np.float32)


class MeaningAttachment:
    """Makes the attachment that holds the second layer, for the builder of an index."""

    name = NAME

    def make(self, generation: Generation) -> bytes:
        """The shipped weights where they were trained with this encoder, freshly trained ones otherwise."""
        encoder = generation.encoder
        return shipped(encoder.fingerprint) or train(encoder, exemplars(), encoder.fingerprint)


def shipped(encoder_wanted: str, path: Path = SHIPPED) -> bytes | None:
    """The weights beside this file if they are for this encoder, None if not: training takes minutes, and most builds
    can be spared it. That they come from the exemplars as they lie there is asserted by a test."""
    try:
        data = path.read_bytes()
        file = msgspec.json.decode(data, type=_File)
    except (OSError, msgspec.DecodeError):
        return None
    fits = (file.format, file.encoder) == (FORMAT, encoder_wanted)
    return data if fits else None
