"""Learns what ranks candidates and what says whether they answer, and writes `bot/answering/weights.json`.

    python -m benchmarks.learn --set INDEX QUESTIONS [--set ...] [--hard INDEX QUESTIONS ...]
        [--site INDEX QUESTIONS ...] --public FOLDER [--write]

Each set is an index folder and a folder of questions for its articles (docs/evaluation.md). Cases whose id hashes into
the third that is set aside are never read. Ranking is listwise: the softmax over a question's candidates puts its gold
passages first. Answering is a logistic regression and a forest of extremely randomised trees, with
leave-the-passage-out: every answerable question is shown again with its gold passages taken out, labelled as not
answerable. Prints figures with one set left out and with folds left out, so
that what is reported was not trained on. A site (benchmarks/learn_sites.py) teaches what it means that the articles do
not have the subject of a question, and counts in no figure; with `--subject` that alone is learned and all other
weights are kept. A hard set (`--hard`) teaches ranking and answering as a set does, sets neither threshold nor curve,
and is not left out in turn: these are for what visitors ask.
`--wordless` learns for the service without an encoder, to answer only when sure, and writes `weights_wordless.json`.
Follow-ups are read with the weights shipped so far: run it twice. Sets that taught the encoder too
(benchmarks/learn_encoder.py) look better by it than they are; indexed by the encoder of the other half, they taught to
answer more of what is on other subjects, so all are learned from with the encoder that is shipped.
Deterministic; scipy and scikit-learn come with sentence-transformers (extra `build`).
"""

from __future__ import annotations

import argparse
import hashlib
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from benchmarks.learn_importance import lines
from bot.answering import features
from bot.answering.compose import compose
from bot.answering.forest import Forest, PackedForest, opened
from bot.answering.model import Linear, Platt, Subject, Weights, score, shipped
from bot.evaluation.measures import calibration
from bot.evaluation.questions import load
from bot.evaluation.score import mentions, squeeze
from bot.retrieval import suited
from bot.turn import Thinker
from bot.understanding.followup import Resolver
from bot.understanding.past import Past
from bot.understanding.question import Question, Reader, open_reader
from bot.understanding.smalltalk import is_instruction, smalltalk
from index.search import Found, Hit, Searcher
from index.store import IndexFolder

Array = NDArray[np.float64]

KEPT = 0.98
"""Share of the answerable questions that must still be answered; so that 0.95 are on questions not seen."""

KEPT_LATER = 0.985
"""As KEPT, for follow-ups: what came before has shown already that the site is the right place to ask."""

KEPT_WORDLESS = 0.75
"""As KEPT, for a search without an encoder: it then declines 0.95 of the questions near the subject and all on other
subjects, held out in ten folds, about as the search with one does; more answers would be wrong more often."""

_SITES = frozenset({"named", "left out"})
"""Samples of sites, by whether an article is about their subject: too alike in wording to learn ranking from."""

_EXTRA = frozenset({"heading", "overview", "elsewhere", "follow-up answer", "follow-up abstain"}) | _SITES
"""Samples that are learned from and not counted in the figures of single questions."""

_OTHER_TOPICS = frozenset({"far", "adversarial"})
"""Weighed threefold: they are few, and an answer to one of them is the worst of answers."""

_SUBJECT_DEPTH, _SUBJECT_LEFT_OUT = 10, 0.6
"""Of the trees of `learn_subject`; and the weight of all that is left out beside all that is there."""

_SUBJECT_LOST = (0.003, 0.05)
"""Share of the answerable questions of all sets that are declined because the articles seem not to have their subject,
held out in ten folds: on any site, and at most on one that shows at its build that more is needed
(bot/evaluation/foreign.py). Of the subjects left out of sites, each by trees learned on the others, a third and two
thirds are declined so, and nothing of what those sites have."""

_OF_A_SITE = 150
"""Samples of a site on each side, at most: as many as one question set brings."""

_FOLDS = 10

_SITE_WEIGHT = 0.3
"""Of a question made by a template, against one that a person could ask."""

