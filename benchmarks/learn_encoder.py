"""Adapts the bundled encoder to questions and the passages that answer them, and writes `index/adapter.safetensors`.

    python -m benchmarks.learn_encoder --public FOLDER --work FOLDER [--write]
        --first INDEX QUESTIONS [--first ...] --second INDEX QUESTIONS [--second ...]

The sets are given in two halves. Each half teaches an encoder of its own; what is shipped is the mean of both
differences (Wortsman et al. 2022, model soups). Below --work lie both encoders, `first` and `second`, as models to
build indexes with: a set that taught an encoder looks better by it than it is, so what was won is measured on each set
by the encoder of the other half. The sets may be indexed with any encoder; only their passages are read. Afterwards
`benchmarks.learn_importance` and `benchmarks.learn` are due, on indexes built anew.

A batch holds questions of one site. Each is to score its own passage above those of the other questions and above
passages that lie near it, by the cosine of the whole, late interaction and the best sentence (softmax over the batch).
Pairs from MedQuAD are mixed in; its known-item questions are left out. Word vectors stay as they are. Needs torch.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file
from sentence_transformers import SentenceTransformer
from torch.nn import functional

from benchmarks.learn_importance import lines
from bot.evaluation.questions import load
from bot.evaluation.score import squeeze
from bot.safety.adaptation import slip
from bot.understanding.question import open_reader
from index.difference import packed
from index.export import parameters, quiet
from index.generation import Generation
from index.model import ADAPTERS, BUNDLED, find
from index.projection import basis_file, shipped_basis
from index.search import Searcher
from index.store import IndexFolder

ROUNDS, RATE, BATCH, PAIRS = 2, 4e-5, 24, 800
_MOST_PASSAGES = 44
_SLIPS = 0.3
_NEAR = 6
_DENSE_ALONE = 0.3
_SHARPNESS = 20.0
_MIX = (7.9, 20.0, 15.5)
"""What cosine, late interaction and best sentence count at first; learned on, and not kept."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with the embedded texts of the passages that answer it, and of others that lie near; with each the
    embedded text of its sentence that fits best."""

    question: str
    right: Mapping[str, str]
    near: Mapping[str, str] = field(default_factory=dict)


def asked(index: Path, questions: Path) -> list[Asked]:
    """The answerable single questions of a set, spelling mended as a visitor's is."""
    generation = IndexFolder(index).current()
    searcher, reader = Searcher(generation), open_reader(generation)
    bodies = [row for row, p in enumerate(generation.passages) if p.role not in ("furniture", "outline")]
    folded = {row: squeeze(generation.passages[row].text) for row in bodies}
    found = []
    for case in load([questions]):
        turn = case.turns[0]
        if case.group != "single" or not turn.gold:
            continue
        golds = [squeeze(gold) for gold in turn.gold]
        right = [row for row in bodies if any(gold in folded[row] for gold in golds)]
        if right:
            question = reader.read(turn.user, reader.spelt(turn.user)[0])
            hits = searcher.search(question.query).hits if question.query.terms else ()
            hits = tuple(sorted(hits, key=lambda hit: -(hit.evidence.aligned + hit.evidence.sentence)))
            near = [hit.row for hit in hits if hit.row in folded and hit.row not in right][:_NEAR]
            vector = generation.encoder.encode([question.text])[0]
            found.append(Asked(question.text, _texts(generation, right, vector), _texts(generation, near, vector)))
    return found


def _texts(generation: Generation, rows: Sequence[int], question: np.ndarray) -> dict[str, str]:
    """The embedded text of each passage with that of its sentence nearest to the question."""
    texts = {}
    for row, scores in zip(rows, generation.sentences.products(question, rows), strict=True):
        passage = generation.passages[row]
        sentences = passage.embedded_sentences
        texts[passage.embedded_text] = sentences[int(scores.argmax())] if len(scores) else passage.embedded_text
    return texts


