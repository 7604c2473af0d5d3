"""The written messages behind the red-flag screen: what it learns from, and the suite that nobody tunes on.

Both are data, so what can go wrong is a slip of the pen: an unknown concept, a label that contradicts itself,
or a message that stands in both and turns the independent suite into a test of memory.
"""

import re
import tomllib
import unicodedata
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Literal, TypeVar

import msgspec
import pytest

from bot.safety import exemplars, suite
from bot.safety.errors import RuleError

ROOT = Path(__file__).resolve().parents[3]
EXEMPLARS = ROOT / "bot" / "safety" / "exemplars"
RULES = ROOT / "bot" / "safety" / "rules"
INDEPENDENT = suite.INDEPENDENT

Tier = Literal["none", "assessment", "urgent", "crisis", "emergency"]
ORDER: tuple[Tier, ...] = ("none", "assessment", "urgent", "crisis", "emergency")

GROUPS = (
    "ankle", "infection", "vascular", "systemic", "neuro", "exertional", "medicines", "mental", "general", "everyday",
    "none", "aurora", "birch", "cedar", "dune", "elder", "fern", "glade", "heath", "ivy", "juniper", "larch",
    "maple", "oak", "poplar", "rose", "sorrel", "tansy", "ursinia", "verbena", "willow", "yarrow",
    "bracken", "hazel", "lichen", "sedge", "thistle", "alder", "bryony", "campion",
    "acorn", "bramble", "clary", "damson", "elm",
    "bicycle", "fourth", "home", "houseplants", "running", "second", "third", "visitors",
)  # fmt: skip

# The 93 concepts. Used where the rule data is not there; a rule file that knows more or fewer wins.
CONCEPTS = frozenset(
    """
    cannot_bear_weight deformity dislocation open_fracture bony_tenderness crack_heard suspected_fracture
    achilles_rupture midfoot_injury numb_tingling_foot cold_pale_blue_foot compartment_acute compartment_exertional
    cast_or_wrap_tight swelling_persistent severe_pain bruising_injury giving_way locked_or_bleeding_joint
    pain_persistent night_rest_pain bone_stress_injury bsi_high_risk_site femoral_neck_stress major_trauma
    neck_spine_injury
    hot_swollen_joint septic_joint cellulitis necrotising_infection sepsis wound_risk animal_or_human_bite tick_rash
    post_op_problem
    dvt pulmonary_embolism acute_limb_ischaemia limb_artery_disease severe_bleeding
    cancer_history weight_loss_night_sweats lump steroids_or_quinolone immunosuppressed diabetes_foot
    anticoagulant_injury pregnancy_postpartum pregnancy_emergency child_growth_plate child_limp_unwell fragility_bone
    low_energy_availability age_55_plus inflammatory_pattern
    cauda_equina foot_drop spreading_weakness stroke seizure headache_danger head_injury_danger concussion
    chest_pain collapse_or_faint palpitations breathing_emergency heat_stroke heat_exhaustion hyponatraemia
    rhabdomyolysis blood_in_urine anaphylaxis diabetic_crisis hypothermia_frostbite
    overdose gi_bleed nsaid_risk drug_rash pain_masking
    suicidal_active suicidal_passive self_harm harm_to_others_or_psychosis abuse_or_danger eating_disorder
    eating_disorder_danger
    call_for_help choking_drowning_shock abdomen_or_testicle eye_or_vision burn_or_venom infant_or_child_ill
    """.split()
)

# A risk by itself is no finding: these may stand in a message that needs nothing forced.
MODIFIERS = frozenset({"immunosuppressed", "pregnancy_postpartum", "age_55_plus", "diabetes_foot"})


T = TypeVar("T")


