"""The second layer: wordings that no rule foresaw, judged by an adapted encoder, n-grams and the rules' own reading.

Three things are weighed together by a small logistic model: what the adapted encoder says (`classifier.py`), what a
linear model over n-grams says, and how the rules read the text (`features.py`). The layer can only raise: what it says
is joined with the rules by `max`, and nothing here can lower a tier. How it is trained stands in `training.py`.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from bot.safety import features
from bot.safety.errors import RuleError
from bot.safety.reading import Reading
from bot.safety.rulebook import LEVELS, Level

NAME = "safety-meaning.json"
SHIPPED = Path(__file__).with_name("meaning.json")
FORMAT = 3

Floats = NDArray[np.float32]

STEPS: tuple[Level, ...] = ("assessment", "urgent", "crisis", "emergency")
"""What is asked of a text: at least assessment? at least urgent? if so, a crisis? an emergency?"""


class MeaningFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The trained layer as it is kept; arrays are float16 in base64.

    `exemplars` and `adapter` name what it was trained from. `grams` float[COLUMNS, 5] with `gram_offsets` is the linear
    model over n-grams, `blend` float[15, 5] with `blend_offsets` weighs encoder, n-grams and rules.
    """

    format: int
    exemplars: str
    adapter: str
    thresholds: dict[str, float]
    grams: str
    gram_offsets: tuple[float, ...]
    idf: str
    blend: tuple[tuple[float, ...], ...]
    blend_offsets: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Opinion:
    """What the layer makes of one text: a tier, and the score of each question.

    `calm`: the text passes no threshold, no margin counted: a margin keeps an alarm from being raised too lightly and
    must not let one be taken back lightly. `clear`: it is all but certain that nothing in it needs anybody.
    """

    level: Level
    scores: dict[str, float]
    calm: bool = False
    clear: bool = False


class Meaning:
    """A trained second layer; immutable and safe to share."""

    def __init__(self, file: MeaningFile) -> None:
        self.thresholds = file.thresholds
        self._idf = unpacked(file.idf)
        self._grams = unpacked(file.grams).reshape(-1, len(LEVELS))
        self._gram_offsets = np.asarray(file.gram_offsets, np.float32)
        self._blend = np.asarray(file.blend, np.float32)
        self._blend_offsets = np.asarray(file.blend_offsets, np.float32)

    @classmethod
    def read(cls, data: bytes) -> Meaning:
        """The layer that `training.train` wrote; RuleError when it is of another format."""
        return cls(cls.file(data))

    @staticmethod
    def file(data: bytes) -> MeaningFile:
        """What the file of a layer holds; RuleError when it is of another format."""
        try:
            found = msgspec.json.decode(data, type=_Version).format
            if found != FORMAT:
                raise RuleError(NAME, 1, f"is of format {found}, this program reads {FORMAT}; build the index again")
            return msgspec.json.decode(data, type=MeaningFile)
        except msgspec.DecodeError as error:
            raise RuleError(NAME, 1, f"cannot be read ({error}); build the index again") from error

    def judge(
        self, reading: Reading, level: Level, heard: Floats, margin: float = 0.0, *, elsewhere: bool = False
    ) -> Opinion:
        """The opinion on one text, given how the rules read it, their tier, and what the encoder says (float32[5]).

        `margin` is by how much surer the layer must be before it raises an alarm, in shares. `elsewhere`: the rules
        found dangers, and read each as a story, a figure of speech, a word of another thing, or long past.
        """
        shares = self.shares(reading, level, heard)
        scores = questions(shares)
        anybody = scores["assessment"]
        least = _ELSEWHERE if elsewhere else 0.0 if reading.found else _UNFORESEEN
        calm, clear = anybody < self.thresholds["assessment"], anybody < self.thresholds["clear"]
        return Opinion(self._level(scores, level, margin, least), scores, calm, clear)

    def shares(self, reading: Reading, level: Level, heard: Floats) -> Floats:
        """How likely each tier is: float32[5], summing to 1."""
        columns, values = features.columns(reading, level, self._idf)
        spelt = log_shares(values @ self._grams[columns] + self._gram_offsets)
        row = blended(heard, spelt, level)
        return np.exp(log_shares(row @ self._blend + self._blend_offsets))

    def _level(self, scores: dict[str, float], level: Level, margin: float, least: float) -> Level:
        """Two questions in turn: does this need anybody at all, and if so, how fast."""
        anybody = scores["assessment"] >= max(self.thresholds["assessment"], least) + margin
        soon = anybody and scores["urgent"] >= max(self.thresholds["urgent"], least) + margin
        ruled = LEVELS.index(level) >= LEVELS.index("urgent")
        if soon or (ruled and scores["urgent"] >= self.thresholds["urgent"] * _WITH_THE_RULES):
            of_soon = max(scores["urgent"], 1e-6)
            crisis, emergency = scores["crisis"] / of_soon, scores["emergency"] / of_soon
            if crisis >= self.thresholds["crisis"] and crisis >= emergency and (ruled or scores["crisis"] >= _CRISIS):
                return "crisis"
            likely = ruled or scores["emergency"] >= _EMERGENCY
            if emergency >= self.thresholds["emergency"] + _UPWARDS * margin and likely:
                return "emergency"
        return "urgent" if soon else "assessment" if anybody else "none"


