"""How much of what a person's rewriting of a follow-up gains does ours recover?

    python -m benchmarks.rewriting --public FOLDER [--work FOLDER] [--keep]

CAsT 2021: each turn seeks the passage that was shown for it among those of all turns. mtRAG: each question with all of
its passages at hand seeks them among the 1,488. Every question is searched as typed, as our rules understand it after
the visitor's earlier messages (read as the bot reads them, nothing else is told), and as a person rewrote it; nDCG@10
of our ranking, and the share of the gap between the first and the last that the second recovers. No follow-up of either
set was learned from; the ranking of large pools was, from both as rewritten. Prints one line each, `--keep` writes
benchmarks/results/rewriting.json; downloads nothing; the public sets are not part of the project.
"""

from __future__ import annotations

import argparse
import gzip
import math
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Any

import msgspec

from benchmarks.results import keep
from bot.answering.model import shipped
from bot.retrieval import ranking_for, retrieve
from bot.turn import Thinker
from bot.understanding.past import Past
from bot.understanding.question import Reader, open_reader
from index.rebuild import rebuild
from index.search import Searcher
from index.store import IndexFolder


@dataclass(frozen=True)
class Asked:
    """One turn: what the visitor said before, what now, how a person rewrote it, and the documents that answer."""

    before: tuple[str, ...]
    raw: str
    manual: str
    gold: frozenset[str]


def cast(public: Path) -> tuple[dict[str, str], list[Asked]]:
    """The passages of CAsT 2021 by id, and its turns."""
    turns = [msgspec.json.decode(line) for line in (public / "treccast" / "cast2021.jsonl").read_bytes().splitlines()]
    same: dict[str, str] = {}
    passages: dict[str, str] = {}
    asked: list[Asked] = []
    before: dict[int, tuple[str, ...]] = {}
    for turn in turns:
        text = turn["canonical_passage"]
        name = same.setdefault(text, turn["id"])
        passages[name] = text
        said = before.get(turn["topic"], ())
        asked.append(Asked(said, turn["raw"], turn["manual_rewrite"], frozenset({name})))
        before[turn["topic"]] = (*said, turn["raw"])
    return passages, asked


def mtrag(public: Path) -> tuple[dict[str, str], list[Asked]]:
    """The passages of mtRAG that are at hand by id, and the questions all of whose passages are among them."""
    folder = public / "mtrag"
    with gzip.open(folder / "passages.jsonl.gz") as file:
        rows = [msgspec.json.decode(line) for line in file]
    passages = {row["id"]: f"{row['title'] or ''}\n\n{row['text']}".strip() for row in rows}
    gold: dict[str, set[str]] = {}
    for line in (folder / "human_qrels.tsv").read_text(encoding="utf-8").splitlines()[1:]:
        question, passage, *_ = line.split("\t")
        gold.setdefault(question, set()).add(passage)
    asked = []
    for raw in (folder / "human_queries.jsonl").read_bytes().splitlines():
        row: dict[str, Any] = msgspec.json.decode(raw)
        wanted = gold.get(row["id"], set())
        if wanted and wanted <= passages.keys():
            asked.append(Asked(tuple(row["user_history"][:-1]), row["last_turn"], row["rewrite"], frozenset(wanted)))
    return passages, asked


def _articles(passages: dict[str, str], folder: Path) -> dict[str, str]:
    """Write each passage as an article; the name of each article's passage."""
    names: dict[str, str] = {}
    for number, (name, text) in enumerate(passages.items()):
        article = f"p{number:05d}"
        names[article] = name
        flat = " ".join(text.split()).replace("#", "").lstrip("-*>=+ ")
        (folder / f"{article}.md").write_text(
            f"---\nid: {article}\ntitle: {article}\n---\n\n{flat}\n", encoding="utf-8"
        )
    return names