_ELSEWHERE, _ELSEWHERE_HARD = 300, 100
"""Questions asked of other corpora that each set, and each hard set, is shown with. With 300 instead of 60 the sets
left out decline .97 and .96 of others of their kind (.92 and .93), and tell what is near their subject as well as
before; 600, or a larger weight, cost answers. Trials that no command repeats, with
the encoder before it was adapted."""

_TREES, _DEPTH, _LEAF = 100, 8, 6
"""Of the forest: more, deeper or finer trees separated no better on sets left out of learning (tried: 60 to 400 trees,
leaves of 4 to 10 samples, depth 8 or unbounded)."""


@dataclass
class Sample:
    """One question with its candidates' features, which of them are gold, and the searcher that found them."""

    source: str
    label: str
    question: Question
    found: Found
    hits: list[Hit]
    table: Array
    gold: NDArray[np.bool_]
    searcher: Searcher
    answerable: bool = True
    hard: bool = False
    weight: float = 1.0
    wanted: tuple[tuple[str, ...], ...] = ()
    _measured: dict[tuple[int, ...], list[float]] = field(default_factory=dict)

    def measured(self, order: Sequence[tuple[Hit, float]]) -> list[float]:
        """The ANSWERING features with its candidates in this order; remembered, as they rest on the first three alone
        and most folds rank these alike."""
        first = tuple(hit.row for hit, _ in order[:3])
        if first not in self._measured:
            self._measured[first] = features.result(self.question, order, self.found, self.searcher)
        return self._measured[first]


def samples(
    index: Path, questions: Path, public: Path | None = None, *, elsewhere: int = 100, wordless: bool = False
) -> list[Sample]:
    """Every single question of a set that is not set aside, searched; and so many asked of other corpora."""
    generation = IndexFolder(index).current(wordless=wordless)
    searcher = Searcher(generation)
    reader = open_reader(generation)
    resolver = Resolver(searcher.rarity)
    result = []
    for case in load([questions], "tuned"):
        turn = case.turns[0]
        if case.group not in ("single", "unanswerable") or smalltalk(turn.user) or is_instruction(turn.user):
            continue
        golds = [squeeze(gold) for gold in turn.gold]
        sample = _sample(reader, resolver, searcher, turn.user, golds)
        if sample:
            sample.source, sample.label, sample.answerable = str(index), case.label, turn.expect == "answer"
            sample.wanted = turn.must_mention
            result.append(sample)
    result += _from_headings(reader, resolver, searcher)
    result += _from_lists(reader, resolver, searcher, questions)
    result += _from_dialogues(reader, resolver, searcher, questions)
    return result + (_from_elsewhere(reader, resolver, searcher, public, elsewhere) if public else [])


def site_samples(index: Path, questions: Path) -> list[Sample]:
    """Questions on subjects in a site and on subjects left out of it, as many of both."""
    generation = IndexFolder(index).current()
    searcher = Searcher(generation)
    reader = open_reader(generation)
    resolver = Resolver(searcher.rarity)
    groups: dict[bool, list[Sample]] = {True: [], False: []}
    cases = load([questions], "tuned")
    random.Random(7).shuffle(cases)
    for case in cases:
        turn = case.turns[0]
        group = groups[turn.expect == "answer"]
        if len(group) == _OF_A_SITE:
            continue
        sample = _sample(reader, resolver, searcher, turn.user, [squeeze(gold) for gold in turn.gold])
        if sample and (sample.gold.any() or not turn.gold):
            sample.source, sample.answerable, sample.weight = str(index), turn.expect == "answer", _SITE_WEIGHT
            sample.label = "named" if sample.answerable else "left out"
            group.append(sample)
    return groups[True] + groups[False]


def _sample(reader: Reader, resolver: Resolver, searcher: Searcher, text: str, golds: Sequence[str]) -> Sample | None:
    reading = resolver.readings(reader.spelt(text)[0], ())[0]
    question = reader.read(text, reading.text, reading.inherited)
    return _searched(question, searcher, golds)


