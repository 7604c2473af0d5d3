"""Indexes of real size: 100, 1,000, 4,000 and 16,407 MedQuAD documents, built, added to, and served.

    python -m benchmarks.scale build --public ../shared/eval/public --work /tmp/scale    # an hour or so; once
    python -m benchmarks.scale ask --public ../shared/eval/public --work /tmp/scale --keep

`build` prints for each size: seconds, passages a second, megabytes on the disk, how far the progress bar was from the
truth, and what one article more costs, as a share too. An index that is there already is left as it is. `ask` starts
`footnote serve` on each and prints p50 and p99 of a question over HTTP (one client) and within one process (a whole
turn; encoding; search), and the memory of the server; `--keep` writes all of it to benchmarks/results/scale.json.
Seconds depend on the machine; shares and ratios do not.
"""

from __future__ import annotations

import argparse
import gzip
import json
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.results import keep
from benchmarks.serving import Server, memory_mb
from corpus import markdown
from corpus.article import Article, Metadata
from corpus.errors import SourceError

if TYPE_CHECKING:
    from index.encoder import Encoded
    from index.generation import Generation

SIZES = (100, 1000, 4000, 16407)


def main() -> None:
    """Build or ask, size after size, each in a process of its own."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["build", "ask", "build-one", "ask-one"])
    parser.add_argument("--public", type=Path, required=True, help="folder with medquad/")
    parser.add_argument("--work", type=Path, required=True, help="folder of the indexes")
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    parser.add_argument("--questions", type=int, default=600)
    parser.add_argument("--keep", action="store_true", help="write benchmarks/results/scale.json")
    arguments = parser.parse_args()
    if arguments.what.endswith("-one"):
        measure = build if arguments.what == "build-one" else ask
        print(json.dumps(measure(arguments.sizes[0], arguments)))
        return
    for size in arguments.sizes:
        figures = arguments.work / f"{size}.{arguments.what}.json"
        if arguments.what == "build" and figures.exists():
            continue
        figures.parent.mkdir(parents=True, exist_ok=True)
        figures.write_text(_alone(size, arguments), encoding="utf-8")
        print(figures.read_text(encoding="utf-8"), end="", flush=True)
    if arguments.keep:
        print(keep("scale", summary(arguments.work, arguments.sizes)))


def summary(work: Path, sizes: Sequence[int]) -> dict[str, Any]:
    """Both halves of each size, and the ratios that have targets."""
    of = {size: {**_read(work / f"{size}.build.json"), **_read(work / f"{size}.ask.json")} for size in sizes}
    smallest, largest = of[min(sizes)], of[max(sizes)]
    return {
        "sizes": list(of.values()),
        "p50_of_largest_to_smallest": round(largest["http_p50_ms"] / smallest["http_p50_ms"], 2),
        "turn_p50_of_largest_to_smallest": round(largest["turn_p50_ms"] / smallest["turn_p50_ms"], 2),
        "server_memory_mb_of_largest": largest["server_memory_mb"],
        "one_more_share_of_largest": largest.get("one_more_share"),
    }


def build(size: int, arguments: argparse.Namespace) -> dict[str, Any]:
    """Build an index of all documents but one, then add that one from a file, as `footnote index add` does."""
    from dataclasses import replace

    from index.builder import build_under_lock
    from index.rebuild import add
    from index.store import IndexFolder
    from web.cli.index import options

    folder = arguments.work / str(size)
    (shared := arguments.work / "encoders").mkdir(parents=True, exist_ok=True)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    (folder / "encoders").symlink_to(shared.absolute())
    articles = documents(arguments.public, size)
    bar = _Bar()
    started = time.perf_counter()
    index = IndexFolder(folder)
    with index.lock():
        first = build_under_lock(articles[:-1], index, ("medquad",), replace(options(folder), progress=bar))
    seconds = time.perf_counter() - started - first.seconds["export"]
    memory = memory_mb("self")["peak"]
    one = arguments.work / f"{size}.one-more.md"
    one.write_text(as_markdown(articles[-1]), encoding="utf-8")
    started = time.perf_counter()
    second = add([str(one)], folder, options(folder)).report
    more = time.perf_counter() - started
    counts = second.counts
    return {
        "documents": counts.articles,
        "passages": counts.passages,
        "sentences": counts.sentences,
        "tokens": counts.tokens,
        "build_seconds": round(seconds, 2),
        "passages_per_second": round(counts.passages / seconds, 1),
        "stages": {stage: round(value, 2) for stage, value in first.seconds.items()},
        "build_memory_mb": memory,
        "progress_off_by": bar.worst(),
        "one_more_seconds": round(more, 2),
        "one_more_share": round(more / seconds, 4),
        "one_more_stages": {stage: round(value, 2) for stage, value in second.seconds.items()},
        "one_more_texts_encoded": second.embedded,
        "index_mb": round(sum(path.stat().st_size for path in index.folder(second.generation).rglob("*")) / 1e6, 1),
    }


def ask(size: int, arguments: argparse.Namespace) -> dict[str, Any]:
    """Ask the server, look at its memory; then the same questions within this process."""
    from bot.bot import Bot
    from bot.conversation import Conversation, Message

    folder = arguments.work / str(size)
    asked = questions(arguments.public, arguments.questions)
    with Server(folder) as server:
        idle = server.memory()
        for text in asked[:20]:
            server.ask(text)
        http = _timed(server.ask, asked)
        held = server.memory()
    bot = Bot.open(folder)

    def turn(text: str) -> object:
        return bot.reply(Conversation((Message("visitor", text),)))

    def encoding(text: str) -> object:
        return bot.generation.encoder.encode_tokens([text])

    for text in asked[:20]:
        turn(text)
    return {
        "questions": len(asked),
        **_percentiles("http", http),
        **_percentiles("turn", _timed(turn, asked)),
        **_percentiles("encoding", _timed(encoding, asked)),
        **_percentiles("search", _timed(_search(bot.generation), asked)),
        "server_memory_mb": held["resident"],
        "server_memory_peak_mb": held["peak"],
        "server_memory_own_mb": held["own"],
        "server_memory_idle_mb": idle["resident"],
    }


def _search(generation: Generation) -> Callable[[str], object]:
    """The search behind a question without encoding it: dense, lexical, late interaction, texts."""
    from index.words import analyse

    def search(question: str, encoded: Encoded) -> None:
        dense, _ = generation.dense.search(encoded.sentence, 60)
        lexical, _ = generation.lexical.search(analyse(question), 60)
        rows = np.unique(np.concatenate([dense, lexical]))
        generation.tokens.maxsim(encoded.vectors, rows[:24])
        for row in rows:
            _ = generation.passages[int(row)]

    def prepared(question: str) -> Callable[[], None]:
        encoded = generation.encoder.encode_tokens([question])[0]
        return lambda: search(question, encoded)

    return prepared


def _timed(run: Callable[[str], object], texts: Sequence[str]) -> list[float]:
    """Milliseconds of each call; where `run` prepares a call and returns it, of that call."""
    took = []
    for text in texts:
        started = time.perf_counter()
        made = run(text)
        if callable(made):
            started = time.perf_counter()
            made()
        took.append((time.perf_counter() - started) * 1e3)
    return took


def _percentiles(name: str, took: Sequence[float]) -> dict[str, float]:
    return {f"{name}_p{share}_ms": round(float(np.percentile(took, share)), 2) for share in (50, 99)}


class _Bar:
    """The command line's bar, which also notes when it said what, to compare with the time that passed."""

    def __init__(self) -> None:
        self._told: dict[str, list[tuple[float, float]]] = {}

    @contextmanager
    def __call__(self, stage: str, total: int, /) -> Iterator[Callable[[int], None]]:
        from web.cli.index import _bar

        told = self._told.setdefault(stage, [])
        started, done = time.perf_counter(), 0
        with _bar(stage, total) as show:

            def advance(amount: int) -> None:
                nonlocal done
                done += amount
                told.append((time.perf_counter() - started, done / max(total, 1)))
                show(amount)

            yield advance
        told.append((time.perf_counter() - started, done / max(total, 1)))

    def worst(self) -> dict[str, float]:
        """For each stage the largest difference between the share shown and the share of its time that had passed."""
        return {
            stage: round(max((abs(seconds / (told[-1][0] or 1) - share) for seconds, share in told), default=0.0), 3)
            for stage, told in self._told.items()
            if told
        }


