"""The third of every set of cases that nothing is tuned on."""

from __future__ import annotations

import hashlib


def is_set_aside(identifier: str) -> bool:
    """Whether the case of this id is scored only, and never looked at: sha256 of the id, modulo 3, is 0."""
    return int(hashlib.sha256(identifier.encode()).hexdigest(), 16) % 3 == 0
