"""Kills the builder at random moments and checks what readers see: a whole generation, the old or the new, each time.

    python -m benchmarks.crash --moments 200 --keep

Builds from the bundled articles with the real encoder, alternately with and without the last one; each build runs in a
process of its own that gets SIGKILL at a random moment. After each: every hash, row and offset is verified, `footnote
index status` tells the generation, a question is answered from it, and the articles must be exactly those of the old
or of the new generation. Then each file in turn is cut short, and in each one bit is changed: that must be noticed,
and the next build must mend it. Ends with status 1 at the first fault; `--keep` writes benchmarks/results/crash.json.
"""

from __future__ import annotations

import argparse
import collections
import itertools
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import msgspec
from click.testing import CliRunner

from benchmarks.results import keep
from bot.bot import Bot
from bot.conversation import Conversation, Message
from corpus.article import Article
from corpus.sources import bundled, read
from index.builder import build
from index.export import cached_export
from index.store import IndexFolder
from index.verify import verify
from web.cli.index import index as index_command

ROOT = Path(__file__).resolve().parents[1]


def main() -> None:
    """Kill, look, and count."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--moments", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", action="store_true", help="write benchmarks/results/crash.json")
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
        damaged = damage(folder, sets, encoder)
    for what, count in sorted(seen.items()):
        print(f"{count:5} {what}")
    print(f"{arguments.moments} moments; every index was whole, every question answered, the next build succeeded")
    print(f"{damaged} damaged files; each was noticed, and mended by the next build")
    if arguments.keep:
        print(keep("crash", {"moments": arguments.moments, "ends": dict(seen), "damaged_files": damaged, "faults": 0}))


def damage(folder: Path, sets: list[list[Article]], encoder: Path) -> int:
    """Cut each file of the current generation short, and change one bit of each; returns how many were damaged."""
    index, number = IndexFolder(folder), 0
    files = [path.relative_to(index.folder(index.current_name())) for path in _files(index)]
    for name, hurt in itertools.product(files, (_cut, _flip)):
        path = index.folder(index.current_name()) / name
        hurt(path)
        if not verify(index.folder(index.current_name())):
            sys.exit(f"{name}: {hurt.__name__[1:]} was not noticed")
        number += 1
        build(sets[number % 2], folder, model=encoder)
        if held(folder) != ids(sets[number % 2]):
            sys.exit(f"{name}: the next build did not mend it")
    return number


def _files(index: IndexFolder) -> list[Path]:
    return sorted(path for path in index.folder(index.current_name()).rglob("*") if path.is_file())


def _cut(path: Path) -> None:
    os.truncate(path, max(0, path.stat().st_size - 1))


def _flip(path: Path) -> None:
    with path.open("r+b") as file:
        file.seek(path.stat().st_size // 2)
        byte = file.read(1)
        file.seek(-1, os.SEEK_CUR)
        file.write(bytes([byte[0] ^ 1]))


def held(folder: Path) -> tuple[str, ...]:
    """The articles of the current generation, once it is verified, told by status, and has answered."""
    index = IndexFolder(folder)
    problems = verify(index.folder(index.current_name()))
    if problems:
        sys.exit(str(problems[0]))
    status = CliRunner().invoke(index_command, ["status", "--json", "--articles", "--index", str(folder)])
    told = json.loads(status.output)
    bot = Bot.open(folder)
    reply = bot.reply(Conversation((Message("visitor", "How long should I ice my ankle?"),)))
    texts = {key: article.text for key, article in bot.generation.articles.items()}
    if told["generation"] != bot.generation.name or set(told["articles"]) != set(texts):
        sys.exit("status tells another generation than the one that answers")
    if reply.generation != bot.generation.name or reply.kind != "answer":
        sys.exit(f"the question was not answered: {reply.kind}")
    if any(texts[c.article_id][c.start : c.end] != c.quote for c in reply.citations):
        sys.exit("a quote does not stand in the generation that answered")
    return tuple(texts)


def ids(articles: list[Article]) -> tuple[str, ...]:
    """Ids in the order of a generation."""
    return tuple(sorted(article.id for article in articles))


if __name__ == "__main__":
    main()
