"""Tests of the choice of a ranking, and of calibration."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.answering.model import Linear, Platt, Weights, shipped
from bot.retrieval import blend, ranking_for, suited
from bot.understanding.kinds import kinds
from bot.understanding.question import Question
from corpus.markdown import parse
from index.passages import passages
from index.query import Query
from index.search import Evidence, Hit, PassageStems

SITE, POOL = Linear(0.0, {"dense": 2.0, "heading": 1.0}), Linear(0.0, {"dense": 10.0, "article": 4.0})
WEIGHTS = Weights(SITE, Linear(0.0, {}), 0.5, 0.5, {}, pool=POOL)


def test_a_site_is_ranked_by_what_was_learned_on_sites() -> None:
    assert ranking_for(WEIGHTS, 300).score(("dense", "heading", "article"), (1.0, 1.0, 1.0)) == 3.0


def test_a_large_pool_is_ranked_by_what_was_learned_on_pools() -> None:
    assert ranking_for(WEIGHTS, 40_000).score(("dense", "heading", "article"), (1.0, 1.0, 1.0)) == 14.0


def test_without_a_second_ranking_the_first_is_used_at_any_size() -> None:
    alone = Weights(SITE, Linear(0.0, {}), 0.5, 0.5, {})
    assert ranking_for(alone, 40_000) is SITE


@given(st.integers(0, 10**6), st.integers(0, 10**6))
def test_a_larger_corpus_never_turns_back_to_the_ranking_of_sites(one: int, other: int) -> None:
    small, large = (ranking_for(WEIGHTS, size).weights["article"] for size in sorted((one, other)))
    assert 0.0 <= small <= large <= 4.0


def test_a_blend_has_the_features_of_both() -> None:
    assert blend(SITE, POOL, 0.5).weights == {"dense": 6.0, "heading": 0.5, "article": 2.0}


@given(st.floats(-50, 50), st.floats(-50, 50))
def test_calibration_keeps_the_order_of_scores(one: float, other: float) -> None:
    platt = Platt(0.7, -0.4)
    low, high = sorted((one, other))
    assert 0.0 < platt.probability(low) <= platt.probability(high) < 1.0


def test_calibration_without_numbers_is_the_logistic_function() -> None:
    assert Platt().probability(0.0) == 0.5


def test_the_shipped_thresholds_are_probabilities() -> None:
    weights = shipped()
    assert 0.0 < weights.threshold < 1.0
    assert 0.0 < weights.follow_up_threshold < 1.0


@pytest.mark.parametrize(
    ("question", "overview"),
    [("Why does it hurt?", True), ("How do I stop it?", False), ("List all the causes", True), ("Is it bad?", False)],
)
def test_headings_answer_for_a_section_only_where_what_it_lists_is_asked_for(question: str, overview: bool) -> None:
    article = parse(
        "# Ankles\n\n## What causes pain?\n\n### Hills\n\nSteep.\n\n### Shoes\n\nOld.\n\n### Cold\n\nStiff.\n",
        id="ankles",
    )
    nothing, evidence = np.zeros(0, dtype=np.float32), Evidence(**dict.fromkeys(Evidence.__slots__, 0.0))
    stems = PassageStems(frozenset(), ())
    hits = [Hit(row, p, evidence, nothing, nothing, nothing, stems) for row, p in enumerate(passages(article))]
    asked = Question(question, question, question, kinds(question), Query(question, question, ()))
    assert any(hit.passage.role == "outline" for hit in suited(asked, hits)) is overview
