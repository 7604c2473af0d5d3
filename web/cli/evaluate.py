"""`footnote eval`: score a question file, write the report; or draft a question file from the articles' headings."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from web.cli.opening import open_bot
from web.cli.options import index_option

if TYPE_CHECKING:
    from bot.bot import Bot
    from bot.evaluation.questions import Part
    from bot.evaluation.report import Report

DEFAULT_OUT = Path("var/eval")


@click.command(name="eval")
@click.argument("datasets", metavar="DATASET...", nargs=-1, type=click.Path(path_type=Path))
@click.option(
    "--part",
    type=click.Choice(["all", "tuned", "aside"]),
    default="all",
    show_default=True,
    help="All questions, or without (tuned) or only (aside) the third that the hash of its id sets aside.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=DEFAULT_OUT,
    show_default=True,
    help="Folder for report.json and report.html.",
)
@click.option(
    "--worst",
    type=click.IntRange(min=0),
    default=30,
    show_default=True,
    help="How many of the worst cases the report shows.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the figures as one JSON object.")
@click.option("--propose", "drafting", is_flag=True, help="Print a question file drafted from the articles' headings.")
@index_option
def evaluate(
    datasets: tuple[Path, ...],
    part: Part,
    out: Path,
    worst: int,
    as_json: bool,
    drafting: bool,
    index_folder: Path,
) -> None:
    """Score the bot on question files (or folders of them) and write a report; docs/evaluation.md has the format.

    The figures go to standard output, report.json and report.html into --out.
    """
    if drafting == bool(datasets):
        raise click.UsageError("name question files to score, or give --propose and none")
    if drafting:
        _propose(open_bot(index_folder))
        return
    report = _scored(datasets, part, worst, index_folder)
    written = report.write(out)
    click.echo(json.dumps(report.figures) if as_json else _printed(report))
    click.echo(f"footnote: wrote {' and '.join(map(str, written))}", err=True)


def _scored(datasets: tuple[Path, ...], part: Part, worst: int, index_folder: Path) -> Report:
    from bot.evaluation.questions import QuestionFileError, load
    from bot.evaluation.report import make
    from bot.evaluation.run import run, trials

    cases = load(list(datasets), part)
    names = [str(path) for path in datasets]
    if not cases:
        raise QuestionFileError(f"{', '.join(names)}: no question belongs to the part {part!r}; leave --part out")
    bot = open_bot(index_folder)
    total = sum(len(case.turns) + (len(case.turns) == 1) for case in cases)
    terminal = sys.stderr.isatty()
    with click.progressbar(length=total, label="asking", file=sys.stderr, hidden=not terminal) as bar:
        played = run(cases, bot, bar.update)
        return make(played, trials(cases, bot, bar.update), bot, names, part, worst)


def _printed(report: Report) -> str:
    """The figures as aligned lines, each share with its count."""
    lines = [f"{len(report.turns)} turns, generation {report.scope.generation}"]
    for subject, rows in report.tables.items():
        lines += [f"{subject:10} {row.name:22} {row.value:.3f}  {row.right}/{row.of}" for row in rows]
    if report.calibration.of:
        error, chance = report.calibration.error, report.calibration.chance
        lines.append(f"{'certainty':10} {'calibration error':22} {error:.3f} (true ones: {chance:.3f})")
    if report.separation is not None:
        lines.append(f"{'certainty':10} {'separation':22} {report.separation:.3f}")
    return "\n".join(lines)


def _propose(bot: Bot) -> None:
    from bot.evaluation.propose import propose

    articles = bot.generation.articles
    for proposal in propose(articles[key] for key in articles):
        click.echo(json.dumps(proposal.as_dict(), ensure_ascii=False))
    click.echo(
        'footnote: fill in "must_mention" and add questions as visitors word them, and some that are not covered',
        err=True,
    )
