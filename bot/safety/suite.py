"""Scores the screen on a set of labelled messages, dialogues and pairs, with intervals and gates.

One JSON object per line: messages (`id`, `message`, `tier`, `ok`, `style`), dialogues (`id`, `kind`, `turns` of `user`,
`tier`, `ok`) and pairs (`id`, `a`, `b`, `relation`, `tier_a`, `tier_b`). A third of the items, chosen by the hash of
the id, is set aside: it is scored, and nothing of it is ever shown but counts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from bot.aside import is_set_aside
from bot.proportion import interval, proportion
from bot.safety.errors import RuleError
from bot.safety.rulebook import LEVELS, Level
from bot.safety.screen import Screen

INDEPENDENT = Path(__file__).parent / "independent"
"""The suite that no rule and no exemplar is written for; one threshold was checked on it (its README says which)."""

Part = Literal["all", "tuned", "set-aside"]


class Message(msgspec.Struct, frozen=True):
    """A message with the tier that it must get; `ok` lists every tier that counts as right, `tier` alone if empty."""

    id: str
    message: str
    tier: Level
    ok: tuple[Level, ...] = ()
    style: str = ""


class Turn(msgspec.Struct, frozen=True):
    """One visitor message of a dialogue with the tier that must stand after it."""

    user: str
    tier: Level
    ok: tuple[Level, ...] = ()


class Dialogue(msgspec.Struct, frozen=True):
    """A conversation, judged after each of its turns."""

    id: str
    turns: Annotated[tuple[Turn, ...], msgspec.Meta(min_length=1)]
    kind: str = ""


class Pair(msgspec.Struct, frozen=True):
    """Two messages, and how the tier of `b` must relate to that of `a`."""

    id: str
    a: str
    b: str
    relation: Literal["same_tier", "not_lower", "lower"]
    tier_a: Level
    tier_b: Level


Item = Message | Dialogue | Pair
_KINDS: dict[str, type[Item]] = {"message": Message, "turns": Dialogue, "a": Pair}
"""What a line is, by the key that no other kind has."""


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
        """The share itself; 0 of nothing."""
        return proportion(self.hits, self.total)

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % Wilson interval."""
        return interval(self.hits, self.total)

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


def read(path: Path) -> list[Item]:
    """The items of a file, or of all `.jsonl` files of a folder; RuleError names the file and line of a wrong one."""
    files = sorted(path.glob("*.jsonl")) if path.is_dir() else [path]
    items: list[Item] = []
    for file in files:
        for number, line in enumerate(_lines(file), 1):
            if line.strip():
                items.append(_item(line, file.name, number))
    if not items:
        raise RuleError(path.name, 1, "holds no items")
    return items


def _item(line: str, name: str, number: int) -> Item:
    try:
        found = msgspec.json.decode(line)
    except msgspec.DecodeError as error:
        raise RuleError(name, number, f"is not JSON: {error}") from error
    kind = next((kind for key, kind in _KINDS.items() if key in found), None) if isinstance(found, dict) else None
    if kind is None:
        raise RuleError(name, number, "is no message, dialogue or pair; see docs/safety.md for the format")
    try:
        return msgspec.convert(found, kind)
    except msgspec.ValidationError as error:
        raise RuleError(name, number, f"is no {kind.__name__.lower()}: {error}") from error


def _lines(file: Path) -> list[str]:
    try:
        content = file.read_bytes()
    except OSError as error:
        raise RuleError(file.name, 1, f"cannot be read ({error.strerror}); name a file or a folder that can") from error
    try:
        # Not splitlines(): a message may hold U+2028, which ends a line of text but not one of JSON Lines.
        return content.decode("utf-8").split("\n")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise RuleError(file.name, line, "is not UTF-8; save the file as UTF-8") from error


def part_of(items: Iterable[Item], part: Part) -> list[Item]:
    """The items of one part."""
    return [item for item in items if part == "all" or is_set_aside(item.id) == (part == "set-aside")]


def score(screen: Screen, items: Sequence[Item]) -> Score:
    """Run the screen over all items."""

    def tier(messages: Sequence[str]) -> str:
        return screen.check(messages).tier or "none"

    messages = [_message(item, tier) for item in items if isinstance(item, Message)]
    dialogues = [_dialogue(item, tier) for item in items if isinstance(item, Dialogue)]
    pairs = [_pair(item, tier) for item in items if isinstance(item, Pair)]
    turns = tuple(outcome for dialogue in dialogues for outcome in dialogue)
    last = tuple(dialogue[-1] for dialogue in dialogues)
    return Score(tuple(messages), turns, last, tuple(pairs), _gates(messages, last, pairs))


def _message(item: Message, tier: Callable[[Sequence[str]], str]) -> Outcome:
    got = tier([item.message])
    ok = item.ok or (item.tier,)
    return Outcome(item.id, "message", item.style, item.tier, got, got in ok or _over(got, ok), item.message)


def _over(got: str, ok: Sequence[str]) -> bool:
    """Whether a real finding was answered with a higher tier: cautious, not under-triaged."""
    return "none" not in ok and LEVELS.index(got) > min(LEVELS.index(o) for o in ok)


def _dialogue(item: Dialogue, tier: Callable[[Sequence[str]], str]) -> list[Outcome]:
    outcomes = []
    for n, turn in enumerate(item.turns, 1):
        said = [earlier.user for earlier in item.turns[:n]]
        got = tier(said)
        right = got in (turn.ok or (turn.tier,))
        outcomes.append(Outcome(f"{item.id}/{n}", "turn", item.kind, turn.tier, got, right, " // ".join(said)))
    return outcomes


def _pair(item: Pair, tier: Callable[[Sequence[str]], str]) -> Outcome:
    a, b = tier([item.a]), tier([item.b])
    rank_a, rank_b = LEVELS.index(a), LEVELS.index(b)
    right = {"same_tier": rank_a == rank_b, "not_lower": rank_b >= rank_a, "lower": rank_b < rank_a}[item.relation]
    want, got = f"{item.tier_a}>{item.tier_b}", f"{a}>{b}"
    return Outcome(item.id, "pair", item.relation, want, got, right, f"{item.a}  =>  {item.b}")


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


def failures(score: Score) -> list[str]:
    """What went wrong, one line each; items that are set aside are never shown."""
    wrong = [o for o in (*score.messages, *score.last_turns, *score.pairs) if not o.right]
    shown = [o for o in wrong if not is_set_aside(o.id.partition("/")[0])]
    return ["", f"{len(wrong)} wrong, {len(shown)} shown"] + [
        f"  {o.id} want {o.want}, got {o.got} [{o.style}] {' '.join(o.text.split())}" for o in shown
    ]
