"""Facts that a page states for machines and the extraction does not look for: when it was reviewed, its language."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from lxml import etree

_MAX_LENGTH = 500_000
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_LANGUAGE = re.compile(r"^[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*$")


def language(root: etree._Element) -> str | None:
    """The language that the page declares ("en-GB"), if it is one."""
    declared = (root.get("lang") or "").strip()
    return declared if _LANGUAGE.match(declared) else None


def reviewed(root: etree._Element) -> str | None:
    """The day of the last review by the page's schema.org data (`lastReviewed`)."""
    for script in root.iterfind(".//script[@type='application/ld+json']"):
        for key, value in _pairs(script.text or ""):
            if key == "lastReviewed" and (day := _DAY.match(value)):
                return day[0]
    return None


def _pairs(text: str) -> Iterator[tuple[str, str]]:
    """Every key with a text in some JSON, at any depth; nothing where it is broken."""
    try:
        waiting = [json.loads(text)] if len(text) <= _MAX_LENGTH else []
    except (ValueError, RecursionError):
        return
    while waiting:
        value = waiting.pop()
        if isinstance(value, list):
            waiting += value
        elif isinstance(value, dict):
            yield from ((key, inner) for key, inner in value.items() if isinstance(inner, str))
            waiting += [inner for inner in value.values() if not isinstance(inner, str)]