def _searched(question: Question, searcher: Searcher, golds: Sequence[str]) -> Sample | None:
    found = searcher.search(question.query) if question.query.terms else None
    hits = suited(question, found.hits) if found else []
    if found is None or not hits:
        return None
    gold = np.array([any(g in squeeze(hit.passage.text) for g in golds) for hit in hits])
    table = np.array([features.candidate(question, hit) for hit in hits])
    return Sample("", "", question, found, hits, table, gold, searcher)


def _from_dialogues(reader: Reader, resolver: Resolver, searcher: Searcher, questions: Path) -> list[Sample]:
    """Follow-up turns, each read as the shipped model reads it after the turns before."""
    thinker = Thinker(reader, searcher, shipped(wordless=searcher.generation.encoder.blind))
    result: list[Sample] = []
    for case in load([questions], "tuned"):
        past: tuple[Past, ...] = ()
        for turn in case.turns if case.group == "dialogue" else ():
            thought = thinker.turn(turn.user, past)
            if past and len(thought.parts) == 1:
                question = thought.parts[0].question
                sample = _searched(question, searcher, [squeeze(gold) for gold in turn.gold])
                if sample and (turn.expect == "abstain" or sample.gold.any()):
                    sample.label, sample.answerable = f"follow-up {turn.expect}", turn.expect == "answer"
                    result.append(sample)
            past = thought.past
    return result


def _from_elsewhere(reader: Reader, resolver: Resolver, searcher: Searcher, public: Path, most: int) -> list[Sample]:
    """Questions that people asked about quite other corpora (MTRAG, CAsT): none of them is answered by this one."""
    asked = [line["rewrite"] for line in lines(public / "mtrag" / "human_queries.jsonl") if line.get("rewrite")]
    asked += [line["manual_rewrite"] for line in lines(public / "treccast" / "cast2019.jsonl")]
    result: list[Sample] = []
    for text in random.Random(7).sample(asked, most):
        sample = _sample(reader, resolver, searcher, text[:300], ())
        if sample:
            sample.label, sample.weight, sample.answerable = "elsewhere", 0.2, False
            result.append(sample)
    return result


def _from_lists(reader: Reader, resolver: Resolver, searcher: Searcher, questions: Path) -> list[Sample]:
    """Questions for an overview: gold are the candidates that name most of what must be mentioned."""
    result: list[Sample] = []
    for case in load([questions], "tuned"):
        if case.group != "list":
            continue
        sample = _sample(reader, resolver, searcher, case.turns[0].user, ())
        if sample is None:
            continue
        wanted = case.turns[0].must_mention
        named = [
            sum(any(mentions(" ".join(hit.passage.sentence_texts), word) for word in words) for words in wanted)
            for hit in sample.hits
        ]
        sample.gold = np.array([count >= max(2, 0.75 * max(named)) for count in named])
        sample.label = "overview"
        result.append(sample)
    return result


def _from_headings(reader: Reader, resolver: Resolver, searcher: Searcher) -> list[Sample]:
    """Each heading of the corpus as a question, answered by the passages below it."""
    result: list[Sample] = []
    below: dict[tuple[str, str], list[str]] = {}
    for row in range(len(searcher.generation.passages)):
        passage = searcher.generation.passages[row]
        if passage.section and passage.role == "body":
            below.setdefault((passage.article_id, passage.section[-1]), []).append(squeeze(passage.text))
    for (_, heading), golds in below.items():
        sample = _sample(reader, resolver, searcher, heading, golds)
        if sample:
            sample.label, sample.weight = "heading", 0.3
            result.append(sample)
    return result


