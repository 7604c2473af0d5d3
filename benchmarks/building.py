"""Passages a second that a build encodes, beside `SentenceTransformer.encode` on the same text, in one run.

    python -m benchmarks.building --index INDEX [--passages 1200] [--rounds 3]

Ours as a build runs it: on all cores, with the vectors of the tokens besides. Both are given the passages sorted by
length, and are warmed up. Keeps benchmarks/results/building.json.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from benchmarks.results import keep
from index.encoder import Encoder
from index.generation import ENCODER_FOLDER
from index.model import find
from index.store import IndexFolder


def rate(encode: Callable[[Sequence[str]], object], texts: Sequence[str]) -> float:
    """Texts a second."""
    started = time.perf_counter()
    encode(texts)
    return len(texts) / (time.perf_counter() - started)


def main() -> None:
    """Measure both in turn, print, keep."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--index", type=Path, required=True)
    parser.add_argument("--passages", type=int, default=1200)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    from sentence_transformers import SentenceTransformer

    generation = IndexFolder(arguments.index).current()
    texts = sorted((passage.embedded_text for passage in generation.passages[: arguments.passages]), key=len)
    encoder = Encoder.open(generation.folder / ENCODER_FOLDER, parallel=0)
    model: Any = SentenceTransformer(str(find(None).folder), device="cpu", local_files_only=True)
    ways: dict[str, Callable[[Sequence[str]], object]] = {
        "footnote": encoder.encode_tokens,
        "sentence-transformers": model.encode,
    }
    for encode in ways.values():
        encode(texts[:50])
    rates = [{name: rate(encode, texts) for name, encode in ways.items()} for _ in range(arguments.rounds)]
    figures = {name: round(statistics.median(each[name] for each in rates), 1) for name in ways}
    times = statistics.median(each["footnote"] / each["sentence-transformers"] for each in rates)
    print(f"{len(texts)} passages: {figures} a second, {times:.2f} times")
    print(
        keep("building", {"passages": len(texts), "a_second": figures, "times_sentence_transformers": round(times, 2)})
    )


if __name__ == "__main__":
    main()
