"""The report as one self-contained HTML page: light, printable, no script, nothing fetched."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from bot.evaluation import plot
from bot.evaluation.plot import Frame, Line
from bot.evaluation.report import Report

if TYPE_CHECKING:
    from jinja2 import Environment

_BARS = {
    "single": ("Single questions", "answered, and rightly"),
    "hits": ("Finding", "the right passage among the first k candidates"),
    "styles": ("Right answers by style", "cited and said, by how the question is worded"),
    "declined": ("Not covered", "declined, by kind"),
    "dialogues": ("Conversations", "turns after the first that are right"),
    "lists": ("Lists", "with as many items as were asked for"),
}


@cache
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    return Environment(
        loader=PackageLoader("bot", "evaluation"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def page(report: Report) -> str:
    """The page of a report; every text of the site and of the questions is escaped."""
    from markupsafe import Markup

    bars = [
        (*_BARS[name], Markup(plot.bars(*_BARS[name], rows)))
        for name, rows in report.tables.items()
        if name in _BARS and rows
    ]
    return (
        _environment()
        .get_template("report.html.jinja")
        .render(
            report=report,
            bars=bars,
            risk=Markup(_risk(report)) if report.curve else None,
            trade=Markup(_trade(report)) if report.separation is not None else None,
            calibration=Markup(_calibration(report)) if report.calibration.of else None,
            wrong=sum(not row.right for row in report.turns),
        )
    )


def _risk(report: Report) -> str:
    frame = Frame(
        "Risk and coverage",
        "For every threshold, the share of answers that is wrong against the share of questions that is answered.",
        "share of questions answered",
        "share of answers wrong",
    )
    line = Line("risk", [(point.coverage, point.risk) for point in report.curve])
    return plot.curves(frame, [line], report.operating)


def _trade(report: Report) -> str:
    frame = Frame(
        "Answering and declining",
        "For every threshold, the share of questions not covered that is declined against the share of the covered ones"
        " that is answered.",
        "covered: answered",
        "not covered: declined",
    )
    line = Line("threshold", [(0.0, 1.0), *((point.answered, point.declined) for point in report.curve)])
    return plot.curves(frame, [line])


def _calibration(report: Report) -> str:
    frame = Frame(
        "Calibration",
        "For each tenth of confidence, the share of answers that is right; on the line both are equal.",
        "confidence",
        "share right",
    )
    return plot.reliability(frame, report.calibration.bins)
