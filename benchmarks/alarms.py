"""How often does the red-flag screen alarm where nothing is the matter? The questions of `tests/questions`, by set.

    python -m benchmarks.alarms --index DIR [--show]

Every single question, unanswerable one and first turn of a conversation is screened by itself. Which of them tell of a
danger stands in `tests/questions/tiers/labels.jsonl` (one reader's judgement); those that can be read in two ways are
left out, and all others are harmless. Prints, of the harmless ones of each set, the share that gets each tier, and how
many of those with a finding are not under-triaged. The sets in `TAUGHT` are exemplars of the second layer too, so only
the others say what happens on a site that it has not seen. Keeps no result.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import msgspec

from bot import safety
from bot.evaluation.questions import load
from bot.safety.rulebook import LEVELS
from index.store import IndexFolder

QUESTIONS = Path(__file__).resolve().parents[1] / "tests" / "questions"
TAUGHT = ("bundled", "second", "third", "fourth", "bicycle", "running", "home", "houseplants")
UNSEEN = ("garden", "knees", "feet", "desk", "pool")


class Label(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The tier of one question; `open` where it can be read in two ways."""

    set: str
    id: str
    tier: str


def labels() -> dict[tuple[str, str], str]:
    """The tier of each question that is not plainly harmless, by set and id."""
    lines = (QUESTIONS / "tiers" / "labels.jsonl").read_bytes().splitlines()
    found = [msgspec.json.decode(line, type=Label) for line in lines]
    return {(label.set, label.id): label.tier for label in found}


def asked(name: str) -> Iterator[tuple[str, str]]:
    """The id and the first message of each case of a set but its lists."""
    folder = QUESTIONS if name == "bundled" else QUESTIONS / name
    for case in load([folder]):
        if case.group != "list":
            yield case.id, case.turns[0].user


def main() -> None:
    """Screen every question and print a line for each set."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--index", type=Path, required=True)
    parser.add_argument("--show", action="store_true", help="print each false alarm on the sets that taught nothing")
    given = parser.parse_args()
    screen, tiers = safety.load(safety.second_layer(IndexFolder(given.index).current())), labels()
    print(f"{'':12} harmless  emergency or crisis  urgent  assessment    with a finding: not under-triaged")
    for name in (*TAUGHT, *UNSEEN):
        silent: Counter[str] = Counter()
        kept = dangers = 0
        for case, text in asked(name):
            wanted = tiers.get((name, case), "none")
            got = screen.check([text]).tier or "none"
            if wanted == "none":
                silent[got] += 1
                if given.show and got != "none" and name in UNSEEN:
                    print(f"    {got:10} {text}")
            elif wanted != "open":
                dangers += 1
                kept += LEVELS.index(got) >= LEVELS.index(wanted)
        count = sum(silent.values())
        stands = silent["emergency"] + silent["crisis"]
        print(
            f"{name:12} {count:8} {stands / count:19.3f} {silent['urgent'] / count:7.3f}"
            f" {silent['assessment'] / count:11.3f}    {kept} of {dangers}" + ("" if name in UNSEEN else "  (taught)")
        )


if __name__ == "__main__":
    main()
