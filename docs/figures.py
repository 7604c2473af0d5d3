"""The figures in the README, from what the benchmarks kept in `benchmarks/results`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "benchmarks" / "results"
README = ROOT / "README.md"
BEGIN, END = "<!-- figures: written by `make docs` -->\n", "<!-- end of figures -->\n"

_MOST = 8
"""Numbers shown of one benchmark; the README has one screen, the file has them all."""


def readme(text: str, folder: Path = RESULTS) -> str:
    """`text` of the README with the block between its marks made anew; ValueError where a mark is missing."""
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"README.md lost a mark: {BEGIN.strip()} or {END.strip()}")
    return before + begin + block(folder) + end + after


def block(folder: Path = RESULTS) -> str:
    """A table with one row for each kept benchmark that has figures and no note, or a sentence where there is none."""
    kept = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.json"))]
    # A record with a note is doubted by whoever measured it: docs/performance.md shows it with its note.
    records = [record for record in kept if not record.get("note") and _shown(record["figures"])]
    if not records:
        return "No benchmark has been kept yet: `make bench`.\n"
    rows = [f"| {_words(record['name'])} | {_shown(record['figures'])} | {_origin(record)} |" for record in records]
    return "\n".join(["| benchmark | figures | measured at |", "|---|---|---|", *rows, ""])


def _shown(figures: dict[str, Any]) -> str:
    numbers = [(key, value) for key, value in figures.items() if isinstance(value, (int, float))]
    return " · ".join(f"{_words(key)} **{_number(value)}**" for key, value in numbers[:_MOST])


def _number(value: float) -> str:
    return f"{value:,}" if isinstance(value, int) else f"{value:,.3f}".rstrip("0").rstrip(".")


def _origin(record: dict[str, Any]) -> str:
    commit = f"`{(record.get('commit') or 'no commit')[:7]}`{' and changes' if record.get('changed') else ''}"
    return f"{commit}, {record['measured'][:10]}"


def _words(name: str) -> str:
    return name.replace("_", " ")
