"""What the red-flag screen costs, beside one encoding of a short question in the same run.

    python -m benchmarks.screen [--index DIR]

Messages of about 500 characters are cut from the exemplars, one or more to a message, so that no text comes twice.
Targets (docs/performance.md): p99 at most 10 encodings, and linear growth up to 20,000 characters.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.results import keep
from bot.safety import exemplars, load, second_layer
from index.store import IndexFolder

_LENGTHS = (500, 5_000, 20_000)
_MESSAGES = 200


def main() -> None:
    """Measure and print; the figures are kept in benchmarks/results."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--index", type=Path, default=Path("var/index"))
    generation = IndexFolder(parser.parse_args().index).current()
    screen = load(second_layer(generation))
    texts = [e.text for e in exemplars.read()]
    short = [t for t in texts if 20 < len(t) < 60][:_MESSAGES]
    encoding = _milliseconds(lambda t: generation.encoder.encode([t]), short)
    figures: dict[str, float] = {"encoding p50 ms": _p(encoding, 50), "encoding p99 ms": _p(encoding, 99)}
    for length in _LENGTHS:
        messages = _of_length(texts, length, _MESSAGES if length == _LENGTHS[0] else 10)
        spent = _milliseconds(lambda t: screen.check([t]), messages)
        figures[f"{length} characters p50 ms"] = _p(spent, 50)
        figures[f"{length} characters p99 ms"] = _p(spent, 99)
    figures["500 characters p99, encodings"] = figures["500 characters p99 ms"] / figures["encoding p50 ms"]
    figures["growth from 5,000 to 20,000"] = figures["20000 characters p50 ms"] / figures["5000 characters p50 ms"]
    for name, value in figures.items():
        print(f"{name:32} {value:9.2f}")
    keep("screen", figures)


def _of_length(texts: list[str], length: int, number: int) -> list[str]:
    made, at = [], 0
    for _ in range(number):
        message = ""
        while len(message) < length:
            message += texts[at % len(texts)] + ". "
            at += 1
        made.append(message[:length])
    return made


def _milliseconds(run: Callable[[str], object], texts: list[str]) -> list[float]:
    for text in texts[:5]:
        run(text)
    spent = []
    for text in texts:
        started = time.perf_counter()
        run(text)
        spent.append(1000 * (time.perf_counter() - started))
    return spent


def _p(values: list[float], percent: int) -> float:
    return statistics.quantiles(values, n=100)[percent - 1]


if __name__ == "__main__":
    main()
