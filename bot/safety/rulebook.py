"""The rules as they lie in `rules/`, `lexicon.toml`, `combinations.toml`, `context.toml`, `situations.toml`,
`regions.toml`.

The key sets are closed: an unknown key, a missing field, a family that does not exist or a pattern that cannot be read
is a RuleError that names the file and the line. Reading the TOML takes a quarter of a second, so the checked and
compiled form is kept as JSON beside the byte code, under a name made from the hash of those files and of the code that
compiles them: where either changes, the rules are compiled anew.
"""

from __future__ import annotations

import hashlib
import os
import re
import tomllib
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Literal, TypeVar

import msgspec

from bot.safety import number, pattern
from bot.safety.errors import RuleError
from bot.safety.pattern import Pattern, PatternError, parse, phrases

T = TypeVar("T")

FOLDER = Path(__file__).parent


def _code_hash() -> str:
    files = (Path(pattern.__file__), Path(number.__file__), Path(__file__))
    return hashlib.sha256(b"\0".join(path.read_bytes() for path in files)).hexdigest()[:16]


_CODE = _code_hash()
"""What compiles the rules, as it was when it was loaded: a service that runs on while the program below it is exchanged
must not keep what its older code made under the name of the newer."""

BODY = (
    "foot", "ankle", "calf", "shin", "knee", "hip", "groin", "thigh", "leg", "achilles", "upper_limb", "chest", "back",
    "head", "belly", "testicle",
)  # fmt: skip
"""The families that "it" can point back to."""

Level = Literal["none", "assessment", "urgent", "crisis", "emergency"]
LEVELS: tuple[Level, ...] = ("none", "assessment", "urgent", "crisis", "emergency")
Polarity = Literal["present", "absence"]