def learn_ranking(data: Sequence[Sample], penalty: float = 0.3) -> Linear:
    """Listwise softmax regression with an L2 penalty; features without spread keep weight 0."""
    usable = [s for s in data if s.answerable and s.gold.any() and not s.gold.all() and s.label not in _SITES]
    table, gold = np.vstack([s.table for s in usable]), np.concatenate([s.gold for s in usable])
    counts = np.array([len(s.gold) for s in usable])
    starts, weight = np.cumsum(counts) - counts, np.array([s.weight for s in usable])

    def each(of_question: Array) -> Array:
        return np.repeat(of_question, counts)

    def loss(w: Array) -> tuple[float, Array]:
        scores = table @ w
        p = np.exp(scores - each(np.maximum.reduceat(scores, starts)))
        p /= each(np.add.reduceat(p, starts))
        mass = np.maximum(np.add.reduceat(np.where(gold, p, 0.0), starts), 1e-12)
        wanted = np.where(gold, p / each(mass), 0.0)
        value = penalty * float(w @ w) - float(weight @ np.log(mass))
        return value, 2 * penalty * w - table.T @ (each(weight) * (wanted - p))

    best = minimize(loss, np.zeros(len(features.RANKING)), jac=True, method="L-BFGS-B")
    return Linear(0.0, {name: round(float(v), 4) for name, v in zip(features.RANKING, best.x, strict=True)})


def ranked(sample: Sample, ranking: Linear, *, without_gold: bool = False) -> list[tuple[Hit, float]]:
    """The sample's candidates, best first."""
    scored = [
        (hit, ranking.score(features.RANKING, list(row)))
        for hit, row, gold in zip(sample.hits, sample.table, sample.gold, strict=True)
        if not (without_gold and gold)
    ]
    return sorted(scored, key=lambda pair: (-pair[1], pair[0].row))


def answering_table(data: Sequence[Sample], ranking: Linear) -> tuple[Array, Array, Array]:
    """Features, labels and weights of the answering model, left-out passages included at half weight."""
    rows, labels, weights = [], [], []
    for s in data:
        order = ranked(s, ranking)
        rows.append(s.measured(order))
        labels.append(float(s.answerable))
        weights.append(s.weight * (3.0 if s.label in _OTHER_TOPICS else 1.0))
        if s.answerable and s.gold.any():
            left = ranked(s, ranking, without_gold=True)
            if left:
                rows.append(s.measured(left))
                labels.append(0.0)
                weights.append(0.25 * s.weight)
    return _without_lists(np.array(rows), np.array(labels), np.array(weights))


def learn_answering(data: Sequence[Sample], ranking: Linear, penalty: float = 3.0) -> Linear:
    """Weighted logistic regression with an L2 penalty, on standardised features, weights given on the raw scale."""
    x, y, weight = answering_table([s for s in data if s.label not in _SITES], ranking)
    weight = weight / np.where(y > 0, weight[y > 0].sum(), weight[y == 0].sum()) * len(y) / 2
    mean, spread = x.mean(axis=0), x.std(axis=0) + 1e-9
    z = np.hstack([(x - mean) / spread, np.ones((len(x), 1))])

    def loss(w: Array) -> tuple[float, Array]:
        margin = z @ w
        p = 1 / (1 + np.exp(-margin))
        value = -float((weight * (y * np.log(p + 1e-12) + (1 - y) * np.log(1 - p + 1e-12))).sum())
        slope = z.T @ (weight * (p - y))
        value += penalty * float(w[:-1] @ w[:-1])
        slope[:-1] += 2 * penalty * w[:-1]
        return value, slope

    # A name that the articles do not have never makes an answer more probable, whatever a set happens to show.
    bounds = [(None, 0.0) if name.endswith("_unknown") else (None, None) for name in features.ANSWERING]
    best = minimize(loss, np.zeros(z.shape[1]), jac=True, method="L-BFGS-B", bounds=[*bounds, (None, None)]).x
    raw = best[:-1] / spread
    bias = float(best[-1] - (raw * mean).sum())
    return Linear(round(bias, 4), {n: round(float(v), 4) for n, v in zip(features.ANSWERING, raw, strict=True)})


def learn_forest(data: Sequence[Sample], ranking: Linear) -> PackedForest:
    """Extremely randomised trees on the same samples, those of sites included."""
    x, y, weight = answering_table(data, ranking)
    weight = weight / np.where(y > 0, weight[y > 0].sum(), weight[y == 0].sum()) * len(y) / 2
    return _grown(x, y, weight, _DEPTH)