def questions(shares: Floats) -> dict[str, float]:
    """The shares as answers to the questions: at least assessment, at least urgent, crisis, emergency."""
    return {
        "assessment": float(shares[1:].sum()),
        "urgent": float(shares[2:].sum()),
        "crisis": float(shares[3]),
        "emergency": float(shares[4]),
    }


def blended(heard: Floats, spelt: Floats, level: Level) -> Floats:
    """What is weighed: the encoder's logarithms, those of the n-grams, and the tier of the rules; float32[15]."""
    ruled = np.zeros(len(LEVELS), np.float32)
    ruled[LEVELS.index(level)] = 1.0
    return np.concatenate([np.maximum(heard, _LEAST), np.maximum(spelt, _LEAST), ruled]).astype(np.float32)


_UNFORESEEN = 0.35
"""How likely a finding must be at least in a text of which the rules know no word: dangers told so get .9 and more for
the most part, and what is asked on a bicycle site .3 to .5. Measured on the tuned and the independent suite and on
every second harmless question (1,113) of five sites that taught nothing (`benchmarks.alarms`), with the encoder of 23
November 2026: .5 misses one emergency or crisis of 162 more and raises 9 alarms fewer."""
_ELSEWHERE = 0.5
"""How likely a finding must be at least where an explicit cue explains away every danger that the rules found. Of the
8,747 messages by the held-out authors, with an encoder that had not seen them, 169 harmless ones and 62 dangers are of
that kind: 17 harmless ones are alarmed at instead of 31, and 58 dangers instead of 59. Where dangers are absent, over,
asked about or imagined, a higher bar lost as many dangers as it spared alarms."""
_WITH_THE_RULES = 0.5
"""Share of the threshold that will do where the rules have raised the alarm already and only the tier is in question;
set by hand: without it a rule's urgent became an emergency on a likelihood of a tenth."""
_CRISIS = 0.25
"""How likely a crisis must be that no rule speaks of: its message takes the place of the answer, and a question that is
merely put urgently must not get it. Measured with the one above, .35 beside .5."""
_EMERGENCY = 0.2
"""How likely an emergency must be that no rule speaks of, for the same reason; below, the urgent message stands in
front of the answer. Measured as the one above, at 0 to .3: .16 to .25 take the answer from 59 to 64 of those harmless
questions, without it from 69; no danger of the two suites is shown as less, and with .3 one of 28 labelled
questions."""
_UPWARDS = 2.0
"""How much the margin counts where an alarm is to become an emergency: joined messages lean that way (set by hand; 0 to
4 changed the last turns of tests/bot/safety/conversations by less than a point)."""
_LEAST = -7.0
"""The logarithm of a share of a thousandth: below, neither model says more than that it is very sure."""


def log_shares(scores: Floats) -> Floats:
    """Scores as logarithms of shares."""
    lowered = scores - scores.max(axis=-1, keepdims=True)
    return np.asarray(lowered - np.log(np.exp(lowered).sum(axis=-1, keepdims=True)), np.float32)


def packed(array: NDArray[np.floating]) -> str:
    """An array as float16 in base64."""
    return base64.b64encode(array.astype("<f2").tobytes()).decode("ascii")


def unpacked(text: str) -> Floats:
    """What `packed` packed, flat."""
    return np.frombuffer(base64.b64decode(text), "<f2").astype(np.float32)


class _Version(msgspec.Struct):
    format: int
