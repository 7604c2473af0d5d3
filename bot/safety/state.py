"""The findings of a whole conversation: they add up, stay, combine, and go only when the visitor plainly takes them
back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field, replace

from bot.safety.reading import Found, Reading
from bot.safety.rulebook import LEVELS, Combination, Level, Rulebook


@dataclass(frozen=True, slots=True)
class Noted:
    """A rule that stands in the conversation: what it is worth, the words and the message they come from."""

    rule: str
    level: Level
    evidence: str
    turn: int
    situation: str
    layer: str = "rule"


@dataclass
class Ledger:
    """What stands after the messages read so far, by rule id."""

    book: Rulebook
    noted: dict[str, Noted] = field(default_factory=dict)

    def hear(self, turn: int, reading: Reading) -> None:
        """Take in the next message of the visitor."""
        present = [found for found in reading.found if found.decision.standing == "present"]
        self._withdraw(reading, present)
        for found in sorted(present, key=lambda f: (f.hit.first, -f.hit.last)):
            self._note(found, turn)
        for combination in self.book.combinations:
            if combination.together and _meets(combination, {f.rule for f in present}):
                self._derive(combination, turn)

    def _note(self, found: Found, turn: int) -> None:
        concept = self.book.concepts.get(found.rule)
        if found.rule in self.noted and self.noted[found.rule].turn == turn:
            return
        level: Level = concept.tier if concept else "none"
        self.noted[found.rule] = Noted(
            found.rule, level, found.evidence, turn, concept.situation if concept else "general"
        )

    def note(self, noted: Noted) -> None:
        """Add what another layer says; a higher tier that it said before stays."""
        known = self.noted.get(noted.rule)
        if known is None or LEVELS.index(known.level) <= LEVELS.index(noted.level):
            self.noted[noted.rule] = noted

    def _withdraw(self, reading: Reading, present: Sequence[Found]) -> None:
        here = {found.rule for found in present}
        for found in reading.found:
            taken_back = found.decision.standing in ("negated", "resolved") and found.rule not in here
            if taken_back and found.rule in self.noted and not self._lasts(found.rule):
                del self.noted[found.rule]
        typo = reading.cues.get("correction.typo")
        well = reading.cues.get("correction.well")
        if (typo or well) and not present and self.noted:
            last = max(noted.turn for noted in self.noted.values())
            for rule in [
                r for r, noted in self.noted.items() if (noted.turn == last or typo) and (typo or not self._lasts(r))
            ]:
                if self.noted[rule].level != "crisis":
                    del self.noted[rule]

    def take_back(self, *, lasting: bool) -> None:
        """Let go of all that was noted, a crisis apart; of dangers that stay though they have passed, if `lasting`."""
        for rule, noted in list(self.noted.items()):
            if noted.level != "crisis" and (lasting or not self._lasts(rule)):
                del self.noted[rule]

    def _lasts(self, rule: str) -> bool:
        concept = self.book.concepts.get(rule)
        return concept.lasting or concept.tier == "crisis" if concept else False

    def _derive(self, combination: Combination, turn: int) -> None:
        level, target = combination.tier, combination.gives
        parts = [self.noted[name] for group in combination.when for name in group if name in self.noted]
        known = self.noted.get(target)
        if known and LEVELS.index(known.level) >= LEVELS.index(level):
            return
        concept = self.book.concepts.get(target)
        situation = combination.situation or (concept.situation if concept else "general")
        evidence = max((p.evidence for p in parts if p.turn == max(q.turn for q in parts)), key=len, default="")
        self.noted[target] = Noted(target, level, evidence, turn, situation, f"combination {combination.id}")

    def standing(self, turn: int) -> Mapping[str, Noted]:
        """All that stands after this turn, combinations and modifiers included."""
        if not self.noted and all(combination.when for combination in self.book.combinations):
            return {}
        whole = Ledger(self.book, dict(self.noted))
        for _ in range(3):  # a combination may feed another one
            before = len(whole.noted), sum(LEVELS.index(n.level) for n in whole.noted.values())
            for combination in self.book.combinations:
                if not combination.together and _meets(combination, whole.noted.keys()):
                    whole._derive(combination, turn)
            if before == (len(whole.noted), sum(LEVELS.index(n.level) for n in whole.noted.values())):
                break
        whole._raise_by_modifier(turn)
        return whole.noted

    def _raise_by_modifier(self, turn: int) -> None:
        """A risk of the whole body raises an assessment finding to urgent."""
        risks = [n for n in self.noted.values() if n.rule in self.book.concepts and self.book.concepts[n.rule].modifier]
        for noted in list(self.noted.values()):
            if noted.level == "assessment" and any(risk.rule != noted.rule for risk in risks):
                self.noted[noted.rule] = replace(noted, level="urgent", layer=f"modifier {risks[0].rule}")


def _meets(combination: Combination, names: Set[str]) -> bool:
    return not any(names.isdisjoint(group) for group in combination.when)


def alone(book: Rulebook, reading: Reading) -> Level:
    """The tier that the rules give to one message by itself."""
    ledger = Ledger(book)
    ledger.hear(0, reading)
    return highest(ledger.standing(0))


def highest(standing: Mapping[str, Noted]) -> Level:
    """The highest tier of what stands."""
    return max((noted.level for noted in standing.values()), key=LEVELS.index, default="none")