def learn_subject(data: Sequence[Sample], ranking: Linear) -> PackedForest:
    """Trees that tell questions on what a corpus has from questions on subjects that were left out of it.

    Yes are the answerable single questions of all sets, no those that sites leave out. Questions near the subject of a
    set say nothing here: their subject is there and their answer is not. What a site answers counts as yes too, so that
    its wording, which is a template's, does not tell.
    """
    x, y, weight = subject_table(data, ranking)
    return _grown(x, y, weight, _SUBJECT_DEPTH)


def subject_table(data: Sequence[Sample], ranking: Linear) -> tuple[Array, Array, Array]:
    """Features, labels and weights for `learn_subject`."""
    chosen = [s for s in data if s.label in _SITES or (s.answerable and _single(s.label))]
    x, y = np.array([s.measured(ranked(s, ranking)) for s in chosen]), np.array([float(s.answerable) for s in chosen])
    weight = np.array([s.weight for s in chosen])
    weight[y == 0] *= _SUBJECT_LEFT_OUT * weight[y > 0].sum() / weight[y == 0].sum()
    return _without_lists(x, y, weight)


def _without_lists(x: Array, y: Array, weight: Array) -> tuple[Array, Array, Array]:
    """Each row a second time as a site would see it whose subject has no list of things (corpus/vocabulary/*.list): it
    must be served too."""
    blind = x.copy()
    blind[:, [name.startswith("subject_") for name in features.ANSWERING]] = 0.0
    return np.vstack([x, blind]), np.concatenate([y, y]), np.concatenate([weight, 0.5 * weight])


def _grown(x: Array, y: Array, weight: Array, depth: int) -> PackedForest:
    """Extremely randomised trees; a leaf says the weighed share of yes."""
    from sklearn.ensemble import ExtraTreesClassifier

    forest = ExtraTreesClassifier(_TREES, max_depth=depth, min_samples_leaf=_LEAF, random_state=0)
    forest.fit(x.astype(np.float32), y > 0, sample_weight=weight)
    parts: list[tuple[Array, ...]] = []
    roots: list[int] = []
    count = 0
    for tree in (one.tree_ for one in forest.estimators_):
        inner = tree.children_left >= 0
        assert (tree.children_left[inner] == np.flatnonzero(inner) + 1).all()  # what Forest relies on
        roots.append(count)
        yes = tree.value[:, 0, 1] / tree.value[:, 0].sum(1)
        parts.append((np.where(inner, tree.feature, -1), tree.threshold, tree.children_right + count, yes))
        count += tree.node_count
    feature, threshold, right, value = (np.concatenate(column) for column in zip(*parts, strict=True))
    return Forest(
        features.ANSWERING, np.array(roots, np.int32), feature.astype(np.int16), threshold.astype(np.float32),
        right.astype(np.int32), value.astype(np.float32),
    ).packed()  # fmt: skip


@dataclass(frozen=True)
class Model:
    """All that is learned together; a search without an encoder has no forest."""

    ranking: Linear
    answering: Linear
    forest: PackedForest | None

    @classmethod
    def learned(cls, data: Sequence[Sample], *, wordless: bool = False) -> Model:
        """From samples, the ranking first."""
        ranking = learn_ranking(data)
        return cls(ranking, learn_answering(data, ranking), None if wordless else learn_forest(data, ranking))

    def probability(self, sample: Sample) -> float:
        """How much speaks for the answer to a sample, through the logistic function."""
        values = sample.measured(ranked(sample, self.ranking))
        return Platt().probability(score(self.answering, self.forest, features.ANSWERING, values))


def probabilities(data: Sequence[Sample], model: Model) -> Array:
    """How probable it is, for each sample, that its best candidates answer."""
    return np.array([model.probability(s) for s in data])