def documents(public: Path, size: int) -> list[Article]:
    """So many MedQuAD documents as articles, spread evenly over the collections."""
    with gzip.open(public / "medquad" / "docs.jsonl.gz", "rt", encoding="utf-8") as file:
        lines = [json.loads(line) for line in file]
    articles: dict[str, Article] = {}
    for number in np.linspace(0, len(lines) - 1, min(size, len(lines))).astype(int):
        item = lines[number]
        key = item["id"].lower().replace("/", "-").replace(" ", "-")
        try:
            articles[key] = markdown.parse(
                item["answer"], id=key, origin=item["url"], metadata=Metadata(url=item["url"]), title=item["focus"]
            )
        except SourceError as error:
            print(error, file=sys.stderr)
    return list(articles.values())


def as_markdown(article: Article) -> str:
    """A file that reads as this article."""
    head = json.dumps({"id": article.id, "title": article.title, "url": article.metadata.url})
    return f"---\n{head}\n---\n\n{article.text}\n"


def questions(public: Path, count: int) -> list[str]:
    """The first so many known-item questions of MedQuAD."""
    lines = (public / "medquad" / "known_item_queries.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line)["text"] for line in lines[:count]]


def _alone(size: int, arguments: argparse.Namespace) -> str:
    """The figures of one size, from a process of its own: memory is that of one size then."""
    command = [sys.executable, "-m", "benchmarks.scale", f"{arguments.what}-one", "--sizes", str(size)]
    command += ["--public", str(arguments.public), "--work", str(arguments.work)]
    command += ["--questions", str(arguments.questions)]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def _read(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return found


if __name__ == "__main__":
    main()
