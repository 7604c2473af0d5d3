"""Scores the screen on a set of labelled messages, dialogues and pairs, with intervals and gates.

One JSON object per line: messages (`id`, `message`, `tier`, `ok`, `style`), dialogues (`id`, `kind`, `turns` of
`user`, `tier`, `ok`)
and pairs (`id`, `a`, `b`, `relation`, `tier_a`, `tier_b`). A third of the items, chosen by the hash of the id, is
set aside: it is
scored, and nothing of it is ever shown but counts.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import msgspec

from bot.safety.errors import RuleError
from bot.safety.rulebook import LEVELS
from bot.safety.screen import Screen

Part = Literal["all", "tuned", "set-aside"]


def is_set_aside(identifier: str) -> bool:
    """Whether an item belongs to the third that is never looked at."""
    return int(hashlib.sha256(identifier.encode()).hexdigest(), 16) % 3 == 0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the screen said to one item: `got` beside `want`; `right` by the item's own rule."""

    id: str
    kind: str
    style: str
    want: str
    got: str
    right: bool
    text: str


@dataclass(frozen=True, slots=True)
class Rate:
    """A share with its 95 % Wilson interval."""

    hits: int
    total: int

    @property
    def share(self) -> float:
        """The share itself; 1.0 of nothing."""
        return self.hits / self.total if self.total else 1.0

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % Wilson interval."""
        if not self.total:
            return 0.0, 1.0
        z, n, p = 1.96, self.total, self.share
        middle, spread = p + z * z / (2 * n), z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
        return max(0.0, (middle - spread) / (1 + z * z / n)), min(1.0, (middle + spread) / (1 + z * z / n))

    def __str__(self) -> str:
        low, high = self.interval
        return f"{self.share:.3f} ({self.hits}/{self.total}; {low:.3f} to {high:.3f})"


@dataclass(frozen=True, slots=True)
class Gate:
    """A figure with its bound; `most` gates must not be exceeded."""

    name: str
    rate: Rate
    bound: float
    most: bool = False

    @property
    def met(self) -> bool:
        """Whether the bound is kept (an empty figure keeps it)."""
        return self.rate.total == 0 or (self.rate.share <= self.bound if self.most else self.rate.share >= self.bound)


@dataclass(frozen=True)
class Score:
    """All outcomes, with the gates and tables made of them."""

    messages: tuple[Outcome, ...] = ()
    turns: tuple[Outcome, ...] = ()
    last_turns: tuple[Outcome, ...] = ()
    pairs: tuple[Outcome, ...] = ()
    gates: tuple[Gate, ...] = field(default=())

    @property
    def met(self) -> bool:
        """Whether every gate is met."""
        return all(gate.met for gate in self.gates)


def read(path: Path) -> list[dict[str, Any]]:
    """The items of a file, or of all `.jsonl` files of a folder."""
    files = sorted(path.glob("*.jsonl")) if path.is_dir() else [path]
    items = []
    for file in files:
        for number, line in enumerate(file.read_text("utf-8").splitlines(), 1):
            if line.strip():
                try:
                    item = msgspec.json.decode(line)
                except msgspec.DecodeError as error:
                    raise RuleError(file.name, number, f"is not JSON: {error}") from error
                if not isinstance(item, dict) or "id" not in item or not {"message", "turns", "a"} & item.keys():
                    raise RuleError(
                        file.name, number, "is no message, dialogue or pair; see docs/safety.md for the format"
                    )
                items.append(item)
    if not items:
        raise RuleError(path.name, 1, "holds no items")
    return items


def part_of(items: Iterable[dict[str, Any]], part: Part) -> list[dict[str, Any]]:
    """The items of one part."""
    return [i for i in items if part == "all" or is_set_aside(i["id"]) == (part == "set-aside")]


def score(screen: Screen, items: Sequence[dict[str, Any]]) -> Score:
    """Run the screen over all items."""

    def tier(messages: Sequence[str]) -> str:
        return screen.check(messages).tier or "none"

    messages = [_message(item, tier) for item in items if "message" in item]
    dialogues = [_dialogue(item, tier) for item in items if "turns" in item]
    pairs = [_pair(item, tier) for item in items if "relation" in item]
    turns = tuple(outcome for dialogue in dialogues for outcome in dialogue)
    last = tuple(dialogue[-1] for dialogue in dialogues)
    return Score(tuple(messages), turns, last, tuple(pairs), _gates(messages, last, pairs))


def _message(item: dict[str, Any], tier: Callable[[Sequence[str]], str]) -> Outcome:
    got = tier([item["message"]])
    ok = item.get("ok") or [item["tier"]]
    return Outcome(
        item["id"], "message", item.get("style", ""), item["tier"], got, got in ok or _over(got, ok), item["message"]
    )


def _over(got: str, ok: Sequence[str]) -> bool:
    """Whether a real finding was answered with a higher tier: cautious, not under-triaged."""
    return "none" not in ok and LEVELS.index(got) > min(LEVELS.index(o) for o in ok)


def _dialogue(item: dict[str, Any], tier: Callable[[Sequence[str]], str]) -> list[Outcome]:
    outcomes = []
    for n, turn in enumerate(item["turns"], 1):
        said = [t["user"] for t in item["turns"][:n]]
        got = tier(said)
        ok = turn.get("ok") or [turn["tier"]]
        outcomes.append(
            Outcome(f"{item['id']}/{n}", "turn", item.get("kind", ""), turn["tier"], got, got in ok, " // ".join(said))
        )
    return outcomes


def _pair(item: dict[str, Any], tier: Callable[[Sequence[str]], str]) -> Outcome:
    a, b = tier([item["a"]]), tier([item["b"]])
    rank_a, rank_b = LEVELS.index(a), LEVELS.index(b)
    right = {"same_tier": rank_a == rank_b, "not_lower": rank_b >= rank_a, "lower": rank_b < rank_a}[item["relation"]]
    return Outcome(
        item["id"],
        "pair",
        item["relation"],
        f"{item['tier_a']}>{item['tier_b']}",
        f"{a}>{b}",
        right,
        f"{item['a']}  =>  {item['b']}",
    )


def _rate(outcomes: Iterable[Outcome], hit: Callable[[Outcome], bool]) -> Rate:
    chosen = list(outcomes)
    return Rate(sum(map(hit, chosen)), len(chosen))


def two_lower(outcome: Outcome) -> bool:
    """Whether the screen answered two tiers too low (crisis and emergency count as one step above urgent)."""
    steps = {"none": 0, "assessment": 1, "urgent": 2, "crisis": 3, "emergency": 3}
    return not outcome.right and steps[outcome.want] - steps[outcome.got] >= 2


def _gates(messages: Sequence[Outcome], last: Sequence[Outcome], pairs: Sequence[Outcome]) -> tuple[Gate, ...]:
    def of(*tiers: str) -> list[Outcome]:
        return [m for m in messages if m.want in tiers]

    found = [m for m in messages if m.want != "none"]
    return (
        Gate("emergency and crisis not under-triaged", _rate(of("emergency", "crisis"), lambda o: o.right), 0.99),
        Gate("urgent not under-triaged", _rate(of("urgent"), lambda o: o.right), 0.97),
        Gate("assessment not under-triaged", _rate(of("assessment"), lambda o: o.right), 0.95),
        Gate("two tiers too low", _rate(found, two_lower), 0.0, most=True),
        Gate(
            "none: urgent or above",
            _rate(of("none"), lambda o: o.got in ("urgent", "crisis", "emergency")),
            0.05,
            most=True,
        ),
        Gate("none: any escalation", _rate(of("none"), lambda o: o.got != "none"), 0.10, most=True),
        Gate("dialogues, last turn acceptable", _rate(last, lambda o: o.right), 0.95),
        Gate("pairs in their relation", _rate(pairs, lambda o: o.right), 0.97),
    )


def table(outcomes: Sequence[Outcome], key: Callable[[Outcome], str]) -> dict[str, Rate]:
    """The share that was right, by tier or by style."""
    groups: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        groups.setdefault(key(outcome), []).append(outcome)
    return {name: _rate(group, lambda o: o.right) for name, group in sorted(groups.items())}


def lines(score: Score) -> list[str]:
    """The gates and the tables, ready to print."""
    made = ["gates"]
    made += [
        f"  {'met   ' if g.met else 'MISSED'} {g.name}: {g.rate}, {'at most' if g.most else 'at least'} {g.bound:.2f}"
        for g in score.gates
        if g.rate.total
    ]
    groups = (
        ("messages by tier", score.messages, lambda o: o.want),
        ("messages by style", score.messages, lambda o: o.style),
        ("dialogues by kind (last turn)", score.last_turns, lambda o: o.style),
        ("pairs by relation", score.pairs, lambda o: o.style),
    )
    for title, outcomes, key in groups:
        if outcomes:
            made += ["", title, *(f"  {name or '-'}: {rate}" for name, rate in table(outcomes, key).items())]
    return made


def failures(score: Score, *, hide_set_aside: bool = True) -> list[str]:
    """What went wrong, one line each; items that are set aside are never shown."""
    wrong = [o for o in (*score.messages, *score.last_turns, *score.pairs) if not o.right]
    shown = [o for o in wrong if not (hide_set_aside and is_set_aside(o.id.partition("/")[0]))]
    return ["", f"{len(wrong)} wrong, {len(shown)} shown"] + [
        f"  {o.id} want {o.want}, got {o.got} [{o.style}] {' '.join(o.text.split())}" for o in shown
    ]