class Exemplar(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One message that the classifier learns from."""

    text: str
    tier: Tier
    concepts: tuple[str, ...]
    style: str = ""


class Message(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One message of the independent suite."""

    id: str
    message: str
    tier: Tier
    ok: tuple[Tier, ...]
    concepts: tuple[str, ...]
    style: str


class Turn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One visitor turn, labelled with all turns so far in view."""

    user: str
    tier: Tier
    ok: tuple[Tier, ...]


class Dialogue(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One conversation, the visitor's side of it."""

    id: str
    kind: str
    turns: tuple[Turn, ...]


class Pair(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Two messages and how the tier must move from the first to the second."""

    id: str
    a: str
    b: str
    relation: Literal["same_tier", "not_lower", "lower"]
    tier_a: Tier
    tier_b: Tier
    change: str


def _lines(path: Path, kind: type[T]) -> list[T]:
    decoder = msgspec.json.Decoder(kind)
    return [decoder.decode(line) for line in path.read_bytes().splitlines()]


def _fold(text: str) -> str:
    """What two messages share when they differ in case, width, punctuation and spaces alone."""
    words = re.sub(r"[^\w]+", " ", unicodedata.normalize("NFKC", text).casefold()).split()
    return " ".join(words) or text  # a message of emoji alone stays itself


def _ids_in(value: object) -> Iterator[str]:
    """Ids of the entries that carry a tier, as `id = "..."` beside it or as the name of their table."""
    if isinstance(value, list):
        for item in value:
            yield from _ids_in(item)
    elif isinstance(value, dict):
        if "tier" in value and isinstance(value.get("id"), str):
            yield value["id"]
        for name, item in value.items():
            if isinstance(item, dict) and "tier" in item and "id" not in item:
                yield name
            yield from _ids_in(item)


def _known_concepts() -> frozenset[str]:
    found = frozenset(
        concept for path in sorted(RULES.rglob("*.toml")) for concept in _ids_in(tomllib.loads(path.read_text("utf-8")))
    )
    # Fewer than half means that the layout of the rules changed, not that concepts were withdrawn.
    return found if len(found) > len(CONCEPTS) // 2 else CONCEPTS


KNOWN = _known_concepts()
FILES = {group: _lines(EXEMPLARS / f"{group}.jsonl", Exemplar) for group in GROUPS}
LEARNT = [exemplar for group in GROUPS for exemplar in FILES[group]]
MESSAGES = _lines(INDEPENDENT / "messages.jsonl", Message)
DIALOGUES = _lines(INDEPENDENT / "dialogues.jsonl", Dialogue)
DEVELOPMENT = _lines(Path(__file__).with_name("conversations") / "dialogues.jsonl", Dialogue)
PAIRS = _lines(INDEPENDENT / "metamorphic.jsonl", Pair)


def test_every_file_of_exemplars_belongs_to_a_known_group() -> None:
    assert sorted(path.stem for path in EXEMPLARS.glob("*.jsonl")) == sorted(GROUPS)


@pytest.mark.parametrize("group", GROUPS)
def test_no_exemplar_is_blank_or_padded(group: str) -> None:
    assert [one.text for one in FILES[group] if not one.text or one.text != one.text.strip()] == []


@pytest.mark.parametrize("group", GROUPS)
def test_exemplars_name_known_concepts_alone_and_none_twice(group: str) -> None:
    for one in FILES[group]:
        assert set(one.concepts) <= KNOWN, one
        assert len(set(one.concepts)) == len(one.concepts), one


def test_no_exemplar_is_written_twice() -> None:
    counted = Counter(_fold(one.text) for one in LEARNT)
    assert [text for text, times in counted.items() if times > 1] == []


def test_an_exemplar_that_needs_nothing_names_no_finding() -> None:
    silent = [one for one in LEARNT if one.tier == "none"]
    assert [one for one in silent if not set(one.concepts) <= MODIFIERS] == []


def test_the_file_none_holds_harmless_messages_alone() -> None:
    assert {one.tier for one in FILES["none"]} == {"none"}
    assert not any(one.concepts for one in FILES["none"])


def test_an_exemplar_of_a_danger_names_the_concept_behind_it() -> None:
    dangers = [one for one in LEARNT if one.tier in ("emergency", "crisis")]
    assert [one for one in dangers if not one.concepts] == []


def test_an_exemplar_without_a_concept_is_one_that_a_rule_decides() -> None:
    """Slight swelling that settles, an injury already under care: they have a tier and no concept."""
    with_a_tier = [one for one in LEARNT if one.tier != "none"]
    assert sum(not one.concepts for one in with_a_tier) < len(with_a_tier) / 100


def test_there_are_enough_exemplars_of_every_kind() -> None:
    tiers = Counter(one.tier for one in LEARNT)
    assert len(LEARNT) >= 2500
    assert tiers["none"] >= 900
    assert tiers["emergency"] >= 600
    assert tiers["crisis"] >= 100
    assert tiers["urgent"] >= 500
    assert tiers["assessment"] >= 150


@pytest.mark.parametrize("concept", sorted(CONCEPTS))
def test_every_concept_has_exemplars(concept: str) -> None:
    tiers = [one.tier for one in LEARNT if concept in one.concepts]
    assert len(tiers) >= 6
    mostly = Counter(tiers).most_common(1)[0][0]
    assert mostly not in ("emergency", "crisis") or len(tiers) >= 12


def test_the_independent_suite_shares_no_message_with_the_exemplars() -> None:
    learnt = {_fold(one.text) for one in LEARNT}
    held_out = [
        *(one.message for one in MESSAGES),
        *(turn.user for one in DIALOGUES for turn in one.turns),
        *(text for one in PAIRS for text in (one.a, one.b)),
    ]
    assert [text for text in held_out if _fold(text) in learnt] == []


def test_the_independent_suite_has_the_promised_numbers() -> None:
    tiers = Counter(one.tier for one in MESSAGES)
    assert len(MESSAGES) >= 420
    assert tiers["emergency"] >= 110
    assert tiers["crisis"] >= 40
    assert tiers["urgent"] >= 100
    assert tiers["assessment"] >= 50
    assert tiers["none"] >= 120
    assert len(DIALOGUES) >= 50
    assert len(PAIRS) >= 60


def test_the_independent_messages_touch_every_concept_and_no_other() -> None:
    assert {concept for one in MESSAGES for concept in one.concepts} == CONCEPTS


def test_no_independent_message_is_written_twice() -> None:
    counted = Counter(_fold(one.message) for one in MESSAGES)
    assert [text for text, times in counted.items() if times > 1] == []


def test_independent_ids_are_unique() -> None:
    ids = [*(one.id for one in MESSAGES), *(one.id for one in DIALOGUES), *(one.id for one in PAIRS)]
    assert len(set(ids)) == len(ids)


def test_the_expected_tier_is_always_acceptable() -> None:
    labelled: list[Message | Turn] = [*MESSAGES, *(turn for one in DIALOGUES for turn in one.turns)]
    assert [one for one in labelled if one.tier not in one.ok] == []


def test_an_emergency_is_never_accepted_lower_than_a_crisis() -> None:
    for one in MESSAGES:
        if one.tier == "emergency":
            assert set(one.ok) <= {"emergency", "crisis"}, one


def test_dialogues_exercise_every_combination_rule() -> None:
    kinds = {one.kind for one in DIALOGUES}
    assert {f"rule_{number:02}" for number in range(1, 31)} <= kinds


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair.id)
def test_the_tiers_of_a_pair_keep_its_relation(pair: Pair) -> None:
    before, after = ORDER.index(pair.tier_a), ORDER.index(pair.tier_b)
    assert {"same_tier": after == before, "not_lower": after >= before, "lower": after < before}[pair.relation]


def test_no_pair_mixes_crisis_with_emergency() -> None:
    assert [pair.id for pair in PAIRS if {pair.tier_a, pair.tier_b} == {"crisis", "emergency"}] == []


def test_a_conversation_is_learnt_message_by_message_as_the_screen_joins_it(tmp_path: Path) -> None:
    folder = tmp_path / exemplars.CONVERSATIONS
    folder.mkdir()
    line = '{"messages": [" numb toes ", "since the fall"], "tiers": ["urgent", "emergency"], "kind": "drip"}'
    (folder / "willow.jsonl").write_text(line + "\n")
    learnt = exemplars.read(tmp_path)
    assert [(one.text, one.tier) for one in learnt] == [
        ("numb toes", "urgent"),
        ("numb toes. since the fall", "emergency"),
    ]
    assert {one.author for one in learnt} == {"willow"}


def test_a_conversation_needs_a_tier_for_each_message(tmp_path: Path) -> None:
    folder = tmp_path / exemplars.CONVERSATIONS
    folder.mkdir()
    (folder / "willow.jsonl").write_text('{"messages": ["a", "b"], "tiers": ["none"]}\n')
    with pytest.raises(RuleError, match=r"willow\.jsonl, line 1: .* a tier for each message"):
        exemplars.read(tmp_path)


def test_no_written_conversation_repeats_a_message_that_the_screen_is_measured_with() -> None:
    measured = {_fold(turn.user) for one in (*DIALOGUES, *DEVELOPMENT) for turn in one.turns}
    talks = _lines(EXEMPLARS / exemplars.CONVERSATIONS / "nettle.jsonl", exemplars.Talk)
    written = {_fold(text) for talk in talks for text in talk.messages if len(text.split()) > 4}
    assert len(talks) >= 400
    assert written & measured == set()
