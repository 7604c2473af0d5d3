"""What stands in a conversation: findings combine whatever their order, and a crisis is never taken back."""

from __future__ import annotations

import msgspec

from bot.safety import load, rulebook
from bot.safety.rulebook import Combination, Level
from bot.safety.state import Ledger, Noted

BOOK = rulebook.load()


def _gives(part: str, whole: str, tier: Level) -> Combination:
    return Combination(f"{part}_{whole}", 0, ((part,),), whole, tier, "because", "source")


def test_combinations_feed_one_another_three_deep_whatever_their_order() -> None:
    backwards = (_gives("c", "d", "urgent"), _gives("b", "c", "assessment"), _gives("a", "b", "assessment"))
    ledger = Ledger(msgspec.structs.replace(BOOK, combinations=backwards))
    ledger.note(Noted("a", "none", "the words", 0, "general"))
    standing = ledger.standing(0)
    assert standing["d"].level == "urgent"
    assert standing["d"].evidence == "the words"


def test_a_slip_of_the_keyboard_takes_back_a_danger_but_no_crisis() -> None:
    screen = load()
    assert screen.check(["my toes have turned blue and cold", "sorry, typo"]).tier is None
    assert screen.check(["I want to kill myself", "sorry, typo"]).tier == "crisis"


def test_that_somebody_else_says_it_is_fine_takes_nothing_back() -> None:
    screen = load()
    assert screen.check(["my ankle is purple since the fall", "its fine now"]).tier is None
    assert screen.check(["my ankle is purple since the fall", "my mum says its fine"]).tier == "urgent"


def test_a_crisis_that_the_second_layer_heard_outlives_what_it_says_later() -> None:
    ledger = Ledger(BOOK)
    ledger.note(Noted("wording_crisis", "crisis", "no point in me", 0, "crisis", "meaning"))
    ledger.note(Noted("wording", "emergency", "took the lot", 1, "general", "meaning"))
    ledger.take_back(lasting=True)
    assert {noted.level for noted in ledger.standing(2).values()} == {"crisis"}