def held_out(data: Sequence[Sample], folds: int = _FOLDS, *, wordless: bool = False) -> tuple[Array, NDArray[np.bool_]]:
    """For each sample, by models learned on the other folds (by hash of the question): the probability, and whether
    the answer that would be given is right."""
    fold = np.array([int(hashlib.sha256(s.question.message.encode()).hexdigest(), 16) % folds for s in data])
    result, correct = np.zeros(len(data)), np.zeros(len(data), dtype=bool)
    for number in range(folds):
        others = [s for s, f in zip(data, fold, strict=True) if f != number]
        model = Model.learned(others, wordless=wordless)
        mine = [i for i, f in enumerate(fold) if f == number]
        result[mine] = probabilities([data[i] for i in mine], model)
        correct[mine] = [right(data[i], ranked(data[i], model.ranking)) for i in mine]
    return result, correct


def right(sample: Sample, order: list[tuple[Hit, float]]) -> bool:
    """Whether the answer made of these candidates cites a gold passage and says what must be said."""
    quotes = compose(sample.question, order) if sample.answerable else []
    gold = {hit.passage.id for hit, is_gold in zip(sample.hits, sample.gold, strict=True) if is_gold}
    said = " ".join(
        q.passage.text[s.start - q.passage.start : s.end - q.passage.start] for q in quotes for s in q.spans
    )
    return any(q.passage.id in gold for q in quotes) and all(
        any(mentions(said, word) for word in words) for words in sample.wanted
    )


def calibrate(p: Array, correct: NDArray[np.bool_]) -> Platt:
    """The curve that makes held-out scores the share of answers that is right."""
    z, y = _score(p), correct.astype(float)

    def loss(w: Array) -> tuple[float, Array]:
        q = 1 / (1 + np.exp(-np.clip(w[0] * z + w[1], -30, 30)))
        value = -float((y * np.log(q + 1e-12) + (1 - y) * np.log(1 - q + 1e-12)).sum())
        return value, np.array([float(((q - y) * z).sum()), float((q - y).sum())])

    slope, shift = minimize(loss, np.array([1.0, 0.0]), jac=True, method="L-BFGS-B").x
    return Platt(round(float(slope), 4), round(float(shift), 4))


def _score(p: Array) -> Array:
    p = np.clip(p, 1e-9, 1 - 1e-9)
    return np.log(p / (1 - p))


def calibrated(data: Sequence[Sample], p: Array, correct: NDArray[np.bool_]) -> Platt:
    """The curve learned on all single questions but those of hard sets; prints the error of one learned on the other
    sets, set by set."""
    single = np.array([_single(s.label) and not s.hard for s in data])
    sets = np.array([s.source for s in data])
    errors = []
    for name in sorted(set(sets[single])):
        mine, others = single & (sets == name), single & (sets != name)
        curve = calibrate(p[others], correct[others]) if others.any() else Platt()
        pairs = [(curve.probability(float(z)), bool(y)) for z, y in zip(_score(p[mine]), correct[mine], strict=True)]
        before = calibration(zip(p[mine].tolist(), correct[mine].tolist(), strict=True)).error
        errors.append((calibration(pairs).error, len(pairs)))
        print(f"{Path(name).name}: calibration error {errors[-1][0]:.3f} of {len(pairs)}, without a curve {before:.3f}")
    mean = sum(error * count for error, count in errors) / sum(count for _, count in errors)
    print(f"calibration error {mean:.3f} on average, each set by a curve learned on the others")
    return calibrate(p[single], correct[single])


def threshold(data: Sequence[Sample], p: Array, labels: Callable[[str], bool], kept: float) -> float:
    """The largest probability at which still `kept` of the answerable questions with such a label are answered; hard
    sets aside."""
    asked = [v for s, v in zip(data, p, strict=True) if s.answerable and labels(s.label) and not s.hard]
    return float(np.quantile(asked, 1 - kept))


def _single(label: str) -> bool:
    return label not in _EXTRA


def _follow_up(label: str) -> bool:
    return label == "follow-up answer"


