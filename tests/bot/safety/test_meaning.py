"""What the second layer makes of shares that it is given: a tier, and how sure it must be to take an answer's place."""

from __future__ import annotations

import numpy as np
import pytest

from bot.safety import rulebook
from bot.safety.meaning import SHIPPED, Floats, Meaning
from bot.safety.reading import Reader, Reading
from bot.safety.rulebook import LEVELS, Level

READING = Reader(rulebook.load()).read("my ankle is sore")
HEARD = np.zeros(len(LEVELS), np.float32)


class Told(Meaning):
    """The shipped thresholds over shares that the test names; what is left of the whole is harmless."""

    def __init__(self, **told: float) -> None:
        super().__init__(Meaning.file(SHIPPED.read_bytes()))
        shares = {"none": 1.0 - sum(told.values()), **told}
        self._told = np.asarray([shares.get(level, 0.0) for level in LEVELS], np.float32)

    def shares(self, reading: Reading, level: Level, heard: Floats) -> Floats:
        return self._told


@pytest.mark.parametrize(("ruled", "shown"), [("none", "urgent"), ("urgent", "emergency")])
def test_an_unlikely_emergency_takes_the_place_of_an_answer_only_where_a_rule_alarms_too(
    ruled: Level, shown: Level
) -> None:
    assert Told(urgent=0.35, emergency=0.15).judge(READING, ruled, HEARD).level == shown


def test_a_likely_emergency_needs_no_rule() -> None:
    assert Told(urgent=0.2, emergency=0.6).judge(READING, "none", HEARD).level == "emergency"


def test_an_unlikely_crisis_takes_the_place_of_an_answer_only_where_a_rule_alarms_too() -> None:
    told = Told(urgent=0.15, crisis=0.2)
    assert told.judge(READING, "none", HEARD).level == "urgent"
    assert told.judge(READING, "urgent", HEARD).level == "crisis"


@pytest.mark.parametrize(("elsewhere", "shown"), [(False, "urgent"), (True, "none")])
def test_where_a_cue_explains_every_danger_a_finding_must_be_likelier_than_not(elsewhere: bool, shown: Level) -> None:
    assert Told(urgent=0.45).judge(READING, "none", HEARD, elsewhere=elsewhere).level == shown
    assert Told(urgent=0.55).judge(READING, "none", HEARD, elsewhere=elsewhere).level == "urgent"
