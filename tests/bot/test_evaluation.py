"""Question files, marks, measures, drafts and the report."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.evaluation import measures, plot
from bot.evaluation.measures import Share, calibration, curve, separation, share
from bot.evaluation.propose import propose
from bot.evaluation.questions import Case, QuestionFileError, Turn, load
from bot.evaluation.run import Trial
from bot.evaluation.score import Mark, figures, mark, mentions
from bot.reply import Citation, Reply, Sentence
from corpus.markdown import parse
from tests.bot.articles import articles

PAGE = "Oil the chain after rain. Two drops are enough."
Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def make(*lines: object, name: str = "questions.jsonl") -> Path:
        path = tmp_path / name
        path.write_text(
            "".join((line if isinstance(line, str) else json.dumps(line)) + "\n" for line in lines), encoding="utf-8"
        )
        return path

    return make


def test_what_a_line_is_follows_from_its_fields(write: Write) -> None:
    cases = load(
        [
            write(
                {"id": "s", "question": "Oil?", "style": "terse", "gold": ["Oil the chain"], "must_mention": [["oil"]]},
                {"id": "u", "question": "Price?", "kind": "near", "why": "no price"},
                {"id": "d", "turns": [{"user": "Oil?", "expect": "answer", "gold": ["Oil the chain"]}]},
                {"id": "l", "question": "All?", "must_mention": [["oil"], ["rain"]], "min_items": 2},
            )
        ]
    )
    assert [(case.group, case.label) for case in cases] == [
        ("single", "terse"),
        ("unanswerable", "near"),
        ("dialogue", "dialogue"),
        ("list", "list"),
    ]


def test_a_folder_stands_for_its_files_in_the_order_of_their_names(write: Write, tmp_path: Path) -> None:
    write({"id": "b", "question": "b?"}, name="b.jsonl")
    write({"id": "a", "question": "a?"}, name="a.jsonl")
    assert [case.id for case in load([tmp_path])] == ["a", "b"]


def test_a_question_may_hold_any_line_separator_of_unicode(write: Write) -> None:
    assert load([write('{"id": "a", "question": "one\u2028two?"}')])[0].turns[0].user == "one\u2028two?"


def test_the_parts_are_about_two_thirds_and_one_third_and_together_all(write: Write) -> None:
    path = write(*({"id": f"q{number}", "question": "?"} for number in range(300)))
    tuned, aside = load([path], "tuned"), load([path], "aside")
    assert len(tuned) + len(aside) == 300
    assert 70 <= len(aside) <= 130
    assert not {case.id for case in tuned} & {case.id for case in aside}


@pytest.mark.parametrize(
    "line",
    [
        "not json",
        "[]",
        {"question": "no id?"},
        {"id": " ", "question": "blank id?"},
        {"id": "a"},
        {"id": "a", "question": " "},
        {"id": "a", "question": "x?", "unknown": 1},
        {"id": "a", "question": "x?", "gold": "text"},
        {"id": "a", "question": "x?", "gold": [""]},
        {"id": "a", "question": "x?", "gold": ["g"], "must_mention": [[]]},
        {"id": "a", "question": "x?", "gold": ["g"], "must_mention": [[""]]},
        {"id": "a", "turns": [{"user": "x?", "expect": "maybe"}]},
        {"id": "a", "turns": [{"user": "x?", "expect": "abstain", "gold": ["g"]}]},
        {"id": "a", "turns": [{"user": "", "expect": "abstain"}]},
    ],
)
def test_a_bad_line_is_named_with_its_file_and_number(write: Write, line: object) -> None:
    with pytest.raises(QuestionFileError, match=r"questions\.jsonl, line 2: ") as caught:
        load([write({"id": "fine", "question": "fine?"}, line)])
    assert "\n" not in str(caught.value)


def test_an_id_may_stand_once_only_over_all_files(write: Write) -> None:
    with pytest.raises(QuestionFileError, match="'a'"):
        load([write({"id": "a", "question": "?"}), write({"id": "a", "question": "?"}, name="other.jsonl")])


@pytest.mark.parametrize("content", [b"", b"\n\n", b"\xff\xfe", b'{"id": "\xe9"}'])
def test_a_file_without_questions_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "q.jsonl").write_bytes(content)
    with pytest.raises(QuestionFileError, match=r"q\.jsonl"):
        load([tmp_path / "q.jsonl"])


def test_a_folder_without_files_and_a_file_that_is_not_there_are_refused(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "none.jsonl"):
        with pytest.raises(QuestionFileError):
            load([path])


def _reply(passage: str = PAGE, said: str = "Oil the chain after rain.") -> Reply:
    citation = Citation(1, "bike", "v", "Bike", None, "", said, passage, 0, len(said))
    return Reply("answer", f"{said} [1]", (Sentence(said, 1),), (citation,), confidence=0.9)


def _marked(reply: Reply, turn: Turn, group: str = "single", least: int = 0) -> Mark:
    case = Case("x", group, "plain", (turn,), least)  # type: ignore[arg-type]
    return mark(case, 0, turn, reply, lambda _: PAGE)


ASKED = Turn("When do I oil it?", "answer", ("oil the  CHAIN after",), (("rain",),))


def test_an_answer_from_the_right_passage_that_says_the_words_is_right() -> None:
    marked = _marked(_reply(), ASKED)
    assert (marked.right, marked.cited, marked.first, marked.verbatim) == (True, True, True, True)


def test_an_answer_from_another_passage_is_wrong() -> None:
    marked = _marked(_reply(passage="Two drops are enough."), ASKED)
    assert (marked.right, marked.cited) == (False, False)


def test_an_answer_that_does_not_say_the_words_is_wrong() -> None:
    assert not _marked(_reply(said="Two drops are enough."), ASKED).right


def test_a_footnote_mark_says_no_number() -> None:
    turn = Turn("How many?", "answer", (), (("1",),))
    assert _marked(_reply(), turn).said == 0.0


def test_an_abstention_is_right_where_nothing_answers() -> None:
    silent = Reply("abstain", "I do not know.", reason="not_covered")
    assert _marked(silent, Turn("Price?", "abstain"), "unanswerable").right
    assert not _marked(silent, ASKED).right


def test_an_answer_is_wrong_where_nothing_answers() -> None:
    assert not _marked(_reply(), Turn("Price?", "abstain"), "unanswerable").right


def test_a_list_needs_so_many_items() -> None:
    turn = Turn("All?", "answer", (), (("oil",), ("rain",), ("wax",)))
    assert _marked(_reply(), turn, "list", 2).right
    assert not _marked(_reply(), turn, "list", 3).right


def test_a_sentence_that_stands_in_no_article_is_not_verbatim() -> None:
    assert not _marked(_reply(said="Oil the brakes."), ASKED).verbatim


@pytest.mark.parametrize(
    ("text", "word", "found"),
    [
        ("two ligaments", "ligament", True),
        ("good advice", "ice", False),
        ("ICE it", "ice", True),
        ("15-20", "20", True),
    ],
)
def test_a_word_counts_where_it_begins_at_a_word_boundary(text: str, word: str, found: bool) -> None:
    assert mentions(text, word) is found


def test_a_group_without_questions_has_no_figure() -> None:
    assert set(figures([_marked(_reply(), Turn("Price?", "abstain"), "unanswerable")])) == {
        "verbatim",
        "declined_plain",
    }


@given(st.integers(0, 200), st.integers(0, 200))
def test_an_interval_holds_its_share(right: int, wrong: int) -> None:
    found = Share("x", right, right + wrong)
    low, high = found.interval
    assert 0.0 <= low <= found.value + 1e-9 or not found.of
    assert found.value - 1e-9 <= high <= 1.0


def test_confidence_that_is_always_met_has_no_error() -> None:
    assert calibration([(1.0, True)] * 5 + [(0.0, False)] * 5).error == pytest.approx(0.0)


def test_confidence_that_is_never_met_has_the_whole_error() -> None:
    assert calibration([(1.0, False), (0.0, True)]).error == pytest.approx(1.0)


def test_true_confidences_show_an_error_by_chance_that_shrinks_with_the_questions() -> None:
    assert calibration([(0.5, True)]).chance == pytest.approx(0.5)
    assert calibration([(0.5, True), (0.5, False)]).chance == pytest.approx(0.25)
    assert calibration([(1.0, True), (0.0, False)]).chance == pytest.approx(0.0)
    assert calibration([(0.5, True)] * 400).chance < 0.03


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), max_size=60))
def test_every_question_stands_in_one_bin(pairs: list[tuple[float, bool]]) -> None:
    found = calibration(pairs)
    assert sum(b.of for b in found.bins) == found.of == len(pairs)
    assert 0.0 <= found.error <= 1.0


def _trial(confidence: float | None, right: bool, answerable: bool = True) -> Trial:
    turn = Turn("?", "answer" if answerable else "abstain")
    return Trial(Case("x", "single" if answerable else "unanswerable", "", (turn,)), confidence, right)


def test_the_curve_has_a_point_for_each_confidence() -> None:
    points = curve([_trial(0.9, True), _trial(0.5, False, answerable=False), _trial(None, False)])
    assert [(p.threshold, p.risk, p.answered, p.declined) for p in points] == [
        (0.9, 0.0, 0.5, 1.0),
        (0.5, 0.5, 0.5, 0.0),
    ]
    assert points[-1].coverage == pytest.approx(2 / 3)


def test_separation_is_one_where_every_covered_question_is_surer() -> None:
    assert separation([_trial(0.9, True), _trial(0.2, False, answerable=False)]) == 1.0
    assert separation([_trial(0.4, True), _trial(0.4, False, answerable=False)]) == 0.5


def test_separation_needs_both_kinds() -> None:
    assert separation([_trial(0.9, True)]) is None
    assert curve([]) == []


def test_a_heading_that_makes_no_question_is_left_out_of_a_draft() -> None:
    article = parse("# Bikes\n\n## Summary\n\nOil the chain after every ride in the rain.", id="bikes")
    assert list(propose([article])) == []


def test_a_draft_is_a_question_file(write: Write) -> None:
    below = ["Oil the chain after every ride in the rain.", "Use a thin oil that does not drip."]
    article = parse(f"# Bikes\n\n## Oil\n\n{below[0]}\n\n## Oil\n\n{below[1]}", id="bikes")
    rows = [proposal.as_dict() for proposal in propose([article])]
    assert [row["gold"] for row in rows] == [[text] for text in below]
    assert [case.group for case in load([write(*rows)])] == ["single", "single"]


@given(articles)
def test_a_drafted_gold_stands_in_one_line_of_its_article(article: object) -> None:
    for proposal in propose([article]):  # type: ignore[list-item]
        assert any(proposal.gold in line for line in article.text.split("\n"))  # type: ignore[attr-defined]
        assert 25 <= len(proposal.gold) <= 140


class _Elements(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def test_a_plot_escapes_names() -> None:
    drawn = plot.bars("<title>", "&", [share("<script>alert(1)</script>", [True])])
    elements = _Elements()
    elements.feed(drawn)
    assert "script" not in [tag for tag, _ in elements.found]


def test_a_plot_says_what_it_shows() -> None:
    drawn = plot.reliability(plot.Frame("Calibration", "What it shows.", "x", "y"), calibration([(0.5, True)]).bins)
    assert "<title>Calibration</title><desc>What it shows.</desc>" in drawn


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=1, max_size=20))
def test_a_curve_stays_inside_its_frame(points: list[tuple[float, float]]) -> None:
    drawn = plot.curves(plot.Frame("t", "d", "x", "y"), [plot.Line("risk", points)])
    drawn_points = re.search(r'points="([^"]+)"', drawn)
    assert drawn_points
    for pair in drawn_points[1].split():
        x, y = map(float, pair.split(","))
        assert 0 <= x <= 460
        assert 0 <= y <= 300


def test_hit_places_are_those_that_are_documented() -> None:
    page = (Path(__file__).resolve().parents[2] / "docs" / "evaluation.md").read_text(encoding="utf-8")
    assert "`hit@k`" in page
    assert measures.HITS_AT == (1, 3, 5, 10)


def test_marks_can_be_written_as_json() -> None:
    assert msgspec.json.decode(msgspec.json.encode(_reply().as_dict()))["kind"] == "answer"