def report(name: str, data: Sequence[Sample], ranking: Linear, p: Array, at: float) -> None:
    """Print hit rates and abstention for one set."""
    places = []
    everything, data = data, [s for s in data if s.label not in _EXTRA]
    p = p[[i for i, s in enumerate(everything) if s.label not in _EXTRA]]
    for s in data:
        if s.answerable and s.gold.any():
            order = ranked(s, ranking)
            gold = {hit.row for hit, g in zip(s.hits, s.gold, strict=True) if g}
            places.append(next(i for i, (hit, _) in enumerate(order) if hit.row in gold))
    hit = [np.mean([place < k for place in places]) for k in (1, 3, 5)]
    kept = np.mean([v >= at for s, v in zip(data, p, strict=True) if s.answerable])
    groups: dict[str, list[bool]] = {}
    for s, v in zip(data, p, strict=True):
        if not s.answerable:
            groups.setdefault(s.label, []).append(v < at)
    declined = "  ".join(f"{label} {np.mean(values):.2f} of {len(values)}" for label, values in sorted(groups.items()))
    pairs = [
        (a, b)
        for s, a in zip(data, p, strict=True)
        if s.answerable
        for t, b in zip(data, p, strict=True)
        if t.label == "near"
    ]
    auc = np.mean([(a > b) + 0.5 * (a == b) for a, b in pairs]) if pairs else float("nan")
    hits = f"hit@1 {hit[0]:.3f} @3 {hit[1]:.3f} @5 {hit[2]:.3f}"
    print(f"{name:32} {hits}  answered {kept:.3f}  near AUC {auc:.3f}  declined: {declined}")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--set", nargs=2, action="append", required=True, metavar=("INDEX", "QUESTIONS"), type=Path)
    parser.add_argument("--hard", nargs=2, action="append", default=[], metavar=("INDEX", "QUESTIONS"), type=Path)
    parser.add_argument("--site", nargs=2, action="append", default=[], metavar=("INDEX", "QUESTIONS"), type=Path)
    parser.add_argument("--public", type=Path, help="folder with mtrag/ and treccast/: questions that no site answers")
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--wordless", action="store_true", help="learn for a search without an encoder")
    parser.add_argument("--calibrate", action="store_true", help="learn the curve alone, keep all other weights")
    parser.add_argument(
        "--subject", action="store_true", help="learn when a subject is unknown, keep all other weights"
    )
    return parser.parse_args()


def _sets(arguments: argparse.Namespace) -> dict[str, list[Sample]]:
    """The samples of each set by its index, hard ones marked."""
    found: dict[str, list[Sample]] = {}
    for given, elsewhere, hard in ((arguments.set, _ELSEWHERE, False), (arguments.hard, _ELSEWHERE_HARD, True)):
        for index, questions in given:
            public, wordless = arguments.public, arguments.wordless
            data = samples(index, questions, public, elsewhere=elsewhere, wordless=wordless)
            for sample in data:
                sample.hard = hard
            found[str(index)] = data
    return found


def main() -> None:
    """Learn, report each set with weights that never saw it, and write the weights learned on all."""
    arguments = _arguments()
    wordless: bool = arguments.wordless
    kept, kept_later = (KEPT_WORDLESS, KEPT_WORDLESS) if wordless else (KEPT, KEPT_LATER)
    sites = [s for index, questions in arguments.site for s in site_samples(index, questions)]
    sets = _sets(arguments)
    everything = [*(s for data in sets.values() for s in data), *sites]
    if arguments.subject:
        weights = shipped(wordless=wordless)
        weights = msgspec.structs.replace(weights, subject=subject_of(everything, weights.ranking))
        if arguments.write:
            _write(weights, wordless)
        return
    if arguments.calibrate:
        curve = calibrated(everything, *held_out(everything, wordless=wordless))
        print(curve)
        if arguments.write:
            _write(recalibrated(shipped(wordless=wordless), curve), wordless)
        return
    for name, data in sets.items():
        others = [*(s for other, rest in sets.items() if other != name for s in rest), *sites]
        if len(sets) > 1 and not data[0].hard:
            model = Model.learned(others, wordless=wordless)
            at = threshold(others, held_out(others, wordless=wordless)[0], _single, kept)
            report(f"{Path(name).name} (left out)", data, model.ranking, probabilities(data, model), at)
    model = Model.learned(everything, wordless=wordless)
    outside, correct = held_out(everything, wordless=wordless)
    at = threshold(everything, outside, _single, kept)
    later = threshold(everything, outside, _follow_up, kept_later)
    usual = [i for i, s in enumerate(everything) if not s.hard]
    report("all (held out in ten folds)", everything, model.ranking, outside, at)
    report("all but hard (held out)", [everything[i] for i in usual], model.ranking, outside[usual], at)
    declined = [
        v < later for s, v in zip(everything, outside, strict=True) if s.label == "follow-up abstain" and not s.hard
    ]
    print(
        f"follow-ups: threshold {later:.3f}, answered {kept_later}, declined {np.mean(declined):.3f} of {len(declined)}"
    )
    for name, data in sets.items():
        report(f"{Path(name).name} (trained on)", data, model.ranking, probabilities(data, model), at)
    print(msgspec.json.format(msgspec.json.encode(model.ranking)).decode())
    print(msgspec.json.format(msgspec.json.encode(model.answering)).decode(), at)
    if arguments.write:
        counts = {Path(name).name: len(data) for name, data in sets.items()} | ({"sites": len(sites)} if sites else {})
        curve = calibrated(everything, outside, correct)
        at, later = (curve.probability(float(_score(np.array(value)))) for value in (at, later))
        weights = Weights(
            model.ranking, model.answering, round(at, 4), round(later, 4), counts, curve, shipped().pool, model.forest,
            subject_of(everything, model.ranking) if sites else None,
        )  # fmt: skip
        _write(weights, wordless)