def medquad(public: Path, count: int) -> list[list[Asked]]:
    """Pairs of questions about one subject with the beginning of their answers."""
    chance = random.Random(5)
    known = {query["text"].strip().lower() for query in lines(public / "known_item_queries.jsonl")}
    by_focus: dict[str, list[dict[str, str]]] = {}
    for document in lines(public / "docs.jsonl.gz"):
        if document["question"].strip().lower() not in known:
            by_focus.setdefault(document["focus"], []).append(document)
    subjects = sorted(focus for focus, documents in by_focus.items() if len(documents) > 1)
    chance.shuffle(subjects)
    pairs = []
    for focus in subjects[: count // 2]:
        both = chance.sample(by_focus[focus], 2)
        texts = [f"{focus}: {' '.join(d['answer'].split()[:95])}" for d in both]
        pairs.append([Asked(d["question"], {text: text}) for d, text in zip(both, texts, strict=True)])
    return pairs


class Student:
    """The encoder while it learns."""

    def __init__(self) -> None:
        model = find(BUNDLED)
        with quiet():
            self.model = SentenceTransformer(str(model.folder), device="cpu", local_files_only=True)
        self._tokenizer = self.model.tokenizer
        self._network = self.model[0]
        basis = shipped_basis(model.weights)
        assert basis is not None
        self._basis = torch.tensor(np.asarray(basis))
        self.mix = torch.nn.Parameter(torch.tensor(_MIX))
        kept = ("embeddings.", "pooler.")
        self.trained = {n: v for n, v in parameters(self.model).items() if not n.startswith(kept)}
        self.before = {name: value.detach().clone() for name, value in self.trained.items()}

    def difference(self) -> dict[str, torch.Tensor]:
        """What was learned, by name."""
        return {name: value.detach() - self.before[name] for name, value in self.trained.items()}

    def _read(self, texts: Sequence[str], most: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """The vector of each text, its short token vectors, and which of them stand for words."""
        batch = self._tokenizer(list(texts), padding=True, truncation=True, max_length=most, return_tensors="pt")
        states = self._network(dict(batch))["token_embeddings"]
        there = batch["attention_mask"][..., None].float()
        whole = functional.normalize((states * there).sum(1) / there.sum(1), dim=-1)
        short = functional.normalize(functional.normalize(states, dim=-1) @ self._basis, dim=-1)
        ends = (self._tokenizer.cls_token_id, self._tokenizer.sep_token_id)
        words = batch["attention_mask"].bool() & ~sum((batch["input_ids"] == end) for end in ends).bool()
        return whole, short, words

    def loss(self, questions: Sequence[str], texts: Mapping[str, str], right: torch.Tensor) -> torch.Tensor:
        """Listwise, over the texts; `right` bool[questions, texts]."""
        asked, asked_tokens, asked_words = self._read(questions, 48)
        told, told_tokens, told_words = self._read(list(texts), 192)
        dense = asked @ told.T
        nearest = torch.einsum("qid,pjd->qpij", asked_tokens, told_tokens)
        nearest = nearest.masked_fill(~told_words[None, :, None, :], -9.0).max(-1)[0]
        late = (nearest * asked_words[:, None, :]).sum(-1) / asked_words.sum(-1)[:, None]
        scores = self.mix[0] * dense + self.mix[1] * late
        if list(texts) != list(texts.values()):
            scores = scores + self.mix[2] * (asked @ self._read(list(texts.values()), 64)[0].T)
        return _listwise(scores, right) + _DENSE_ALONE * _listwise(_SHARPNESS * dense, right)


def _listwise(scores: torch.Tensor, right: torch.Tensor) -> torch.Tensor:
    known = right.any(1)
    return -scores.log_softmax(1).masked_fill(~right, -1e9).logsumexp(1)[known].mean()


def _batches(
    sites: Sequence[Sequence[Asked]], pairs: Sequence[list[Asked]], chance: random.Random
) -> Iterator[list[Asked]]:
    found: list[list[Asked]] = []
    for site in sites:
        order = chance.sample(list(site), len(site))
        found += [order[start : start + BATCH] for start in range(0, len(order), BATCH)]
    mixed = chance.sample(list(pairs), len(pairs))
    found += [list(chain(*mixed[start : start + 16])) for start in range(0, len(mixed) - 15, 16)]
    chance.shuffle(found)
    yield from found


def _texts_of(batch: Sequence[Asked], chance: random.Random) -> dict[str, str]:
    """One right passage of each question, and one that lies near."""
    texts: dict[str, str] = {}
    for one in batch:
        for passages in (one.right, one.near):
            if passages and len(texts) < _MOST_PASSAGES:
                text = chance.choice(list(passages))
                texts.setdefault(text, passages[text])
    return texts


def taught(sites: Sequence[Sequence[Asked]], pairs: Sequence[list[Asked]]) -> Student:
    """An encoder that learned from these sites; the seed is fixed."""
    torch.manual_seed(0)
    chance, student = random.Random(0), Student()
    groups = [{"params": list(student.trained.values()), "lr": RATE}, {"params": [student.mix], "lr": 0.1}]
    optimiser = torch.optim.AdamW(groups, weight_decay=0.01)
    steps = ROUNDS * sum(1 for _ in _batches(sites, pairs, random.Random(0)))
    rates = torch.optim.lr_scheduler.OneCycleLR(optimiser, [RATE, 0.1], total_steps=steps, pct_start=0.1)
    student.model.train()
    done = 0
    for _ in range(ROUNDS):
        for batch in _batches(sites, pairs, chance):
            texts = _texts_of(batch, chance)
            questions = [slip(o.question, chance) if chance.random() < _SLIPS else o.question for o in batch]
            loss = student.loss(questions, texts, torch.tensor([[t in o.right for t in texts] for o in batch]))
            optimiser.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_([*student.trained.values(), student.mix], 1.0)
            optimiser.step()
            rates.step()
            done += 1
            if done % 20 == 0:
                print(f"{done} of {steps}: loss {loss.item():.3f}", flush=True)
    student.model.eval()
    return student


def main() -> None:
    """Teach both halves, keep their encoders for `benchmarks.learn`, write the mean of the differences."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    for half in ("--first", "--second"):
        parser.add_argument(half, nargs=2, action="append", required=True, metavar=("INDEX", "QUESTIONS"), type=Path)
    parser.add_argument("--public", type=Path, required=True, help="folder with medquad/")
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    pairs = medquad(arguments.public / "medquad", PAIRS)
    differences = []
    for name, sets in (("first", arguments.first), ("second", arguments.second)):
        student = taught([asked(index, questions) for index, questions in sets], pairs)
        student.model.save(str(arguments.work / name))
        differences.append(student.difference())
    if arguments.write:
        old = basis_file(find(BUNDLED).weights)
        before = student.before
        mean = {name: before[name] + sum(d[name] for d in differences) / len(differences) for name in before}
        save_file(packed(before, mean), ADAPTERS[BUNDLED])
        # The directions stay those that both halves learned with; their file bears the name of the new weights.
        old.rename(basis_file(find(BUNDLED).weights))


if __name__ == "__main__":
    main()
