"""What editors can do about the questions that were asked and not covered: a report from what an owner had kept.

Questions that mean about the same stand together, the most asked first, each with the passage that comes nearest; red
flags are counted by concept, and feedback by article. Made on request by `footnote gaps`; a running service never
imports it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import jinja2
import numpy as np
from numpy.typing import NDArray

from corpus.errors import FootnoteError
from index.generation import Generation
from index.store import IndexFolder
from index.words import analyse
from web.kept import Kept, KeptFeedback, KeptFlag, KeptQuestion

Floats = NDArray[np.float32]

_TOGETHER = 0.6
"""Cosine between a question and the middle of a group, at least. Of the pairs in tests/questions/single.jsonl
that share a gold 0.25 reach it, of those that do not 0.007: two groups about one thing do less harm than one about two.
"""

_EXAMPLES = 5


@dataclass(frozen=True, slots=True)
class Nearest:
    """The passage that comes nearest to a question that the articles do not cover."""

    article_id: str
    title: str
    section: str


@dataclass(frozen=True, slots=True)
class Gap:
    """Questions that mean about the same; `question` is the one in the middle of them."""

    question: str
    count: int
    first_day: str
    last_day: str
    reasons: dict[str, int]
    examples: tuple[str, ...]
    nearest: Nearest | None


@dataclass(frozen=True, slots=True)
class Flags:
    """How often a concept was found, over all days."""

    tier: str
    concept: str
    count: int


@dataclass(frozen=True, slots=True)
class Opinions:
    """Feedback in numbers: by kind of reply and reason, by article, and the questions of answers that did not help."""

    helpful: int
    not_helpful: int
    reasons: dict[str, int]
    not_helpful_articles: dict[str, int]
    not_helpful_questions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that was kept, as editors read it; `made` is ISO 8601, `days` how long things are kept."""

    made: str
    days: int
    questions: int
    gaps: tuple[Gap, ...]
    red_flags: tuple[Flags, ...]
    feedback: Opinions


def report(kept: Kept, days: int, index_folder: Path) -> Report:
    """The report on what is kept now; without an index questions are grouped by their words. Raises KeptFault."""
    kept.purge()
    generation = _generation(index_folder)
    questions = kept.questions()
    return Report(
        made=datetime.now(UTC).isoformat(timespec="seconds"),
        days=days,
        questions=len(questions),
        gaps=tuple(_gaps(questions, generation)),
        red_flags=tuple(_flags(kept.red_flags())),
        feedback=_opinions(kept.feedback()),
    )


def page(made: Report) -> str:
    """The report as one HTML file that needs no other."""
    templates = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return templates.get_template("gaps.jinja").render(report=made)


def _generation(folder: Path) -> Generation | None:
    try:
        return IndexFolder(folder).current().load()
    except (FootnoteError, ImportError):
        return None


def _gaps(questions: Sequence[KeptQuestion], generation: Generation | None) -> list[Gap]:
    texts = sorted({question.text for question in questions})
    if not texts:
        return []
    vectors = generation.encoder.encode(texts) if generation is not None else _by_words(texts)
    asked: dict[str, list[KeptQuestion]] = {text: [] for text in texts}
    for question in questions:
        asked[question.text].append(question)
    groups = [
        _gap(members, texts, vectors, asked, generation)
        for members in grouped(vectors, [len(asked[text]) for text in texts])
    ]
    return sorted(groups, key=lambda gap: (-gap.count, gap.question))


def grouped(vectors: Floats, counts: Sequence[int]) -> list[list[int]]:
    """Rows that belong together, most asked first: each joins the nearest group that is near enough, or opens one."""
    groups: list[list[int]] = []
    sums: list[Floats] = []
    for row in sorted(range(len(vectors)), key=lambda row: (-counts[row], row)):
        near = [float(vectors[row] @ total) / (float(np.linalg.norm(total)) or 1.0) for total in sums]
        best = int(np.argmax(near)) if near else -1
        if best >= 0 and near[best] >= _TOGETHER:
            groups[best].append(row)
            sums[best] = sums[best] + vectors[row] * counts[row]
        else:
            groups.append([row])
            sums.append(vectors[row] * counts[row])
    return groups


def _gap(
    members: Sequence[int],
    texts: Sequence[str],
    vectors: Floats,
    by_text: Mapping[str, Sequence[KeptQuestion]],
    generation: Generation | None,
) -> Gap:
    asked = [question for row in members for question in by_text[texts[row]]]
    middle = vectors[list(members)].sum(axis=0)
    central = max(members, key=lambda row: (float(vectors[row] @ middle), -row))
    examples = [texts[row] for row in members if row != central]
    return Gap(
        question=texts[central],
        count=len(asked),
        first_day=min(question.day for question in asked),
        last_day=max(question.day for question in asked),
        reasons=dict(Counter(question.reason for question in asked)),
        examples=tuple(examples[:_EXAMPLES]),
        nearest=_nearest(vectors[central], generation),
    )


def _nearest(vector: Floats, generation: Generation | None) -> Nearest | None:
    if generation is None or not len(generation.passages):
        return None
    rows, _ = generation.dense.search(vector, 1)
    passage = generation.passages[int(rows[0])]
    return Nearest(passage.article_id, passage.title, " > ".join(passage.section))


def _by_words(texts: Sequence[str]) -> Floats:
    """Each text as the set of its stems, length 1: what is left to group by without an encoder."""
    stems = [set(analyse(text)) for text in texts]
    columns = {stem: place for place, stem in enumerate(sorted(set().union(*stems)))}
    vectors = np.zeros((len(texts), max(1, len(columns))), dtype=np.float32)
    for row, held in enumerate(stems):
        for stem in held:
            vectors[row, columns[stem]] = 1.0 / len(held) ** 0.5
    return vectors


def _flags(flags: Sequence[KeptFlag]) -> list[Flags]:
    counts: Counter[tuple[str, str]] = Counter()
    for flag in flags:
        counts[flag.tier, flag.concept] += flag.count
    return [Flags(tier, concept, count) for (tier, concept), count in counts.most_common()]


def _opinions(feedback: Sequence[KeptFeedback]) -> Opinions:
    unhelpful = [each for each in feedback if each.helpful is False]
    return Opinions(
        helpful=sum(each.helpful is True for each in feedback),
        not_helpful=len(unhelpful),
        reasons=dict(Counter(each.reason for each in unhelpful if each.reason).most_common()),
        not_helpful_articles=dict(Counter(article for each in unhelpful for article in each.articles).most_common()),
        not_helpful_questions=tuple(sorted({each.question for each in unhelpful if each.question})),
    )
