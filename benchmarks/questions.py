"""Scores the project's own question sets on its bundled articles and keeps the figures.

    python -m benchmarks.questions --index INDEX

Prints what `footnote eval tests/questions` prints, and keeps it in `benchmarks/results/questions.json`.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from benchmarks.results import keep
from bot.bot import Bot
from bot.evaluation.questions import Part, load
from bot.evaluation.report import make
from bot.evaluation.run import run, trials

ROOT = Path(__file__).resolve().parent.parent
QUESTIONS = ROOT / "tests" / "questions"

SHOWN = (
    "single_right",
    "single_answered",
    "declined_near",
    "follow_ups_right",
    "lists_right",
    "verbatim",
    "separation",
)
"""Those that the README shows come first."""


def main() -> None:
    """Score, keep, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--index", type=Path, default=ROOT / "var" / "index")
    parser.add_argument("--part", choices=("all", "tuned", "aside"), default="all")
    chosen = parser.parse_args()
    figures = scored(chosen.index, chosen.part)
    for name, value in figures.items():
        print(f"{name:30} {value}")
    print(keep("questions", figures))


def scored(index: Path, part: Part) -> dict[str, float]:
    """The figures of docs/evaluation.md, those that are shown first."""
    bot = Bot.open(index)
    cases = load([QUESTIONS], part)
    report = make(run(cases, bot), trials(cases, bot), bot, [QUESTIONS.name], part, 0)
    figures = dict(report.figures)
    return {**{name: figures[name] for name in SHOWN if name in figures}, **figures}


if __name__ == "__main__":
    main()
