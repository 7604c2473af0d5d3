"""The bundled vocabulary is readable, free of slips, and changes the meaning of no question."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import pytest

from bot.understanding.vocabulary import Vocabulary, load, parse
from index.words import STOP_WORDS, words

FOLDER = Path(__file__).resolve().parents[2] / "corpus" / "vocabulary"
ENTRIES = [
    entry for path in sorted(FOLDER.glob("*.txt")) for entry in parse(path.read_text(encoding="utf-8"), path.name)
]


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    return load(FOLDER)


def stems(phrase: str) -> tuple[str, ...]:
    return tuple(word.stem for word in words(phrase))


def meant(vocabulary: Vocabulary, question: str) -> set[str]:
    return {phrase for expansion in vocabulary.expand(words(question)) for phrase in expansion.meant}


def test_the_files_hold_some_hundred_lines() -> None:
    lines = [
        line
        for path in FOLDER.glob("*.txt")
        for line in path.read_text(encoding="utf-8").splitlines()
        if line.split("#")[0].strip()
    ]
    assert 300 <= len(lines) <= 500


def test_every_entry_means_something_else_than_itself() -> None:
    for written, others in ENTRIES:
        assert others, written
        assert all(stems(other) != stems(written) for other in others), written


def test_no_entry_consists_of_little_words_only() -> None:
    assert [written for written, _ in ENTRIES if all(word.text in STOP_WORDS for word in words(written))] == []


def test_no_two_lines_give_one_phrase_different_meanings_by_accident() -> None:
    """Inflections of one word may share a line; two lines for one key are only right for a spelling and a lay name."""
    by_key: dict[tuple[str, ...], set[tuple[str, ...]]] = defaultdict(set)
    for written, others in ENTRIES:
        by_key[stems(written)].add(tuple(other for other in others))
    several = {key for key, meanings in by_key.items() if len(meanings) > 1}
    assert several <= {stems("hypoglycaemia")}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("sprain", "strain"),
        ("tendon", "ligament"),
        ("tendon", "muscle"),
        ("tendonitis", "tendinopathy"),
        ("ice", "heat"),
        ("ankle", "knee"),
        ("foot", "hand"),
        ("inner side", "outer side"),
        ("front", "back"),
        ("left", "right"),
        ("stress fracture", "broken bone"),
        ("stress fracture", "shin splints"),
        ("ibuprofen", "paracetamol"),
        ("arthritis", "osteoporosis"),
        ("pronation", "supination"),
        ("flat feet", "high arches"),
        ("compression", "elevation"),
        ("more", "less"),
        ("tighten", "loosen"),
        ("physiotherapist", "doctor"),
        ("numb", "painful"),
    ],
)
def test_two_different_things_are_never_equated(vocabulary: Vocabulary, one: str, other: str) -> None:
    for asked, wrong in ((one, other), (other, one)):
        assert all(stems(wrong) != stems(phrase) for phrase in meant(vocabulary, asked)), (asked, wrong)


@pytest.mark.parametrize(
    "everyday",
    "up down under over inside outside front back local special custom private medical irritable balloon pension red "
    "tendon mobile hospital loose fat drug wrap snap pad bump temperature runs reds balance".split(),
)
def test_everyday_words_are_left_alone(vocabulary: Vocabulary, everyday: str) -> None:
    assert meant(vocabulary, everyday) == set()


@pytest.mark.parametrize(
    ("lay", "article"),
    [
        ("my ankle is puffed up", "swelling"),
        ("which trainers are best", "running shoes"),
        ("can a physio help", "physiotherapist"),
        ("ankle feels wobbly", "instability"),
        ("I've got pins and needles", "tingling"),
        ("should I do RICE", "rest ice compression elevation"),
        ("sore heel cord", "Achilles tendon"),
        ("what meds can I take", "medication"),
        ("I rolled my ankle", "ankle sprain"),
        ("I can't put weight on it", "unable to bear weight"),
        ("is oedema normal", "edema"),
        ("running on a bumpy ground", "uneven ground"),
    ],
)
def test_a_lay_word_finds_the_word_of_the_article(vocabulary: Vocabulary, lay: str, article: str) -> None:
    assert article in meant(vocabulary, lay)
