"""The rules as data: each one's own wordings fire, its traps do not, and a wrong entry fails with file and line."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import ModuleType

import pytest

from bot.safety import load, number, pattern, rulebook
from bot.safety.errors import RuleError
from bot.safety.message import Frame, Region, Situation, Unknown, frames, regions, situations
from bot.safety.reading import Reader
from bot.safety.rulebook import LEVELS, Combination, Concept
from bot.safety.screen import Screen
from bot.safety.state import alone

BOOK = rulebook.load()
READER = Reader(BOOK)
SCREEN = load()


def _wordings() -> Iterator[tuple[str, str]]:
    for concept in BOOK.concepts.values():
        yield from ((concept.id, wording) for wording in concept.wordings)


def _traps() -> Iterator[tuple[str, str]]:
    for concept in BOOK.concepts.values():
        yield from ((concept.id, trap) for trap in concept.traps)


def _present(message: str) -> set[str]:
    return {found.rule for found in READER.read(message).found if found.decision.standing == "present"}


@pytest.mark.parametrize(("rule", "wording"), list(_wordings()))
def test_each_wording_of_a_rule_gets_its_tier(rule: str, wording: str) -> None:
    tier = BOOK.concepts[rule].tier
    assert LEVELS.index(alone(BOOK, READER.read(wording))) >= LEVELS.index(tier), (rule, wording)


@pytest.mark.parametrize(("rule", "trap"), list(_traps()))
def test_no_trap_of_a_rule_fires_it(rule: str, trap: str) -> None:
    assert rule not in _present(trap)


@pytest.mark.parametrize("context", list(BOOK.contexts.values()), ids=lambda context: str(context.id))
def test_the_examples_of_a_context_rule_get_their_tier(context: rulebook.Context) -> None:
    for example in context.examples:
        assert (SCREEN.check([example.message]).tier or "none") == example.tier, example


@pytest.mark.parametrize("combination", BOOK.combinations, ids=lambda combination: str(combination.id))
def test_each_combination_adds_its_findings_up_over_turns(combination: Combination) -> None:
    for example in combination.examples:
        verdict = SCREEN.check(example)
        assert LEVELS.index(verdict.tier or "none") >= LEVELS.index(combination.tier), example


def test_the_sheet_is_complete() -> None:
    concepts = [c for c in BOOK.concepts.values() if not c.variant_of]
    assert len(concepts) == 93
    assert {c.number for c in BOOK.combinations} >= set(range(1, 31)) - {29, 30}
    assert len(BOOK.contexts) >= 17


def test_every_rule_has_a_situation_and_a_parent_that_exist() -> None:
    for concept in BOOK.concepts.values():
        assert concept.situation in situations(), concept.id
        assert not concept.variant_of or concept.variant_of in BOOK.concepts, concept.id
    assert {c.situation for c in BOOK.combinations} - {""} <= situations().keys()


_DAY = re.compile(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])")
_REVIEWER = re.compile(rf"[^\W\d_].*, {_DAY.pattern}")
_REVIEWED: Sequence[Concept | Combination | rulebook.Context | Situation | Frame] = (
    *BOOK.concepts.values(),
    *BOOK.combinations,
    *BOOK.contexts.values(),
    *situations().values(),
    *frames().values(),
)


def _is_review(by: str, due: str) -> bool:
    """Whether the two fields say who reviewed and when, and by when again; or that nobody did."""
    return not (by or due) or bool(_REVIEWER.fullmatch(by) and (not due or _DAY.fullmatch(due)))


def test_a_filled_review_field_names_a_person_and_a_day() -> None:
    for entry in _REVIEWED:
        assert _is_review(entry.reviewed_by, entry.review_by), entry.id


@pytest.mark.parametrize(
    ("by", "due", "good"),
    [
        ("", "", True),
        ("Dr Ada Example, emergency physician, 2027-03-01", "2028-03-01", True),
        ("Dr Ada Example, emergency physician, 2027-03-01", "", True),
        ("Dr Ada Example", "", False),
        ("2027-03-01", "", False),
        ("Dr Ada Example, 2027-13-01", "", False),
        ("Dr Ada Example, 2027-03-01", "next year", False),
        ("", "2028-03-01", False),
    ],
)
def test_a_review_needs_a_name_and_a_day(by: str, due: str, good: bool) -> None:
    assert _is_review(by, due) is good


def test_a_number_that_was_checked_names_a_person_and_a_day() -> None:
    places: list[Region | Unknown] = [*regions().region, regions().unknown]
    for place in places:
        assert bool(place.verified_on) == bool(place.verified_by), place
        assert not place.verified_on or _DAY.fullmatch(place.verified_on), place


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "rules").mkdir()
    for name in ("lexicon.toml", "context.toml"):
        shutil.copy(rulebook.FOLDER / name, tmp_path / name)
    (tmp_path / "combinations.toml").write_text("combination = []\n")
    (tmp_path / "rules" / "own.toml").write_text(_RULE)
    return tmp_path


_RULE = """[[concept]]
id = "sore_toe"
tier = "urgent"
what = "a sore toe"
why = "it hurts"
source = "us"
wordings = ["my toe is sore"]
patterns = ["toe .. sore"]
"""


def test_a_good_rule_of_ones_own_is_read_and_kept_compiled(folder: Path) -> None:
    first, second = rulebook.load(folder), rulebook.load(folder)
    assert list(first.concepts) == list(second.concepts) == ["sore_toe"]
    assert Screen(first).check(["my toe is really sore"]).tier == "urgent"


def test_an_amended_rule_is_never_served_from_the_old_compiled_form(folder: Path) -> None:
    rulebook.load(folder)
    path = folder / "rules" / "own.toml"
    path.write_text(_RULE.replace("urgent", "emergency"))
    assert rulebook.load(folder).concepts["sore_toe"].tier == "emergency"


def test_rules_compiled_by_other_code_are_never_served(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rulebook.load(folder)
    (kept,) = (folder / "__pycache__").glob("rules-*.json")
    kept.write_bytes(kept.read_bytes().replace(b'"tier":"urgent"', b'"tier":"assessment"'))
    assert rulebook.load(folder).concepts["sore_toe"].tier == "assessment", "the kept form is what was read"
    monkeypatch.setattr(rulebook, "_CODE", "other")
    assert rulebook.load(folder).concepts["sore_toe"].tier == "urgent"


@pytest.mark.parametrize("module", [rulebook, pattern, number])
def test_the_code_that_compiles_rules_is_part_of_their_name(
    module: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = rulebook._code_hash()
    amended = tmp_path / "amended.py"
    amended.write_bytes(Path(str(module.__file__)).read_bytes() + b"# more\n")
    monkeypatch.setattr(module, "__file__", str(amended))
    assert rulebook._code_hash() != before


def test_compiled_forms_of_older_rules_are_removed(folder: Path) -> None:
    rulebook.load(folder)
    path = folder / "rules" / "own.toml"
    path.write_text(_RULE.replace("urgent", "emergency"))
    rulebook.load(folder)
    (kept,) = (folder / "__pycache__").iterdir()
    assert b'"tier":"emergency"' in kept.read_bytes()


@pytest.mark.parametrize(
    ("wrong", "line", "says"),
    [
        (_RULE.replace("urgent", "serious"), 3, "tier"),
        (_RULE + 'colour = "red"\n', 9, "colour"),
        (_RULE.replace('why = "it hurts"\n', ""), 1, "why"),
        (_RULE.replace("toe .. sore", "toe .. <nonsense>"), 8, "nonsense"),
        (_RULE.replace("toe .. sore", "Toe can't"), 8, "plain word"),
        (_RULE.replace("toe .. sore", ".. sore"), 8, "gap"),
        (_RULE.replace("toe .. sore", "(toe"), 8, "bracket"),
        (_RULE.replace("toe .. sore", "toe + "), 8, "empty"),
        (_RULE.replace("toe .. sore", "#nothing"), 8, "#nothing"),
        (_RULE.replace("toe .. sore", "()"), 8, "empty bracket"),
        (_RULE + _RULE, 2, "twice"),
        (_RULE.replace('"us"', '"us'), 6, "TOML"),
        ('colour = "red"\n' + _RULE, 1, "colour"),
        ("\n\n" + 'colour = "red"\n' + _RULE, 3, "colour"),
        ("concept = 1\n", 1, "array"),
    ],
)
def test_a_wrong_entry_fails_with_file_and_line(folder: Path, wrong: str, line: int, says: str) -> None:
    (folder / "rules" / "own.toml").write_text(wrong)
    with pytest.raises(RuleError) as caught:
        rulebook.load(folder)
    assert caught.value.file == "own.toml"
    assert caught.value.line == line
    assert says in str(caught.value)


def test_a_missing_file_is_named(folder: Path) -> None:
    (folder / "lexicon.toml").unlink()
    with pytest.raises(RuleError, match=r"lexicon\.toml"):
        rulebook.load(folder)


def test_a_combination_that_names_no_rule_is_refused(folder: Path) -> None:
    (folder / "combinations.toml").write_text(
        '[[combination]]\nid = "x"\nnumber = 0\nwhen = [["nobody"]]\ngives = "y"\ntier = "urgent"\n'
        'why = "w"\nsource = "s"\n'
    )
    with pytest.raises(RuleError, match="nobody"):
        rulebook.load(folder)


def test_a_combination_of_rules_that_exist_is_read(folder: Path) -> None:
    with (folder / "rules" / "own.toml").open("a") as file:
        file.write('[[sign]]\nid = "new_shoes"\npatterns = ["new shoes"]\n')
    (folder / "combinations.toml").write_text(
        '[[combination]]\nid = "x"\nnumber = 0\nwhen = [["sore_toe"], ["new_shoes"]]\ngives = "y"\n'
        'tier = "emergency"\nwhy = "w"\nsource = "s"\n'
    )
    screen = Screen(rulebook.load(folder))
    assert screen.check(["new shoes"]).tier is None
    assert screen.check(["my toe is sore"]).tier == "urgent"
    assert screen.check(["new shoes", "my toe is sore"]).tier == "emergency"


@pytest.mark.parametrize("inner", ["<nobody>", "<own>"])
def test_a_family_that_names_no_family_or_itself_is_refused(folder: Path, inner: str) -> None:
    path = folder / "lexicon.toml"
    path.write_text(path.read_text("utf-8").replace("[families]\n", f'[families]\nown = ["{inner}"]\n'), "utf-8")
    with pytest.raises(RuleError, match=r"lexicon\.toml.*the family 'own'"):
        rulebook.load(folder)


def test_rules_in_another_encoding_are_refused(folder: Path) -> None:
    (folder / "rules" / "own.toml").write_bytes(_RULE.replace("it hurts", "ça fait mal").encode("latin-1"))
    with pytest.raises(RuleError, match=r"own\.toml.*save it as UTF-8"):
        rulebook.load(folder)


def test_a_file_that_goes_away_while_the_rules_are_read_is_named(folder: Path) -> None:
    (folder / "context.toml").unlink()
    with pytest.raises(RuleError, match=r"context\.toml.*put the file back"):
        rulebook.build(folder)


def test_rules_that_cannot_be_kept_compiled_are_read_each_time(folder: Path) -> None:
    (folder / "__pycache__").write_text("a file where a folder is wanted")
    assert list(rulebook.load(folder).concepts) == list(rulebook.load(folder).concepts) == ["sore_toe"]


def test_the_concepts_have_types() -> None:
    assert all(isinstance(concept, Concept) for concept in BOOK.concepts.values())