class Trial:
    """One indexed set, searched in three ways."""

    def __init__(self, index: Path, names: dict[str, str]) -> None:
        generation = IndexFolder(index).current()
        self._names = names
        self._searcher = Searcher(generation)
        self._reader: Reader = open_reader(generation)
        self._thinker = Thinker(self._reader, self._searcher, shipped())
        self._ranking = ranking_for(shipped(), len(generation.passages))

    def plain(self, text: str) -> list[str]:
        """The documents for a text that is searched as it is."""
        question = self._reader.read(text)
        found = retrieve(question, self._searcher, self._ranking) if question.query.terms else None
        return self._documents([hit.passage.article_id for hit, _ in found.ranked] if found else [])

    def ours(self, before: Sequence[str], raw: str) -> tuple[list[str], str]:
        """The documents for a message after others, and what it was understood as."""
        past: tuple[Past, ...] = ()
        for message in before:
            past = self._thinker.turn(message, past).past
        turn = self._thinker.turn(raw, past)
        ranked = [[hit.passage.article_id for hit, _ in part.ranked] for part in turn.parts]
        understood = " / ".join(part.question.text for part in turn.parts)
        in_turn = [article for place in zip_longest(*ranked) for article in place if article is not None]
        return self._documents(in_turn) or self.plain(raw), understood

    def _documents(self, articles: Sequence[str]) -> list[str]:
        return list(dict.fromkeys(self._names[article] for article in articles))


def ndcg(found: Sequence[str], gold: frozenset[str], at: int = 10) -> float:
    """nDCG with one grade; 1.0 where every gold document comes first."""
    gain = sum(1.0 / math.log2(place + 2) for place, name in enumerate(found[:at]) if name in gold)
    return gain / sum(1.0 / math.log2(place + 2) for place in range(min(at, len(gold))))


def measured(trial: Trial, asked: Sequence[Asked], shown: int) -> dict[str, float]:
    """The three figures of a set and the share of the gap; prints the `shown` worst turns."""
    raw = [ndcg(trial.plain(turn.raw), turn.gold) for turn in asked]
    manual = [ndcg(trial.plain(turn.manual), turn.gold) for turn in asked]
    ours = [trial.ours(turn.before, turn.raw) for turn in asked]
    mine = [ndcg(found, turn.gold) for (found, _), turn in zip(ours, asked, strict=True)]
    for i in sorted(range(len(asked)), key=lambda i: mine[i] - max(raw[i], manual[i]))[:shown]:
        print(f"    {asked[i].raw!r} -> {ours[i][1]!r} (a person: {asked[i].manual!r})")
    low, middle, high = (sum(values) / len(asked) for values in (raw, mine, manual))
    share = (middle - low) / (high - low) if high != low else 1.0
    figures = {"raw": low, "ours": middle, "manual": high, "recovered": share}
    return {"turns": len(asked), **{name: round(value, 4) for name, value in figures.items()}}


def main() -> None:
    """Index both sets where they are not yet, and print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else "")
    parser.add_argument("--public", type=Path, required=True)
    parser.add_argument("--work", type=Path, help="where the indexes are kept for another run")
    parser.add_argument("--worst", type=int, default=0, help="print so many turns that a person's rewriting beats")
    parser.add_argument("--keep", action="store_true")
    given = parser.parse_args()
    found: dict[str, dict[str, float]] = {}
    with tempfile.TemporaryDirectory() as scratch:
        work = given.work or Path(scratch)
        for name, read in (("cast2021", cast), ("mtrag", mtrag)):
            passages, asked = read(given.public)
            articles = work / name / "articles"
            articles.mkdir(parents=True, exist_ok=True)
            names = _articles(passages, articles)
            index = work / name / "index"
            if not index.exists():
                rebuild([str(articles)], index)
            found[name] = measured(Trial(index, names), asked, given.worst)
            print(f"{name:10}" + "  ".join(f"{figure} {value:g}" for figure, value in found[name].items()), flush=True)
    if given.keep:
        print(keep("rewriting", found))


if __name__ == "__main__":
    main()
