"""How often does something harmless, said beside a danger, lower what the red-flag screen makes of it?

    python -m benchmarks.asides --index DIR [--suite FOLDER] [--tuned]

Each message of a suite (by default the one in `bot/safety/independent`) that is shown an escalation is screened again
with a harmless sentence behind it, and again with one in front of it. Nothing that is said beside a danger takes it
away, so none of them should lower the tier. The sentences are no exemplars of the second layer. Prints, for each tier,
how many are lower than before and how many are shown nothing any more. Keeps no result.
"""

from __future__ import annotations

import argparse
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from bot import safety
from bot.safety import suite
from bot.safety.adaptation import beside
from bot.safety.rulebook import LEVELS, Level
from bot.safety.screen import Screen
from index.store import IndexFolder

ASIDES = (
    "Is green tea any good for runners?",
    "How long should I warm up before a run?",
    "What shoes would you recommend?",
    "Great site by the way.",
    "Do you have an article on stretching?",
    "My marathon is in May.",
    "Which insoles are best for flat feet?",
    "Can I still go to the pub later?",
    "What is the best stretch for calves?",
    "Do you deliver to Ireland?",
    "Should I buy a foam roller?",
    "How do I clean my trainers?",
)


def changed(screen: Screen, messages: Sequence[suite.Message]) -> Iterator[tuple[Level, Level]]:
    """The tier of each message that has one, and its tier with something beside it: behind, and in front."""
    chance = random.Random(1)
    for message in messages:
        alone: Level = screen.check([message.message]).tier or "none"
        if alone == "none":
            continue
        for first in (False, True):
            text = beside(message.message, chance.choice(ASIDES), first=first)
            yield alone, screen.check([text]).tier or "none"


def main() -> None:
    """Screen every message three times and print a line for each tier."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--index", type=Path, required=True)
    parser.add_argument("--suite", type=Path, default=suite.INDEPENDENT)
    parser.add_argument("--tuned", action="store_true", help="only the two thirds that were tuned on")
    given = parser.parse_args()
    items = suite.read(given.suite)
    kept = suite.part_of(items, "tuned") if given.tuned else items
    messages = [item for item in kept if isinstance(item, suite.Message) and item.tier != "none"]
    screen = safety.load(safety.second_layer(IndexFolder(given.index).current()))
    pairs = list(changed(screen, messages))
    total = Counter(alone for alone, _ in pairs)
    lower = Counter(alone for alone, other in pairs if LEVELS.index(other) < LEVELS.index(alone))
    silent = Counter(alone for alone, other in pairs if other == "none")
    print(f"{'':12} lower  silent  of")
    for tier in LEVELS[1:]:
        print(f"{tier:12} {lower[tier]:5} {silent[tier]:7} {total[tier]:4}")


if __name__ == "__main__":
    main()
