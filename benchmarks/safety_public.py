"""Figures of the red-flag screen on public sets: `python benchmarks/safety_public.py FOLDER [--index DIR]`.

FOLDER holds `triage/semigran45.jsonl`, `triage/avey400.jsonl`, `triage/clinicaflow224.jsonl` and
`negation/negex_context2376.jsonl`. All four are in clinicians' language and most of them in the third person: they
show how the
screen reads text that it was not made for, and nothing about visitors. What is missing in FOLDER is left out.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from pathlib import Path
from typing import Any

from bot.safety import Screen, load, rulebook, second_layer
from bot.safety.context import Surroundings
from bot.safety.pattern import Hit
from bot.safety.reading import Reader
from bot.safety.suite import Rate


def rows(path: Path) -> list[dict[str, Any]]:
    """The objects of a JSON Lines file; none if it is not there."""
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()] if path.exists() else []


def semigran(screen: Screen, items: list[dict[str, Any]]) -> None:
    """Emergencies recognised, and what the other two thirds got."""
    for urgency in ("emergency", "non_emergency", "self_care"):
        tiers = [screen.check([i["text"]]).tier or "none" for i in items if i["urgency"] == urgency]
        top = Rate(sum(t in ("emergency", "crisis") for t in tiers), len(tiers))
        any_ = Rate(sum(t in ("emergency", "crisis", "urgent") for t in tiers), len(tiers))
        print(f"semigran45 {urgency}: emergency {top}; urgent or above {any_}")


def avey(screen: Screen, items: list[dict[str, Any]]) -> None:
    """Silence on findings that are said to be absent."""
    loud = [i for i in items if screen.check([i["absent_findings"]]).tier is not None]
    print(f"avey400 absent findings: silent {Rate(len(items) - len(loud), len(items))}")


def clinicaflow(screen: Screen, items: list[dict[str, Any]]) -> None:
    """Tiers by the author's risk; vital signs, which the author counts, are not in the text."""
    for risk in ("critical", "urgent", "routine"):
        tiers = Counter(screen.check([i["text"]]).tier or "none" for i in items if i["risk_tier"] == risk)
        high = tiers["emergency"] + tiers["crisis"] + tiers["urgent"]
        print(f"clinicaflow224 {risk}: urgent or above {Rate(high, sum(tiers.values()))}; {dict(tiers)}")


def negex(items: list[dict[str, Any]]) -> None:
    """The reading of negation alone, on sentences of clinical notes with the finding given."""
    reader = Reader(rulebook.load())
    counts: Counter[tuple[bool, bool]] = Counter()
    skipped = 0
    for item in items:
        reading = reader.read(item["sentence"])
        words = [w.text for w in reading.message.words]
        finding = [w.text for w in reader.read(item["concept"]).message.words]
        at = next((i for i in range(len(words)) if words[i : i + len(finding)] == finding), None)
        if at is None or not finding:
            skipped += 1
            continue
        around = Surroundings(reading.message, reading.cues)
        decision = around.negation(Hit(at, at + len(finding) - 1))
        counts[item["negation"] == "negated", decision is not None] += 1
    hit, false, missed = counts[True, True], counts[False, True], counts[True, False]
    precision, recall = hit / max(1, hit + false), hit / max(1, hit + missed)
    f = 2 * precision * recall / max(1e-9, precision + recall)
    print(f"negex_context2376: precision {precision:.3f}, recall {recall:.3f}, F {f:.3f} ({skipped} not located)")


def main() -> None:
    """Print the figures of every set that is there."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--index", type=Path, help="an index whose meaning layer is used; the rules alone without it")
    arguments = parser.parse_args()
    screen = load()
    if arguments.index:
        from index.store import IndexFolder

        generation = IndexFolder(arguments.index).current()
        screen = load(second_layer(generation))
    print("rules alone" if screen.degraded else "rules and meaning")
    semigran(screen, rows(arguments.folder / "triage" / "semigran45.jsonl"))
    avey(screen, rows(arguments.folder / "triage" / "avey400.jsonl"))
    clinicaflow(screen, rows(arguments.folder / "triage" / "clinicaflow224.jsonl"))
    negex(rows(arguments.folder / "negation" / "negex_context2376.jsonl"))


if __name__ == "__main__":
    main()
