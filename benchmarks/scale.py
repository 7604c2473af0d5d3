"""An index of real size: builds, one article more, and questions, at 100, 1,000, 4,000 and 16,407 MedQuAD documents.

    python benchmarks/scale.py --public ../shared/eval/public --work var/scale --json benchmarks/results/scale.json

Prints for each size: passages, seconds and passages a second of the build, megabytes on the disk, seconds for one
article more (and as a share of the full build), p50 and p99 of the search behind a question (without and with
encoding), and the memory of the searching process. Seconds depend on the machine; shares and ratios do not.
"""

from __future__ import annotations

import argparse
import gzip
import json
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from corpus import markdown
from corpus.article import Article, Metadata
from corpus.errors import SourceError


def main() -> None:
    """Measure every size; each search in a process of its own."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--public", type=Path, required=True, help="folder with medquad/")
    parser.add_argument("--work", type=Path, required=True, help="folder for the indexes; those in it are used again")
    parser.add_argument("--sizes", type=int, nargs="+", default=[100, 1000, 4000, 16407])
    parser.add_argument("--questions", type=int, default=300)
    parser.add_argument("--json", type=Path, help="write the figures here too")
    parser.add_argument("--search", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.search:
        print(json.dumps(search(arguments.search, questions(arguments.public, arguments.questions))))
        return
    results = [measure(size, arguments) for size in arguments.sizes]
    if arguments.json:
        arguments.json.write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")


def measure(size: int, arguments: argparse.Namespace) -> dict[str, Any]:
    """Build, change and search an index of so many documents."""
    from index.builder import BuildOptions, build_under_lock
    from index.store import IndexFolder
    from web.cli.index import _bar

    folder = arguments.work / str(size)
    (shared := arguments.work / "encoders").mkdir(parents=True, exist_ok=True)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    (folder / "encoders").symlink_to(shared.absolute())
    articles = documents(arguments.public, size)
    index = IndexFolder(folder)
    options = BuildOptions(progress=_bar)
    reports, seconds = [], []
    for chosen in (articles[:-1], articles):
        started = time.perf_counter()
        with index.lock():
            reports.append(build_under_lock(chosen, index, ("medquad",), options))
        seconds.append(time.perf_counter() - started)
    export = reports[0].seconds["export"]
    command = [sys.executable, __file__, "--public", str(arguments.public), "--work", "-", "--search", str(folder)]
    found = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    counts = reports[-1].counts
    result = {
        "documents": counts.articles,
        "passages": counts.passages,
        "tokens": counts.tokens,
        "build_seconds": round(seconds[0] - export, 2),
        "passages_per_second": round(counts.passages / (seconds[0] - export), 1),
        "stages": {stage: round(value, 2) for stage, value in reports[0].seconds.items()},
        "one_more_seconds": round(seconds[1], 2),
        "one_more_stages": {stage: round(value, 2) for stage, value in reports[1].seconds.items()},
        "one_more_share": round(seconds[1] / (seconds[0] - export), 4),
        "one_more_texts_encoded": reports[1].embedded,
        "build_memory_mb": _memory_mb(),
        "index_mb": round(sum(path.stat().st_size for path in index.folder(index.current_name()).rglob("*")) / 1e6, 1),
        **found,
    }
    print(json.dumps(result), flush=True)
    return result


def search(folder: Path, asked: list[str]) -> dict[str, float]:
    """Time the search behind a question: dense, lexical, late interaction over the candidates, their texts."""
    from index.store import IndexFolder
    from index.words import analyse

    started = time.perf_counter()
    generation = IndexFolder(folder).current()
    encoder = generation.encoder
    opened = time.perf_counter() - started
    encoding, rest = [], []
    for question in asked:
        first = time.perf_counter()
        encoded = encoder.encode_tokens([question])[0]
        second = time.perf_counter()
        dense, _ = generation.dense.search(encoded.sentence, 60)
        lexical, _ = generation.lexical.search(analyse(question), 60)
        rows = np.unique(np.concatenate([dense, lexical]))
        generation.tokens.maxsim(encoded.vectors, rows)
        for row in dense[:10]:
            generation.passages[int(row)]
        rest.append(time.perf_counter() - second)
        encoding.append(second - first)
    whole = np.add(encoding, rest)
    return {
        "open_ms": round(opened * 1e3, 1),
        "encoding_p50_ms": round(float(np.median(encoding)) * 1e3, 2),
        "search_p50_ms": round(float(np.median(rest)) * 1e3, 2),
        "search_p99_ms": round(float(np.percentile(rest, 99)) * 1e3, 2),
        "question_p50_ms": round(float(np.median(whole)) * 1e3, 2),
        "question_p99_ms": round(float(np.percentile(whole, 99)) * 1e3, 2),
        "server_memory_mb": _memory_mb(),
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


def _memory_mb() -> int:
    """The most memory this process ever held; getrusage would tell that of the process it was forked from."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) // 1024


def questions(public: Path, count: int) -> list[str]:
    """The first so many known-item questions of MedQuAD."""
    lines = (public / "medquad" / "known_item_queries.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line)["text"] for line in lines[:count]]


if __name__ == "__main__":
    main()
