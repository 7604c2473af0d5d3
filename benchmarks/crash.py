"""Kills the builder at random moments and checks what readers see: a whole generation, the old or the new, each time.
time.

    python benchmarks/crash.py --moments 200

Builds from the bundled articles with the real encoder, alternately with and without the last one; each build runs in a
process of its own that gets SIGKILL at a random moment. After each: every hash, row and offset is verified, a question
is searched, and the articles must be exactly those of the old or of the new generation. Ends with status 1 at the
first that is not.
"""

from __future__ import annotations

import argparse
import collections
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import msgspec

from corpus.article import Article
from corpus.sources import bundled, read
from index.builder import build
from index.export import cached_export
from index.store import IndexFolder
from index.verify import verify

ROOT = Path(__file__).resolve().parents[1]


def main() -> None:
    """Kill, look, and count."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--moments", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    articles = list(read(bundled()).articles)
    sets = [articles[:-1], articles]
    chance = random.Random(arguments.seed)
    seen: collections.Counter[str] = collections.Counter()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "index"
        encoder = cached_export(None, folder / "encoders").folder
        build(sets[0], folder, model=encoder)
        started = time.perf_counter()
        build(sets[1], folder, model=encoder)
        usual = time.perf_counter() - started
        command = [sys.executable, str(ROOT / "tests" / "index" / "crashing.py")]
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
        with subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
        ) as builder:
            assert builder.stdin is not None
            assert builder.stdout is not None
            for moment in range(arguments.moments):
                old = held(folder)
                new = sets[0] if len(old) == len(articles) else sets[1]
                stored = Path(scratch) / "articles.json"
                stored.write_bytes(msgspec.json.encode(new))
                task = {"articles": str(stored), "folder": str(folder), "model": str(encoder)}
                task["kill_after"] = str(chance.random() * usual * 1.3)  # a string, to keep the type of the dictionary
                print(json.dumps({**task, "kill_after": float(task["kill_after"])}), file=builder.stdin, flush=True)
                words = builder.stdout.readline().strip() or "killed"
                found = held(folder)
                if found not in (old, ids(new)):
                    sys.exit(f"moment {moment}: {found} is neither {old} nor {ids(new)}")
                seen[f"{words.split()[0]}: {'new' if found == ids(new) else 'old'} generation"] += 1
            builder.stdin.close()
        build(sets[0], folder, model=encoder)
        build(sets[1], folder, model=encoder)
        held(folder)
    for what, count in sorted(seen.items()):
        print(f"{count:5} {what}")
    print(f"{arguments.moments} moments; every index was whole, every question answered, the next build succeeded")


def held(folder: Path) -> tuple[str, ...]:
    """The articles of the current generation, once it is verified and has answered."""
    index = IndexFolder(folder)
    problems = verify(index.folder(index.current_name()))
    if problems:
        sys.exit(str(problems[0]))
    generation = index.current()
    rows, _ = generation.dense.search(generation.encoder.encode(["how long does a sprain take to heal"])[0], 3)
    if len(rows) != min(3, len(generation.passages)):
        sys.exit("a question found nothing")
    return tuple(generation.articles)


def ids(articles: list[Article]) -> tuple[str, ...]:
    """Ids in the order of a generation."""
    return tuple(sorted(article.id for article in articles))


if __name__ == "__main__":
    main()
