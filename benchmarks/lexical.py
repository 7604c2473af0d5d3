"""Which words index? Ours, SQLite FTS5 and bm25s over the same stems: bytes, building, a cold start, a question.

    python benchmarks/lexical.py --public ../shared/eval/public [--sizes 100 60000]

bm25s is measured where it is installed (`pip install bm25s`); a cold start is a fresh process that imports what it
needs, opens the index and answers one question, less the same process that only imports numpy.
"""

from __future__ import annotations

import argparse
import gzip
import json
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from index.arrays import ArrayWriter
from index.lexical import LexicalIndex, LexicalWriter
from index.words import analyse

Ask = Callable[[list[str]], int]

COLD = {
    "nothing": "import numpy",
    "ours": "import numpy; from pathlib import Path; from index.lexical import LexicalIndex;"
    "LexicalIndex.open(Path(folder) / 'ours').search(stems, 60)",
    "fts5": "import numpy, sqlite3; database = sqlite3.connect(f'file:{folder}/fts5?mode=ro', uri=True);"
    "database.execute('select rowid, bm25(passages) from passages where passages match ? order by 2 limit 60',"
    "(' OR '.join(stems),)).fetchall()",
    "bm25s": "import numpy, bm25s; index = bm25s.BM25.load(folder + '/bm25s', mmap=True);"
    "index.retrieve([stems], k=min(60, size), show_progress=False)",
}


def main() -> None:
    """Measure each index at each size."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--public", type=Path, required=True, help="folder with medquad/")
    parser.add_argument("--sizes", type=int, nargs="+", default=[100, 60_000])
    arguments = parser.parse_args()
    corpus = pieces(arguments.public, max(arguments.sizes))
    lines = (arguments.public / "medquad" / "known_item_queries.jsonl").read_text(encoding="utf-8").splitlines()
    asked = [stems for stems in (analyse(json.loads(line)["text"]) for line in lines[:200]) if stems]
    for size in arguments.sizes:
        with tempfile.TemporaryDirectory() as folder:
            compare(corpus[:size], asked, Path(folder))


def compare(corpus: list[list[str]], asked: list[list[str]], folder: Path) -> None:
    """Build the three over the same stems and time them."""
    print(f"\n{len(corpus):,} passages")
    makers = {"ours": ours, "fts5": fts5, **({"bm25s": bm25s} if find_spec("bm25s") else {})}
    nothing = cold("nothing", asked[0], len(corpus), folder)
    for name, make in makers.items():
        started = time.perf_counter()
        ask = make(corpus, folder)
        built = time.perf_counter() - started
        times = []
        for stems in asked:
            started = time.perf_counter()
            ask(stems)
            times.append(time.perf_counter() - started)
        size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file() and name in str(path))
        start = cold(name, asked[0], len(corpus), folder) - nothing
        print(
            f"  {name:6} built in {built:6.2f} s, {size / 1e6:6.1f} MB, cold start {start * 1e3:6.0f} ms, "
            f"question p50 {np.median(times) * 1e3:6.2f} ms, p99 {np.percentile(times, 99) * 1e3:6.2f} ms"
        )


def cold(name: str, stems: list[str], size: int, folder: Path) -> float:
    """The best of five fresh processes, in seconds."""
    program = f"folder, stems, size = {str(folder)!r}, {stems!r}, {size}\n{COLD[name]}"
    times = []
    for _ in range(5):
        started = time.perf_counter()
        subprocess.run([sys.executable, "-c", program], check=True, capture_output=True)
        times.append(time.perf_counter() - started)
    return min(times)


def ours(corpus: list[list[str]], folder: Path) -> Ask:
    """`index.lexical`."""
    writer = LexicalWriter()
    for stems in corpus:
        writer.add(stems, stems)
    with (folder / "ours").open("wb") as file:
        arrays = ArrayWriter(file)
        writer.write(arrays)
        arrays.close()
    index = LexicalIndex.open(folder / "ours")
    return lambda stems: len(index.search(stems, 60)[0])


def fts5(corpus: list[list[str]], folder: Path) -> Ask:
    """SQLite's full-text search over the stems, joined by spaces."""
    database = sqlite3.connect(folder / "fts5")
    database.execute("create virtual table passages using fts5(text, content='', tokenize='unicode61')")
    database.executemany(
        "insert into passages(rowid, text) values (?, ?)", ((row, " ".join(stems)) for row, stems in enumerate(corpus))
    )
    database.execute("insert into passages(passages) values ('optimize')")
    database.commit()
    query = "select rowid, bm25(passages) from passages where passages match ? order by 2 limit 60"
    return lambda stems: len(database.execute(query, (" OR ".join(f'"{stem}"' for stem in set(stems)),)).fetchall())


def bm25s(corpus: list[list[str]], folder: Path) -> Ask:
    """bm25s as its documentation says, memory-mapped."""
    import bm25s as library

    index = library.BM25()
    index.index(corpus, show_progress=False)
    index.save(str(folder / "bm25s"))
    index = library.BM25.load(str(folder / "bm25s"), mmap=True)
    count = min(60, len(corpus))
    return lambda stems: len(index.retrieve([stems], k=count, show_progress=False)[0][0])


def pieces(public: Path, size: int) -> list[list[str]]:
    """So many pieces of MedQuAD answers, 60 words each, as stems."""
    found: list[list[str]] = []
    with gzip.open(public / "medquad" / "docs.jsonl.gz", "rt", encoding="utf-8") as file:
        for line in file:
            words = json.loads(line)["answer"].split()
            for start in range(0, len(words), 60):
                found.append(analyse(" ".join(words[start : start + 60])))
                if len(found) == size:
                    return found
    return found


if __name__ == "__main__":
    main()
