"""What the sections of a generated page have in common: a table, and a sentence on where figures come from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


def table(head: Sequence[object], rows: Sequence[Sequence[object]]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(str(cell) for cell in line)} |\n" for line in lines)


def origin(record: Mapping[str, Any]) -> str:
    """When, at which commit and on what a benchmark was run, and what whoever ran it noted."""
    machine = record["machine"]
    changed = " with changes" if record["changed"] else ""
    return (
        f"Measured {record['measured'][:10]} at `{(record['commit'] or 'no commit')[:7]}`{changed} on"
        f" {machine['cores']} cores"
        f" ({machine['processor']}), load {machine['load']:g} at the end."
        f"{' **' + record['note'] + '**' if record.get('note') else ''}"
    )
