"""The curve of risk against coverage: measured when an index is built, kept with it, told by `index status`."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from bot.answering.model import Weights, shipped
from bot.evaluation.risk import MOST, RiskAttachment, Try, measured, proposals, tries
from bot.risk import NAME, Risk, risk_of
from bot.understanding.question import open_reader
from corpus.markdown import parse
from index.builder import build
from index.store import IndexFolder
from web.cli import footnote

CHAINS = parse(
    "# Chains\n\n## How to oil a chain\n\nWipe the chain first. Then put one drop of oil on each link and wait.\n\n"
    "## When to change a chain\n\nChange the chain after three thousand kilometres, or when a gauge falls in.\n",
    id="chains",
)

shares = st.floats(0, 1, allow_nan=False)
asked = st.lists(st.builds(Try, st.just("why?"), shares, st.booleans(), st.booleans()), max_size=60)


def at_threshold(threshold: float) -> Weights:
    return msgspec.structs.replace(shipped(), threshold=threshold)


@pytest.fixture(scope="module")
def index(encoder_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("risk") / "index"
    build([CHAINS], folder, model=encoder_folder, attachments=(RiskAttachment(),))
    return folder


@given(asked, shares)
def test_the_curve_covers_more_as_its_threshold_falls_and_ends_with_everything(asked: list[Try], at: float) -> None:
    curve = measured(asked, [], at_threshold(at)).curve
    assert [p.coverage for p in curve] == sorted(p.coverage for p in curve)
    assert [p.threshold for p in curve] == sorted((p.threshold for p in curve), reverse=True)
    assert not asked or curve[-1].coverage == 1.0


@given(asked, shares)
def test_a_heading_is_missed_exactly_when_it_is_not_answered_from_its_own_section(asked: list[Try], at: float) -> None:
    found = measured(asked, [], at_threshold(at))
    there = [one for one in asked if not one.left_out]
    missed = sum(one.probability < at or not one.right for one in there)
    assert len(found.missed) == min(20, missed)
    assert found.asked == len(there)


def test_each_heading_is_asked_with_its_section_and_without_it(index: Path) -> None:
    generation = IndexFolder(index).current()
    found = tries(proposals(generation), generation, open_reader(generation), shipped())
    assert [(one.question, one.left_out) for one in found] == [
        ("How do I oil a chain?", False),
        ("How do I oil a chain?", True),
        ("When should I change a chain?", False),
        ("When should I change a chain?", True),
    ]
    assert not any(one.right for one in found if one.left_out)
    assert MOST >= 100


def test_a_generation_keeps_its_curve_with_the_threshold_it_stands_for(index: Path) -> None:
    found = risk_of(IndexFolder(index).current())
    assert found is not None
    assert (found.asked, found.threshold) == (2, shipped().threshold)


def test_the_same_articles_are_not_asked_again(index: Path) -> None:
    generation = IndexFolder(index).current()
    assert RiskAttachment().key(generation) == RiskAttachment().key(IndexFolder(index).current())


def test_status_says_how_the_headings_fared_and_names_those_that_were_missed(index: Path) -> None:
    said = CliRunner().invoke(footnote, ["index", "status", "--index", str(index)])
    found = risk_of(IndexFolder(index).current())
    assert found is not None
    assert "headings    2 asked as questions" in said.output
    assert said.output.count("missed      ") == len(found.missed)


def test_an_index_of_another_version_has_no_curve(
    index: Path, encoder_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build([CHAINS], tmp_path / "plain", model=encoder_folder)
    assert risk_of(IndexFolder(tmp_path / "plain").current()) is None
    generation = IndexFolder(index).current()
    monkeypatch.setattr(generation, "attachment", {NAME: b'{"format": 0}'}.get)
    assert risk_of(generation) is None


def test_what_is_kept_can_be_read_again(index: Path) -> None:
    data = IndexFolder(index).current().attachment(NAME)
    assert data is not None
    assert msgspec.json.decode(data, type=Risk).curve[-1].coverage == 1.0
