"""Public question sets as pools: documents to search, questions, and which documents answer each.

Read from the folder of public evaluation data (scifact/, medquad/, mediqa2019/, mtrag/, treccast/). MedQuAD's questions
are never part of a document: its answers are, under their focus as a title. Each pool can be made into an index of
Footnote, one article for each document, which is kept in a folder and used again.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from corpus import markdown, markup
from corpus.article import Article

MAX_TITLE = 12
"""Words in front of a colon that are still taken for the title of a MEDIQA answer."""


@dataclass(frozen=True)
class Ask:
    """One question: the documents that answer it by grade, and where only some may be ranked, which."""

    id: str
    text: str
    gold: Mapping[str, int]
    among: tuple[str, ...] = ()


@dataclass(frozen=True)
class Pool:
    """Documents (title and text by id), questions to report, and questions to learn from."""

    name: str
    documents: Mapping[str, tuple[str, str]]
    test: Sequence[Ask]
    train: Sequence[Ask] = field(default=())


def lines(path: Path) -> Iterator[dict[str, Any]]:
    """The objects of a JSON Lines file, packed or not."""
    data = path.read_bytes()
    text = (gzip.decompress(data) if path.suffix == ".gz" else data).decode("utf-8")
    yield from (json.loads(line) for line in text.splitlines() if line)


def table(path: Path) -> Iterator[list[str]]:
    """The rows of a file with tabs, below its header."""
    for line in path.read_text(encoding="utf-8").splitlines()[1:]:
        yield line.split("\t")


def medquad(public: Path) -> Pool:
    """16,407 answers; a fixed sample of 2,000 questions to report, all others to learn from."""
    documents = {d["id"]: d for d in lines(public / "medquad" / "docs.jsonl.gz")}
    test = [
        Ask(q["id"], q["text"], dict.fromkeys(q["gold_ids"], 1))
        for q in lines(public / "medquad" / "known_item_queries.jsonl")
    ]
    known = {ask.text for ask in test}
    others: dict[str, dict[str, int]] = {}
    for key, document in documents.items():
        if document["question"] not in known:
            others.setdefault(document["question"], {})[key] = 1
    train = [Ask(f"train-{i}", text, gold) for i, (text, gold) in enumerate(others.items())]
    return Pool("medquad", {k: (d["focus"], d["answer"]) for k, d in documents.items()}, test, train)


def scifact(public: Path) -> Pool:
    """5,183 abstracts and 300 claims; there is nothing to learn from."""
    gold: dict[str, dict[str, int]] = {}
    for query, document, grade in table(public / "scifact" / "qrels.tsv"):
        gold.setdefault(query, {})[document] = int(grade)
    documents = {d["id"]: (d["title"], d["text"]) for d in lines(public / "scifact" / "corpus.jsonl.gz")}
    test = [Ask(q["id"], q["text"], gold[q["id"]]) for q in lines(public / "scifact" / "queries.jsonl")]
    return Pool("scifact", documents, [ask for ask in test if ask.gold])


def mediqa(public: Path) -> Pool:
    """MEDIQA 2019, question answering: each question's own answers are put in order, graded 1 to 4."""
    documents: dict[str, tuple[str, str]] = {}
    among: dict[str, list[str]] = {}
    gold: dict[str, dict[str, int]] = {}
    for answer in lines(public / "mediqa2019" / "qa_answers.jsonl.gz"):
        head, _, rest = answer["text"].partition(": ")
        titled = rest and len(head.split()) <= MAX_TITLE
        documents[answer["id"]] = (head, rest) if titled else ("Answer", answer["text"])
        among.setdefault(answer["query_id"], []).append(answer["id"])
        gold.setdefault(answer["query_id"], {})[answer["id"]] = answer["grade"] - 1
    asks: dict[bool, list[Ask]] = {True: [], False: []}
    for q in lines(public / "mediqa2019" / "qa_questions.jsonl"):
        ask = Ask(q["id"], q["text"], gold.get(q["id"], {}), tuple(among.get(q["id"], ())))
        asks[q["split"] == "test"].append(ask)
    return Pool("mediqa", documents, asks[True], asks[False])


def mtrag(public: Path) -> Pool:
    """The 1,488 stored passages of mtRAG, and its last turns as rewritten, where all that answers is stored."""
    documents = {p["id"]: (p["title"] or "Passage", p["text"]) for p in lines(public / "mtrag" / "passages.jsonl.gz")}
    test = [Ask(q["id"], q["rewrite"], gold) for q, gold in mtrag_turns(public)]
    return Pool("mtrag", documents, test)


def mtrag_turns(public: Path) -> list[tuple[dict[str, Any], dict[str, int]]]:
    """The turns of mtRAG all of whose answering passages are stored, and these passages."""
    gold: dict[str, dict[str, int]] = {}
    missing: set[str] = set()
    for query, passage, grade, _, there in table(public / "mtrag" / "human_qrels.tsv"):
        gold.setdefault(query, {})[passage] = int(grade)
        if there != "1":
            missing.add(query)
    asked = lines(public / "mtrag" / "human_queries.jsonl")
    return [(q, gold[q["id"]]) for q in asked if q["id"] in gold and q["id"] not in missing]


def cast(public: Path) -> Pool:
    """The passages shown to the user in CAsT 2021, each to be found by its turn as rewritten by hand."""
    turns = [t for t in lines(public / "treccast" / "cast2021.jsonl") if isinstance(t.get("canonical_passage"), str)]
    documents = {t["id"]: ("Passage", t["canonical_passage"]) for t in turns}
    return Pool("cast", documents, [Ask(t["id"], t["manual_rewrite"], {t["id"]: 1}) for t in turns])


POOLS = {"mediqa": mediqa, "scifact": scifact, "medquad": medquad, "mtrag": mtrag, "cast": cast}


def articles(pool: Pool) -> Iterator[Article]:
    """The documents as articles; the id of each is its number."""
    for number, (title, text) in enumerate(pool.documents.values()):
        yield markdown.parse(markup.paragraph(text or title), id=f"{number:06d}", title=title)


def index(pool: Pool, work: Path) -> Path:
    """The folder of the pool's index below `work`; built where it is not there yet."""
    from bot.understanding.lexicon import LexiconAttachment
    from index.builder import build
    from web.cli.index import _bar

    folder = work / pool.name
    if not (folder / "current").exists():
        (shared := work / "encoders").mkdir(parents=True, exist_ok=True)
        folder.mkdir(exist_ok=True)
        if not (folder / "encoders").exists():
            (folder / "encoders").symlink_to(shared.absolute())
        build(list(articles(pool)), folder, attachments=(LexiconAttachment(),), sources=(pool.name,), progress=_bar)
    return folder
