"""What people say around a finding takes nothing away: greetings, excuses, shoes, the doctor's answering machine.

535 frames were written without a look at the cues of context; what silenced a finding was mended, and `said_around.txt`
holds the 450 that lower none any more. The other 85 still lower one wording or more, most of them by a list of what is
absent or by a question. The rules read each frame alone here, without the second layer.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.safety import rulebook
from bot.safety.reading import Reader
from bot.safety.rulebook import LEVELS, Level
from bot.safety.state import alone

BOOK = rulebook.load()
READER = Reader(BOOK)
URGENT = LEVELS.index("urgent")
WORDINGS = [
    wording
    for concept in BOOK.concepts.values()
    if LEVELS.index(concept.tier) >= URGENT
    for wording in concept.wordings
]
FRAMES = [
    line
    for line in Path(__file__).with_name("said_around.txt").read_text("utf-8").splitlines()
    if not line.startswith("#")
]
_OF_EACH = 7
"""Wordings that each frame is tried with; with another start for each frame all of them take their turn."""


def _tier(message: str) -> Level:
    return alone(BOOK, READER.read(message))


def test_nothing_that_is_said_around_a_finding_lowers_its_tier() -> None:
    lowered = [
        (frame, wording)
        for place, frame in enumerate(FRAMES)
        for wording in (WORDINGS[(place * _OF_EACH + step) % len(WORDINGS)] for step in range(_OF_EACH))
        if LEVELS.index(_tier(frame.format(x=wording))) < LEVELS.index(_tier(wording))
    ]
    assert lowered == []


@pytest.mark.parametrize(
    ("message", "tier"),
    [
        ("cant run cause my foot is numb", "urgent"),
        ("its not the first time my foot has gone numb", "urgent"),
        ("my toes have turned blue, used to be fine", "emergency"),
        ("my foot has been numb since 2024", "urgent"),
        ("if im being honest my foot is numb", "urgent"),
        ("my foot is numb and the swelling has gone", "urgent"),
        ("coughing up blood. husband has gone to work", "emergency"),
        ("in the past hour my foot has gone numb", "urgent"),
        ("im in my twenties and my foot is numb", "urgent"),
        ("my history of asthma and now my foot is numb", "urgent"),
        ("after my exam coughing up blood", "emergency"),
        ("your article says ice it but my foot is numb", "urgent"),
        ("the thing is there is blood everywhere and it won't stop", "emergency"),
        ("shoes, bleeding at 12 weeks", "emergency"),
        ("I can't breathe and my chest is tight", "emergency"),
        ("took all the medicines that were in the cupboard", "emergency"),
        ("he drags me along the floor by my hair", "crisis"),
        ("bought shoes, tongue is swelling up", "emergency"),
        ("I can't breathe in and out properly", "emergency"),
    ],
)
def test_a_cue_that_is_about_something_else_takes_no_finding_away(message: str, tier: Level) -> None:
    assert _tier(message) == tier


@pytest.mark.parametrize(
    "message",
    [
        "I used to cut my arms at school",
        "history of stress fractures",
        "what are the causes of numb feet",
        "could tight laces cause numb toes",
        "for my exam: coughing up blood, which test",
        "in the film he coughed up blood",
        "ankle was still swollen after a week, swelling has gone now",
        "dumb question about my ankle",
        "It isn't swollen, isn't hot, isn't red",
        "laughed so much I couldn't breathe",
        "foot went numb and back to normal now",
        "Name all the medicines that thin the blood.",
    ],
)
def test_a_cue_that_is_about_the_finding_takes_it_away(message: str) -> None:
    assert _tier(message) == "none"


@pytest.mark.parametrize(
    ("message", "tier"),
    [
        ("I can not breathe", "emergency"),
        ("can hardly breathe", "emergency"),
        ("he is not able to get his breath", "emergency"),
        ("banged me head and I'm on warfarin", "emergency"),
        ("landed on my back\nand my legs tingle", "emergency"),
        ("the swelling has nottt gone down after a week", "urgent"),
    ],
)
def test_a_finding_is_known_however_it_is_typed(message: str, tier: Level) -> None:
    assert _tier(message) == tier


def test_a_line_that_does_not_go_on_ends_the_sentence() -> None:
    assert _tier("landed on my back yesterday\nMy legs are tired from squats") != "emergency"
