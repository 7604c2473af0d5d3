"""Subjects that no article has: asked at the build with articles left out, declined by a share of their own."""

from __future__ import annotations

from pathlib import Path

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import bot as bot_module
from bot.answering.forest import Forest, PackedForest
from bot.answering.model import Subject, Weights, shipped
from bot.bot import Bot
from bot.conversation import Conversation, Message
from bot.evaluation.foreign import ENOUGH, Foreign, LeftOut, foreign, least_share
from bot.evaluation.propose import propose
from bot.evaluation.risk import RiskAttachment
from bot.risk import risk_of
from bot.safety import load
from bot.turn import Thinker
from bot.understanding.question import open_reader
from corpus.markdown import parse
from index.builder import build
from index.generation import Generation
from index.query import Query, Term
from index.search import Searcher
from index.store import IndexFolder

ARTICLES = [
    parse(
        f"# {name}\n\n## Symptoms\n\n{name} begins with a rash on the hands that burns at night and fades by day.\n\n"
        f"## Treatment\n\nRest and a cool cloth are what {name.lower()} needs in its first week; most get well.\n",
        id=name.lower(),
    )
    for name in ("Varolitis", "Kestremia", "Pollobia")
]

shares = st.floats(0, 1, allow_nan=False)
asked = st.lists(st.builds(Foreign, st.just("what?"), shares, shares), max_size=60)


@pytest.fixture(scope="module")
def index(bundled_encoder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("foreign") / "index"
    build(ARTICLES, folder, model=bundled_encoder, attachments=(RiskAttachment(),))
    return folder


@pytest.fixture(scope="module")
def generation(index: Path) -> Generation:
    return IndexFolder(index).current()


def query(word: str, stem: str) -> Query:
    return Query(word, word, (Term(stem, word, 0, len(word)),))


def subject() -> Subject:
    found = shipped().subject
    assert found is not None
    return found


def leaf(share: float) -> PackedForest:
    """A forest that says the same of everything."""
    ints, floats = np.zeros(1, np.int32), np.zeros(1, np.float32)
    return Forest((), ints, np.array([-1], np.int16), floats, ints, floats + np.float32(share)).packed()


def with_share(share: float) -> Weights:
    """The shipped weights, were every subject as likely there."""
    return msgspec.structs.replace(shipped(), subject=Subject(leaf(share), 0.25, 0.75))


def test_the_words_of_an_article_that_is_left_out_are_unknown_and_all_others_are_not(generation: Generation) -> None:
    searcher = LeftOut(generation)
    before = searcher.frequency("varolitis"), searcher.frequency("rash")
    searcher.leave("varolitis")
    assert before[0] > 0
    assert (searcher.lacks("varolitis"), searcher.lacks("rash"), searcher.lacks("zebra")) == (True, False, False)
    assert 0 < searcher.frequency("rash") < before[1]
    searcher.leave("kestremia")
    assert searcher.frequency("varolitis") == before[0]


def test_nothing_of_an_article_that_is_left_out_is_found(generation: Generation) -> None:
    searcher = LeftOut(generation)
    searcher.leave("varolitis")
    found = {hit.passage.article_id for hit in searcher.search(query("rash", "rash")).hits}
    assert found == {"kestremia", "pollobia"}


def test_headings_are_asked_whose_subject_no_other_article_has(generation: Generation) -> None:
    found = foreign(propose(ARTICLES), generation, open_reader(generation), shipped())
    assert len(list(found)) == len(list(propose(ARTICLES))) > 0


def test_a_heading_whose_subject_another_article_has_too_is_not_asked(bundled_encoder: Path, tmp_path: Path) -> None:
    twice = [*ARTICLES, parse("# More\n\n## On varolitis\n\nVarolitis, kestremia and pollobia: see there.", id="more")]
    build(twice, tmp_path / "index", model=bundled_encoder)
    generation = IndexFolder(tmp_path / "index").current()
    assert not list(foreign(propose(ARTICLES), generation, open_reader(generation), shipped()))


@given(asked, shares)
def test_no_site_is_less_strict_than_any_site_or_stricter_than_the_strictest(found: list[Foreign], at: float) -> None:
    assert subject().least <= least_share(found, subject(), at) <= subject().most


@given(asked, shares)
def test_being_stricter_leaves_a_tenth_answered_or_is_as_strict_as_can_be(found: list[Foreign], at: float) -> None:
    share = least_share(found, subject(), at)
    answered = sum(one.probability >= at and one.share >= share for one in found)
    assert share in (subject().least, subject().most) or answered <= 0.1 * len(found)


@given(st.lists(st.builds(Foreign, st.just("what?"), st.just(1.0), shares), max_size=ENOUGH - 1))
def test_a_few_questions_move_nothing(found: list[Foreign]) -> None:
    assert least_share(found, subject(), 0.5) == subject().least


def test_where_being_strict_does_not_help_nothing_is_moved() -> None:
    assert least_share([Foreign("what?", 1.0, 1.0)] * 20, subject(), 0.5) == subject().least


def test_where_it_helps_all_but_a_tenth_are_declined() -> None:
    between = (subject().least + subject().most) / 2
    share = least_share([Foreign("what?", 1.0, between)] * 20, subject(), 0.5)
    assert share == pytest.approx(between, abs=1e-3)
    assert share > between


def test_a_question_is_declined_where_its_subject_is_less_likely_there_than_the_site_demands(
    generation: Generation,
) -> None:
    reader, searcher = open_reader(generation), Searcher(generation)
    text = "What are the symptoms of varolitis?"
    for site, answered in ((0.0, True), (0.4, True), (0.6, False), (1.0, False)):
        turn = Thinker(reader, searcher, with_share(0.5), site).turn(text)
        assert bool(turn.quotes) is answered, site


def test_a_site_cannot_be_told_to_be_laxer_than_any_site(generation: Generation) -> None:
    turn = Thinker(open_reader(generation), Searcher(generation), with_share(0.2), 0.0).turn("Symptoms of varolitis?")
    assert turn.reason == "not_covered"


def test_a_follow_up_takes_over_the_subject_that_was_there(generation: Generation) -> None:
    text = "What are the symptoms of varolitis?"
    past = Thinker(open_reader(generation), Searcher(generation), with_share(1.0)).turn(text).past
    later = Thinker(open_reader(generation), Searcher(generation), with_share(0.0)).tried("and the treatment?", past)
    assert {part.subject for part in later if part.reading.leans} == {1.0}


def test_the_bot_is_as_strict_as_its_generation_says(
    index: Path, generation: Generation, monkeypatch: pytest.MonkeyPatch
) -> None:
    risk = risk_of(generation)
    assert risk is not None
    conversation = Conversation((Message("visitor", "What are the symptoms of varolitis?"),))
    said = {}
    for share in (0.25, 0.75):
        strict = msgspec.structs.replace(risk, subject=share)
        monkeypatch.setattr(bot_module, "risk_of", lambda generation, strict=strict: strict)
        said[share] = Bot(generation, load(), with_share(0.5)).reply(conversation).kind
    assert said == {0.25: "answer", 0.75: "abstain"}
