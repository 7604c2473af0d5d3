"""How often the answers from one corpus are wrong at each threshold: what is kept of it with a generation.

It is found out when the index is built (`bot/evaluation/risk.py`), and lies beside the threshold that it stands for.
"""

from __future__ import annotations

import msgspec

from index.generation import Generation

NAME = "risk.json"
FORMAT = 2


class Point(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """From `threshold` on the share `coverage` of all questions is answered, `risk` of the answers wrongly."""

    threshold: float
    coverage: float
    risk: float


class Risk(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a corpus says of itself.

    `threshold` is the probability from which questions are answered. `asked` headings were asked with everything in
    place, of which `answered` (share) were answered and `right` (share) from the section below the heading; of the same
    with that section left out, `declined` (share) were declined: few where other sections say the same, and rightly so.
    `missed` are headings, twenty at most, that were declined or answered from elsewhere. `curve` goes from the highest
    threshold to the lowest; it counts every answer without the section as wrong, so the true risk is smaller.

    `foreign` headings were asked as if their article were not there, and their subject then was nowhere; with the share
    `subject`, from which a subject counts as there on this site, `foreign_declined` (share) of them are declined.
    """

    format: int
    threshold: float
    asked: int
    answered: float
    right: float
    declined: float
    missed: tuple[str, ...]
    foreign: int
    foreign_declined: float
    subject: float
    curve: tuple[Point, ...]


def risk_of(generation: Generation) -> Risk | None:
    """What was found out when the generation was built; None for one built without, or by another version."""
    data = generation.attachment(NAME)
    if data is None:
        return None
    try:
        return msgspec.json.decode(data, type=Risk)
    except msgspec.DecodeError:
        return None
