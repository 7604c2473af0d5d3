"""The rules as one printable page, for a clinician to read and amend."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path

from bot.safety import message, rulebook, specimen, suite

OPEN_QUESTIONS = (
    "Bruising alone, and mild tingling that settles with looser laces: urgent or assessment?",
    "Cannot bear weight: which same-day X-ray route in each region?",
    "High-risk bone stress without a limp: urgent or assessment?",
    "Rhabdomyolysis and septic joint: emergency number, or emergency department with somebody driving?",
    "Suspected clot in the leg: the same day everywhere?",
    "Eating disorder: tier and thresholds.",
    "A faint in effort or passing stroke signs days ago, now well: emergency or the same day?",
    "The age limits of 55 and 65.",
    "Wording and consent under 18.",
    "First-aid lines: raising a limb with suspected compartment syndrome, nothing by mouth, aspirin.",
    "The wording of every emergency number by region.",
    "Whether a forced triage message makes this a medical device where the owner works: legal advice is needed.",
)


def page(score: suite.Score | None = None, region: str | None = None) -> str:
    """One self-contained HTML page: every rule with wordings, traps, source and review state, every message as a
    visitor of `region` sees it, figures, open questions."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    book = rulebook.load()
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent), undefined=StrictUndefined, autoescape=True, trim_blocks=True
    )
    order = {level: place for place, level in enumerate(reversed(rulebook.LEVELS))}
    concepts = sorted(book.concepts.values(), key=lambda c: (order[c.tier], c.id))
    texts: list[message.Frame | message.Situation] = [*message.frames().values(), *message.situations().values()]
    return environment.get_template("report.html.jinja").render(
        tiers=[(tier, list(group)) for tier, group in groupby(concepts, key=lambda c: c.tier)],
        combinations=book.combinations,
        contexts=list(book.contexts.values()),
        situations=message.situations(),
        specimens=specimen.specimens(book, region),
        regions=message.regions().region,
        figures=suite.lines(score) if score else [],
        questions=OPEN_QUESTIONS,
        version=book.version,
        reviewed=sum(bool(c.reviewed_by) for c in concepts),
        total=len(concepts),
        texts_reviewed=sum(bool(text.reviewed_by) for text in texts),
        texts_total=len(texts),
    )
