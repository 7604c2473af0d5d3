"""The page on speed: what its models, verdicts and plots say of given measurements."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.growth import Model, crossing, fitted, grown, kind_of, recall, summary, unit
from benchmarks.precision import Compared
from benchmarks.precision import summary as precision_summary
from bot.evaluation.plot import Axis
from docs.generate import IMAGES
from docs.performance import PAGE, images, page
from docs.plots import decades, steps
from index.export import Precision
from index.vectors import write_dense

_RECORD = {
    "measured": "2026-11-22T03:00:00+00:00",
    "commit": "abcdef0123",
    "changed": False,
    "machine": {"cores": 2, "processor": "one", "load": 0.5},
}


def test_the_page_and_its_plots_are_fresh() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run `make docs`"
    kept = {path.name: path.read_text(encoding="utf-8") for path in IMAGES.glob("performance-*.svg")}
    assert kept == images(), "run `make docs`"


@given(fixed=st.floats(0.01, 10), each=st.floats(1e-6, 1e-2))
def test_a_cost_that_follows_the_model_gives_it_back(fixed: float, each: float) -> None:
    sizes = [100, 1_000, 10_000, 1_000_000]
    found = fitted(sizes, [fixed + each * size for size in sizes])
    assert found.fixed == pytest.approx(fixed, rel=1e-3)
    assert found.each == pytest.approx(each, rel=1e-3)
    assert found.off < 1e-3


@given(st.lists(st.tuples(st.integers(1, 10**6), st.just(0.0) | st.floats(1e-6, 1e4)), max_size=12))
def test_no_part_of_a_model_is_below_nothing(known: list[tuple[int, float]]) -> None:
    found = fitted([size for size, _ in known], [cost for _, cost in known])
    assert found.fixed >= 0
    assert found.each >= 0


def test_a_small_site_counts_as_much_as_a_large_one() -> None:
    found = fitted([100, 1_000, 1_000_000], [1.0, 1.1, 200.0])
    assert found.at(100) == pytest.approx(1.0, rel=0.1)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (Model(0.0, 2.0), Model(10.0, 1.0), 10.0),
        (Model(5.0, 2.0), Model(1.0, 1.0), 0.0),
        (Model(1.0, 1.0), Model(1.0, 1.0), None),
        (Model(1.0, 1.0), Model(0.0, 2.0), 0.0),
        (Model(1.0, 1.0), Model(0.5, 1.0), 0.0),
    ],
)
def test_models_cross_where_they_cost_the_same(before: Model, after: Model, expected: float | None) -> None:
    assert crossing(before, after) == expected


def test_what_a_build_chose_is_read_from_the_bytes() -> None:
    vectors = unit(np.random.default_rng(0).normal(size=(700, 16)))
    assert kind_of(write_dense(vectors)) == "exact"
    assert kind_of(write_dense(vectors, approximate_from=700)) == "approximate"


def test_recall_is_the_mean_share_of_what_was_to_be_found() -> None:
    assert recall([[1, 2], [3, 9]], [[2, 1], [3, 4]]) == 0.75


def test_variants_stand_behind_the_known_and_near_them() -> None:
    known = unit(np.random.default_rng(1).normal(size=(40, 16)))
    made = grown(known, 120, np.random.default_rng(2))
    assert np.array_equal(made[:40], known)
    assert np.allclose(np.linalg.norm(made, axis=1), 1, atol=1e-5)
    assert ((made[40:] @ known.T).max(axis=1) > 0.5).all()
    assert np.array_equal(grown(known, 120, np.random.default_rng(2)), made)
    assert np.array_equal(grown(known[:10], 10, np.random.default_rng(2)), known[:10])


def _size(passages: int, exact: float, approximate: float | None) -> dict[str, Any]:
    def of(cost: float, found: float) -> dict[str, float]:
        times = {"p50_ms": cost, "p99_ms": 2 * cost, "encoding_p50_ms": 2.0, "p50_of_encoding": cost / 2}
        return {"build_seconds": cost, "resident_mb": passages / 600, "recall_at_50": found, **times}

    kinds = {"exact": of(exact, 1.0)} | ({"approximate": of(approximate, 0.995)} if approximate else {})
    chosen = "exact" if passages < 10_000 else "approximate"
    near = {"nearest_cosine": 0.7, "fiftieth_cosine": 0.5}
    return {"passages": passages, "real": min(passages, 5_000), "chosen": chosen, **near, **kinds}


@pytest.fixture
def results(tmp_path: Path) -> Path:
    sizes = [_size(100, 0.11, None), _size(1_000, 0.2, 0.301), _size(100_000, 10.1, 0.4)]
    _keep(tmp_path, "growth", summary(sizes, 5_000))
    return tmp_path


def _keep(folder: Path, name: str, figures: dict[str, Any]) -> None:
    (folder / f"{name}.json").write_text(json.dumps({**_RECORD, "name": name, "figures": figures}))


def _overloaded(folder: Path, p50: float | None, p99: float | None) -> str:
    line = {"workers": 1, "visitors": 64, "accepted_per_second": 10.0, "encoder_per_second": 20.0, "memory_mb": 250}
    times = {"share_of_encoder": 0.5, "p50_ms": 1.0, "p99_ms": 2.0, "minimum_ms": 1.0}
    ended = {"errors": 0, "statuses": {"200": 9}}
    over = {"visitors": 680, "statuses": {"503": 1}, "accepted_per_second": 1.0, "accepted_share_of_capacity": 0.1}
    refused = {"broken_connections": 0, "refused_with_retry_after": 1.0, "full_queue_ms": 3_000.0}
    waited = {"accepted_p50_ms": p50, "accepted_p99_ms": p99}
    _keep(folder, "load", {"footnote": [line | times | ended], "overload": over | refused | waited, "txtai": []})
    return page(folder)


def test_overload_says_how_long_the_extra_visitors_waited(tmp_path: Path) -> None:
    assert "were accepted waited 1,200 ms (p50) and 3,400 ms (p99). A full queue" in _overloaded(tmp_path, 1_200, 3_400)


def test_overload_says_that_no_extra_visitor_was_answered(tmp_path: Path) -> None:
    assert "None of the four extra visitors got an answer in that time. A full" in _overloaded(tmp_path, None, None)


def test_growth_says_where_the_models_cross_and_what_is_chosen(results: Path) -> None:
    figures = json.loads((results / "growth.json").read_text())["figures"]
    assert figures["crossing_passages"] == pytest.approx(2_020, rel=0.01)
    assert figures["smallest_recall_at_50"] == 0.995
    text = page(results)
    assert "answers faster from 2,0" in text
    assert "| recall@50 of what a build chooses, the worst size | ≥ 0.99 | 0.995 | met |" in text


def test_a_plot_is_the_same_each_time_and_fetches_nothing(results: Path) -> None:
    drawn = images(results)
    assert drawn == images(results)
    assert len(drawn) == 3
    for name, text in drawn.items():
        tree = ElementTree.fromstring(text)
        assert f"images/{name}" in page(results)
        assert len(text) < 20_000
        assert not re.findall(r"url\(|href|@import|script", text)
        assert "prefers-color-scheme: dark" in text
        assert {element.tag.rpartition("}")[2] for element in tree} >= {"title", "desc", "polyline", "circle", "text"}


def test_every_point_of_a_plot_lies_within_it(results: Path) -> None:
    for text in images(results).values():
        box = re.search(r'viewBox="0 0 (\d+) (\d+)"', text)
        assert box
        places = re.findall(r'<circle[^>]*cx="([\d.-]+)" cy="([\d.-]+)"', text)
        places += [pair.split(",") for line in re.findall(r'points="([^"]+)"', text) for pair in line.split()]
        for x, y in places:
            assert 0 <= float(x) <= int(box[1])
            assert 0 <= float(y) <= int(box[2])


def test_without_growth_there_is_no_plot(tmp_path: Path) -> None:
    assert images(tmp_path) == {}


def test_decades_are_equally_far_apart() -> None:
    axis = Axis(0.01, 1_000, decades=True)
    assert [text for _, text in axis.ticks()] == ["0.01", "0.1", "1", "10", "100", "1,000"]
    assert [axis.place(value) for value, _ in axis.ticks()] == pytest.approx([0, 0.2, 0.4, 0.6, 0.8, 1])
    assert Axis().place(0.25) == 0.25


@given(st.lists(st.floats(1e-4, 1e7), min_size=1, max_size=9))
def test_an_axis_of_decades_holds_its_values(values: list[float]) -> None:
    axis = decades(values)
    assert all(-1e-6 <= axis.place(value) <= 1 for value in values)


def test_steps_go_from_the_first_to_the_last() -> None:
    assert steps(1, 100, 3) == pytest.approx([1, 10, 100])


def _compared(int8: float) -> Compared:
    pairs: dict[tuple[Precision, Precision], float] = {("fp32", "fp32"): 0.5, ("fp32", "int8"): 0.4}
    pairs |= {("int8", "fp32"): 0.4, ("int8", "int8"): int8}
    return Compared(10, 5, pairs, {"fp32": 1.0, "int8": 3.0})


@pytest.mark.parametrize(("int8", "lost", "verdict"), [(0.499, "0.002", "met"), (0.45, "0.1", "**missed**")])
def test_precision_counts_the_worse_of_both_sets(tmp_path: Path, int8: float, lost: str, verdict: str) -> None:
    right = dict.fromkeys(("single_right", "follow_ups_right", "lists_right"), 0.8)
    sets = {"one": _compared(0.51), "two": _compared(int8)}
    _keep(tmp_path, "precision", precision_summary(sets, {"fp32": right, "int8": right}))
    text = page(tmp_path)
    assert f"| nDCG@10 that int8 loses of fp32, the worse of two public sets | ≤ 0.01 | {lost} | {verdict} |" in text
    assert "| right answers on the seeds that int8 loses of fp32 | ≤ 0.01 | 0 | met |" in text
    assert "## int8 against fp32" in text
