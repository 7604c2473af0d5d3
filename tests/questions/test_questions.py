"""The question sets are sound: closed fields, golds that stand word for word in one line of an article, unique ids."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from pathlib import Path
from typing import Literal, TypeVar

import msgspec
import pytest

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]

Words = list[list[str]]
Style = Literal["plain", "verbose", "keywords", "typo", "lay", "oblique", "yesno", "terse", "compare", "list", "multi"]
Kind = Literal["near", "far", "chitchat_or_meta", "adversarial"]


class Single(msgspec.Struct, forbid_unknown_fields=True):
    id: str
    question: str
    style: Style
    gold: list[str]
    must_mention: Words


class Unanswerable(msgspec.Struct, forbid_unknown_fields=True):
    id: str
    question: str
    kind: Kind
    why: str


class Turn(msgspec.Struct, forbid_unknown_fields=True):
    user: str
    expect: Literal["answer", "abstain"]
    gold: list[str]
    must_mention: Words


class Dialogue(msgspec.Struct, forbid_unknown_fields=True):
    id: str
    turns: list[Turn]


class Summary(msgspec.Struct, forbid_unknown_fields=True):
    id: str
    question: str
    must_mention: Words
    min_items: int


class Label(msgspec.Struct, forbid_unknown_fields=True):
    set: str
    id: str
    tier: Literal["assessment", "urgent", "crisis", "emergency", "open"]


Row = TypeVar("Row", Single, Unanswerable, Dialogue, Summary)


class QuestionSet:
    """One folder of questions and the lines of the articles that they are asked of."""

    def __init__(self, folder: Path, articles: Path) -> None:
        self.folder = folder
        self.lines = [
            fold(line)
            for path in sorted(articles.glob("*.md"))
            for line in path.read_text(encoding="utf-8").split("\n")
        ]

    def rows(self, name: str, row: type[Row]) -> list[Row]:
        path = self.folder / f"{name}.jsonl"
        if not path.exists():
            return []
        return [msgspec.json.decode(line, type=row) for line in path.read_text(encoding="utf-8").splitlines()]

    def answerable(self) -> list[tuple[str, list[str], Words]]:
        singles = [(row.id, row.gold, row.must_mention) for row in self.rows("single", Single)]
        turns = [
            (f"{row.id}.{number}", turn.gold, turn.must_mention)
            for row in self.rows("dialogues", Dialogue)
            for number, turn in enumerate(row.turns, 1)
            if turn.expect == "answer"
        ]
        return singles + turns


def fold(text: str) -> str:
    quotes = str.maketrans("‘’“”–—", "''\"\"--")
    return " ".join(unicodedata.normalize("NFKC", text).translate(quotes).split()).casefold()


def mentions(text: str, word: str) -> bool:
    """True where the word begins at a word boundary ("ligament" finds "ligaments", "ice" does not find "advice")."""
    return re.search(r"(?<![a-z0-9])" + re.escape(fold(word)), text) is not None


BUNDLED = QuestionSet(HERE, ROOT / "corpus" / "articles")
GARDEN = QuestionSet(HERE / "garden", HERE / "garden" / "articles")

FOLLOWUPS = QuestionSet(HERE / "followups", ROOT / "corpus" / "articles")
TALKS = QuestionSet(HERE / "talks", ROOT / "corpus" / "articles")
GARDEN_FOLLOWUPS = QuestionSet(HERE / "garden" / "followups", HERE / "garden" / "articles")

OTHER_HANDS = {name: QuestionSet(HERE / name, ROOT / "corpus" / "articles") for name in ("second", "third", "fourth")}
OTHER_SITES = {
    name: QuestionSet(HERE / name, HERE / name / "articles")
    for name in ("bicycle", "running", "home", "houseplants", "knees", "feet", "desk", "pool")
}
ALL = {
    "bundled": BUNDLED,
    "garden": GARDEN,
    "followups": FOLLOWUPS,
    "garden followups": GARDEN_FOLLOWUPS,
    "talks": TALKS,
    **OTHER_HANDS,
    **OTHER_SITES,
}

each_set = pytest.mark.parametrize("questions", ALL.values(), ids=ALL)


@each_set
def test_every_gold_is_a_piece_of_one_sentence_in_one_line_of_an_article(questions: QuestionSet) -> None:
    for where, golds, _ in questions.answerable():
        assert golds, where
        assert len(golds) == len(set(golds)), where
        for gold in golds:
            assert 25 <= len(gold) <= 140, (where, gold)
            assert gold == gold.strip(), (where, gold)
            assert not re.search(r"[.?!]\s+\S", gold), (where, gold)
            assert any(fold(gold) in line for line in questions.lines), (where, gold)


@each_set
def test_every_word_to_mention_is_lower_case_and_stands_near_a_gold(questions: QuestionSet) -> None:
    text = "\n".join(questions.lines)
    for where, _, must in questions.answerable():
        assert must, where
        for words in must:
            assert words, where
            assert all(word == word.lower().strip() and word for word in words), (where, words)
            assert any(mentions(text, word) for word in words), (where, words)


@each_set
def test_a_wanted_word_stands_in_a_line_with_a_gold(questions: QuestionSet) -> None:
    for where, golds, must in questions.answerable():
        held = [line for line in questions.lines if any(fold(gold) in line for gold in golds)]
        if any(len(line) < 80 for line in held):
            continue  # a list item: its lead-in and its heading may hold the word
        assert any(mentions(line, word) for line in held for words in must for word in words), where


@each_set
def test_ids_and_questions_are_unique(questions: QuestionSet) -> None:
    singles = questions.rows("single", Single)
    unanswerable = questions.rows("unanswerable", Unanswerable)
    summaries = questions.rows("summary", Summary)
    dialogues = questions.rows("dialogues", Dialogue)
    ids = [row.id for rows in (singles, unanswerable, summaries, dialogues) for row in rows]
    asked = [fold(row.question) for rows in (singles, unanswerable, summaries) for row in rows]
    assert [item for item, count in Counter(ids + asked).items() if count > 1] == []


@each_set
def test_turns_that_abstain_carry_no_gold(questions: QuestionSet) -> None:
    for row in questions.rows("dialogues", Dialogue):
        assert 2 <= len(row.turns) <= 6, row.id
        assert any(turn.expect == "answer" for turn in row.turns), row.id
        for turn in row.turns:
            assert turn.user.strip(), row.id
            if turn.expect == "abstain":
                assert (turn.gold, turn.must_mention) == ([], []), row.id


@each_set
def test_every_unanswerable_question_says_why(questions: QuestionSet) -> None:
    assert all(row.why.strip() and row.question.strip() for row in questions.rows("unanswerable", Unanswerable))


@each_set
def test_a_summary_can_be_answered_from_the_articles(questions: QuestionSet) -> None:
    text = "\n".join(questions.lines)
    for row in questions.rows("summary", Summary):
        assert 2 <= row.min_items <= len(row.must_mention), row.id
        for words in row.must_mention:
            assert any(mentions(text, word) for word in words), (row.id, words)


def test_the_bundled_set_is_large_enough_to_be_a_gate() -> None:
    kinds = Counter(row.kind for row in BUNDLED.rows("unanswerable", Unanswerable))
    styles: Counter[str] = Counter(row.style for row in BUNDLED.rows("single", Single))
    assert sum(styles.values()) >= 90
    assert min(styles.values()) >= 5
    assert kinds["near"] >= 35
    assert kinds["far"] >= 12
    assert kinds["chitchat_or_meta"] >= 8
    assert kinds["adversarial"] >= 5
    assert len(BUNDLED.rows("dialogues", Dialogue)) >= 20
    assert len(BUNDLED.rows("summary", Summary)) == 8


def test_the_garden_set_is_large_enough_to_show_generality() -> None:
    kinds = Counter(row.kind for row in GARDEN.rows("unanswerable", Unanswerable))
    assert len(GARDEN.rows("single", Single)) >= 40
    assert sum(kinds.values()) >= 30
    assert kinds["near"] >= 20
    assert len(GARDEN.rows("dialogues", Dialogue)) >= 8


def test_the_hard_sets_ask_for_every_passage_in_many_voices() -> None:
    for name, questions in (OTHER_HANDS | OTHER_SITES).items():
        styles = Counter(row.style for row in questions.rows("single", Single))
        kinds = Counter(row.kind for row in questions.rows("unanswerable", Unanswerable))
        assert sum(styles.values()) >= (400 if name in OTHER_HANDS else 250)
        in_other_words = 4 if name in ("second", "bicycle") else 5  # the later sets hold more ordinary questions
        assert styles["oblique"] + styles["lay"] >= sum(styles.values()) // in_other_words
        assert kinds["near"] >= 165


def test_the_conversations_to_tune_on_are_many() -> None:
    assert len(FOLLOWUPS.rows("dialogues", Dialogue)) >= 30
    assert len(GARDEN_FOLLOWUPS.rows("dialogues", Dialogue)) >= 20


def test_every_label_of_a_tier_belongs_to_one_question_of_a_set() -> None:
    lines = (HERE / "tiers" / "labels.jsonl").read_text(encoding="utf-8").splitlines()
    labels = [msgspec.json.decode(line, type=Label) for line in lines]
    known = {
        (name, row.id)
        for name, questions in ALL.items()
        for rows in (
            questions.rows("single", Single),
            questions.rows("unanswerable", Unanswerable),
            questions.rows("dialogues", Dialogue),
        )
        for row in rows
    }
    named = [(label.set, label.id) for label in labels]
    assert len(set(named)) == len(named)
    assert set(named) - known == set()