class Concept(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One red flag: what it is, how people say it, what must not be taken for it, and why.

    `polarity` is "absence" where the symptom itself is a negation ("no feeling"). `modifier` raises an assessment
    finding to urgent. `lasting` stays although it has passed (a faint, a stroke sign). `situation` picks the
    while-waiting facts. `variant_of` names the concept of which this is another grade ("simple_faint" of
    "collapse_or_faint"). `wordings` must fire and `traps` must not: both are tests. `unless` are patterns that veto a
    hit they overlap, `never_with` those that veto it from anywhere in its sentence. `past_counts`: it counts however
    long ago it was.
    """

    id: str
    tier: Level
    what: str
    why: str
    source: str
    wordings: tuple[str, ...]
    patterns: tuple[str, ...]
    variant_of: str = ""
    situation: str = "general"
    polarity: Polarity = "present"
    modifier: bool = False
    lasting: bool = False
    traps: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    never_with: tuple[str, ...] = ()
    past_counts: bool = False
    reviewed_by: str = ""
    review_by: str = ""


class Sign(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A finding that is no red flag alone and counts in combinations: a fever, a flight, a cast."""

    id: str
    patterns: tuple[str, ...]
    what: str = ""
    unless: tuple[str, ...] = ()
    never_with: tuple[str, ...] = ()
    lasting: bool = False
    past_counts: bool = False


class Combination(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Findings that together mean more: one of each list in `when` must be present, anywhere in the conversation.

    `number` is 1 to 30 for those listed before any rule was written, 0 for those added since. `together` asks for all
    of them in one message, near each other.
    """

    id: str
    number: int
    when: tuple[tuple[str, ...], ...]
    gives: str
    tier: Level
    why: str
    source: str
    examples: tuple[tuple[str, ...], ...] = ()
    counters: tuple[tuple[str, ...], ...] = ()
    together: bool = False
    situation: str = ""
    reviewed_by: str = ""
    review_by: str = ""


class Example(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A message and the tier that it must get."""

    message: str
    tier: Level


class Context(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One rule for reading what stands around a finding; the code that applies it looks it up by `id`."""

    id: str
    rule: str
    source: str
    cues: dict[str, tuple[str, ...]] = {}
    examples: tuple[Example, ...] = ()
    reviewed_by: str = ""
    review_by: str = ""


class Lexicon(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Words: `short` spells abbreviations out, `signs` reads emoji, `fillers` are skipped, `families` group what means
    alike."""

    short: dict[str, str]
    signs: dict[str, str]
    autocorrect: dict[str, str]
    fillers: tuple[str, ...]
    negations: tuple[str, ...]
    families: dict[str, tuple[str, ...]]


class _RuleFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    concept: tuple[Concept, ...] = ()
    sign: tuple[Sign, ...] = ()


class _CombinationFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    combination: tuple[Combination, ...]


class _ContextFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    context: tuple[Context, ...]
    idioms: tuple[str, ...]


Compiled = tuple[tuple[tuple[int, bool, int], ...], ...]
"""Groups of steps of one pattern: (element, optional, gap)."""


class Entry(msgspec.Struct, frozen=True, array_like=True):
    """A compiled pattern: whose it is, its elements that must occur, its groups, and whether it contains a negation
    itself."""

    owner: str
    text: str
    groups: Compiled
    negative: bool
    anchor: int


class Rulebook(msgspec.Struct, frozen=True):
    """Everything that the screen reads, checked and compiled; see `load`.

    `trie` maps word to word to ... to the numbers of the elements (under the key "") that a phrase belongs to.
    """

    version: str
    concepts: dict[str, Concept]
    signs: dict[str, Sign]
    combinations: tuple[Combination, ...]
    contexts: dict[str, Context]
    lexicon: Lexicon
    trie: dict[str, Any]
    entries: tuple[Entry, ...]
    body: tuple[int, ...]
    vocabulary: frozenset[str]
    fillers: frozenset[str]


def load(folder: Path = FOLDER) -> Rulebook:
    """The rulebook of `folder`; RuleError when an entry is wrong."""
    files = sorted([*folder.glob("rules/*.toml"), *(folder / name for name in _SINGLE_FILES)])
    version = _version(files)
    kept = folder / "__pycache__" / f"rules-{version}-{_CODE}.json"
    try:
        return msgspec.json.decode(kept.read_bytes(), type=Rulebook)
    except (OSError, msgspec.DecodeError):
        book = build(folder, version)
    with suppress(OSError):  # a read-only installation reads the TOML each time
        _keep(kept, book)
    return book


def _keep(kept: Path, book: Rulebook) -> None:
    """Write the compiled form, and remove those of other rules and other code; several processes may do so at once."""
    kept.parent.mkdir(exist_ok=True)
    # A name of its own for each process: two that wrote into one file would mix what they write.
    part = kept.with_suffix(f".{os.getpid()}.part")
    try:
        part.write_bytes(msgspec.json.encode(book))
        part.replace(kept)
    finally:
        part.unlink(missing_ok=True)
    for other in kept.parent.glob("rules-*.json"):
        if other != kept:
            other.unlink(missing_ok=True)  # who still wants it compiles the rules once more


_SINGLE_FILES = ("lexicon.toml", "combinations.toml", "context.toml")


def _version(files: Sequence[Path]) -> str:
    digest = hashlib.sha256()
    for path in files:
        try:
            digest.update(path.name.encode() + b"\0" + path.read_bytes())
        except OSError as error:
            raise RuleError(path.name, 1, f"cannot be read ({error.strerror}); put the file back") from error
    return digest.hexdigest()[:16]


def build(folder: Path, version: str = "") -> Rulebook:
    """Read, check and compile the TOML files of `folder`."""
    lexicon = _decode(folder / "lexicon.toml", Lexicon)
    press = _Press(lexicon, folder / "lexicon.toml")
    concepts, signs = _rules(folder, press)
    combinations = _combinations(folder, {*concepts, *signs})
    context = _decode(folder / "context.toml", _ContextFile)
    for rule in context.context:
        for kind, texts in rule.cues.items():
            press.add_all(f"cue:{rule.id}.{kind}", texts, folder / "context.toml")
    press.add_all("idiom:", context.idioms, folder / "context.toml")
    return Rulebook(
        version=version,
        concepts=concepts,
        signs=signs,
        combinations=combinations,
        contexts={c.id: c for c in context.context},
        lexicon=lexicon,
        trie=press.trie,
        entries=tuple(press.entries),
        body=tuple(press.numbers[f"<{name}>"] for name in BODY),
        vocabulary=frozenset(word for word in press.words if len(word) > 3 and word.isalpha()),
        fillers=frozenset(lexicon.fillers),
    )


def _rules(folder: Path, press: _Press) -> tuple[dict[str, Concept], dict[str, Sign]]:
    concepts: dict[str, Concept] = {}
    signs: dict[str, Sign] = {}
    for path in sorted(folder.glob("rules/*.toml")):
        file = _decode(path, _RuleFile)
        rules: list[Concept | Sign] = [*file.concept, *file.sign]
        for rule in rules:
            if rule.id in concepts or rule.id in signs:
                raise RuleError(path.name, line_of(path, rule.id), f"the id {rule.id!r} is used twice")
            if isinstance(rule, Concept):
                concepts[rule.id] = rule
            else:
                signs[rule.id] = rule
            press.add_all(f"is:{rule.id}", rule.patterns, path)
            press.add_all(f"unless:{rule.id}", rule.unless, path)
            press.add_all(f"never:{rule.id}", rule.never_with, path)
    return concepts, signs


def _combinations(folder: Path, rules: set[str]) -> tuple[Combination, ...]:
    path = folder / "combinations.toml"
    combinations = _decode(path, _CombinationFile).combination
    known = rules | {c.gives for c in combinations}
    for combination in combinations:
        for name in (n for group in combination.when for n in group):
            if name not in known:
                line = line_of(path, combination.id)
                raise RuleError(path.name, line, f"{combination.id!r} names {name!r}, which no rule defines")
    return combinations


class _Press:
    """Turns pattern texts into entries, and their words into the trie."""

    def __init__(self, lexicon: Lexicon, path: Path) -> None:
        self.families = lexicon.families
        self.negations = frozenset(lexicon.negations)
        self.small = frozenset(lexicon.fillers) | self.negations
        self.common: list[int] = []
        self.numbers: dict[str, int] = {}
        self.negative: dict[str, bool] = {}
        self.trie: dict[str, Any] = {}
        self.words: set[str] = set()
        self.entries: list[Entry] = []
        for family in lexicon.families:
            try:
                self._number(f"<{family}>")
            except KeyError as error:
                wrong = f"the family {family!r} names a family that does not exist: {error}"
                raise RuleError(path.name, line_of(path, family), wrong) from error
            except RecursionError as error:
                wrong = f"the family {family!r} names itself, directly or through another; take it out of one of them"
                raise RuleError(path.name, line_of(path, family), wrong) from error

    def add_all(self, owner: str, texts: Sequence[str], path: Path) -> None:
        """Compile the patterns of one owner, which stand in the file `path`."""
        for text in texts:
            self.add(owner, text, path)

    def add(self, owner: str, text: str, path: Path) -> None:
        try:
            pattern: Pattern = parse(text)
            groups = tuple(tuple((self._number(s.key), s.optional, s.gap) for s in group) for group in pattern.groups)
        except (PatternError, KeyError) as error:
            reason = f"no such family or tag: {error}" if isinstance(error, KeyError) else str(error)
            raise RuleError(
                path.name, line_of(path, text), f"in a pattern of {owner.partition(':')[2]!r}: {reason}"
            ) from error
        negative = any(self.negative[s.key] for group in pattern.groups for s in group)
        self.entries.append(Entry(owner, text, groups, negative, self._rarest(groups)))

    def _rarest(self, groups: Compiled) -> int:
        """The required element that fewest messages contain, going by the number of its phrases and by its small
        words."""
        needed = [element for group in groups for element, optional, _ in group if not optional]
        return min(needed, key=lambda element: (self.common[element], element))

    def _number(self, key: str) -> int:
        if key in self.numbers:
            return self.numbers[key]
        made = list(phrases(key, self.families))
        self.numbers[key] = n = len(self.numbers)
        self.common.append(len(made) + 10_000 * any(len(p) == 1 and p[0] in self.small for p in made))
        self.negative[key] = any(word in self.negations for phrase in made for word in phrase)
        for phrase in made:
            node = self.trie
            for word in phrase:
                if word[0] == "#" and word not in number.TAGS:
                    raise KeyError(word)
                node = node.setdefault(word, {})
                self.words.add(word)
            ids = node.setdefault("", [])
            if n not in ids:
                ids.append(n)
        return n


def _decode(path: Path, type_: type[T]) -> T:
    try:
        text = path.read_text("utf-8")
        return msgspec.convert(tomllib.loads(text), type_)
    except OSError as error:
        raise RuleError(path.name, 1, f"cannot be read ({error.strerror}); put the file back") from error
    except UnicodeDecodeError as error:
        raise RuleError(path.name, 1, "is not UTF-8; save it as UTF-8") from error
    except tomllib.TOMLDecodeError as error:
        at = re.search(r"line (\d+)", str(error))
        raise RuleError(path.name, int(at.group(1)) if at else 1, f"is not valid TOML: {error}") from error
    except msgspec.ValidationError as error:
        raise RuleError(path.name, _line_of_path(text, str(error)), f"{error}") from error


def _line_of_path(text: str, message: str) -> int:
    """The line of the n-th table that msgspec complains about (`$.concept[3].tier`), refined by the key when it is
    named."""
    table = re.search(r"\$\.(\w+)\[(\d+)\]", message)
    if not table:
        key = re.search(r"field `(\w+)`", message)
        return _first_line(text, key.group(1)) if key else 1
    heads = [m.start() for m in re.finditer(rf"(?m)^\[\[{table.group(1)}\]\]", text)]
    start = heads[int(table.group(2))] if int(table.group(2)) < len(heads) else 0
    end = next((h for h in heads if h > start), len(text))
    key = re.search(r"field `(\w+)`", message) or re.search(r"\]\.(\w+)", message)
    inside = re.search(rf"(?m)^{key.group(1)}\b", text[start:end]) if key else None
    return text.count("\n", 0, start + (inside.start() if inside else 0)) + 1


def _first_line(text: str, needle: str) -> int:
    return next((n for n, line in enumerate(text.splitlines(), 1) if needle in line), 1)


def line_of(path: Path, needle: str) -> int:
    """The first line of `path` that contains `needle`, 1 when none does."""
    return _first_line(path.read_text("utf-8"), needle)
