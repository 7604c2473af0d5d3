"""A whole turn in process against encoding the same question alone, in one run.

    python -m benchmarks.warm --index INDEX QUESTIONS.jsonl [...]

Prints p50 and p99 of both in milliseconds, and their ratios. Each question is asked once as a conversation of its own,
after a round that warms everything up.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from bot.bot import Bot
from bot.conversation import Conversation, Message
from bot.evaluation.questions import load


def timed(run: Callable[[str], object], texts: Sequence[str]) -> list[float]:
    """The seconds of each call, sorted."""
    seconds = []
    for text in texts:
        started = time.perf_counter()
        run(text)
        seconds.append(time.perf_counter() - started)
    return sorted(seconds)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("questions", nargs="+", type=Path)
    parser.add_argument("--index", type=Path, required=True)
    arguments = parser.parse_args()
    bot = Bot.open(arguments.index)
    texts = [case.turns[0].user for case in load(arguments.questions) if case.group == "single"]

    def turn(text: str) -> None:
        bot.reply(Conversation((Message("visitor", text),)))

    def encoding(text: str) -> None:
        bot.generation.encoder.encode([text])

    for run in (turn, encoding):
        timed(run, texts[:40])
    measured = {name: timed(run, texts) for name, run in (("turn", turn), ("encoding", encoding))}
    for name, seconds in measured.items():
        p50, p99 = (seconds[int(len(seconds) * share)] * 1000 for share in (0.5, 0.99))
        print(f"{name:9} p50 {p50:6.2f} ms   p99 {p99:6.2f} ms   of {len(seconds)}")
    for share, name in ((0.5, "p50"), (0.99, "p99")):
        place = int(len(texts) * share)
        print(f"turn / encoding {name}: {measured['turn'][place] / measured['encoding'][place]:.1f}")


if __name__ == "__main__":
    main()