def subject_of(data: Sequence[Sample], ranking: Linear) -> Subject:
    """`learn_subject` with the shares below which it declines; prints what they do held out: each question
    set and each site by trees that were learned on the others."""
    single = [s for s in data if s.label in _SITES or (s.answerable and _single(s.label))]
    fold = [int(hashlib.sha256(s.question.message.encode()).hexdigest(), 16) % _FOLDS for s in single]
    by_fold = _shares(single, fold, ranking)
    asked = [share for s, share in zip(single, by_fold, strict=True) if s.answerable and s.label not in _SITES]
    least, most = (round(float(np.quantile(asked, lost)), 4) for lost in _SUBJECT_LOST)
    by_source = _shares(single, [s.source for s in single], ranking)
    groups: dict[tuple[str, str], list[tuple[bool, bool]]] = {}
    for s, share in zip(single, by_source, strict=True):
        kind = s.label if s.label in _SITES else "answerable"
        groups.setdefault((s.source, kind), []).append((share < least, share < most))
    for (source, kind), values in sorted(groups.items()):
        usual, strict = np.mean(values, axis=0)
        name = f"{Path(source).parent.name}/{Path(source).name}"
        print(f"subject: {name} {kind}: {usual:.3f} declined, {strict:.3f} where the site needs it")
    return Subject(learn_subject(data, ranking), least, most)


def _shares(data: Sequence[Sample], parts: Sequence[object], ranking: Linear) -> Array:
    """What trees learned on the other parts say of each sample."""
    result = np.zeros(len(data))
    for part in set(parts):
        mine = [i for i, other in enumerate(parts) if other == part]
        forest = opened(learn_subject([s for s, other in zip(data, parts, strict=True) if other != part], ranking))
        for i in mine:
            values = data[i].measured(ranked(data[i], ranking))
            result[i] = forest.share(np.array(values, np.float32))
    return result


def recalibrated(weights: Weights, curve: Platt) -> Weights:
    """The same weights with another curve and the thresholds moved along, so that the same questions are answered."""
    old = weights.calibration

    def moved(at: float) -> float:
        return round(curve.probability((float(_score(np.array(at))) - old.shift) / old.slope), 4)

    return msgspec.structs.replace(
        weights,
        calibration=curve,
        threshold=moved(weights.threshold),
        follow_up_threshold=moved(weights.follow_up_threshold),
    )


def _write(weights: Weights, wordless: bool) -> None:
    name = "weights_wordless.json" if wordless else "weights.json"
    target = Path(__file__).parent.parent / "bot" / "answering" / name
    target.write_bytes(msgspec.json.format(msgspec.json.encode(weights), indent=1) + b"\n")


if __name__ == "__main__":
    main()
