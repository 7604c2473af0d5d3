"""`footnote gaps`: what was asked and not covered, for editors."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from corpus.errors import FootnoteError
from web.settings import load_settings

if TYPE_CHECKING:
    from web.gaps import Report


class NothingKept(FootnoteError):
    """There is no file of kept questions."""


@click.command()
@click.option("--config", type=click.Path(path_type=Path, dir_okay=False), default=None, help="Settings file.")
@click.option("--index", "index_folder", type=click.Path(path_type=Path), default=None, help="Folder of the index.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as one JSON object.")
@click.option(
    "--html", type=click.Path(path_type=Path, dir_okay=False), default=None, help="Write the report as a page."
)
@click.option("--forget", is_flag=True, help="Delete everything that was kept.")
def gaps(config: Path | None, index_folder: Path | None, as_json: bool, html: Path | None, forget: bool) -> None:
    """Report what was asked and not covered, grouped, and how often red flags were found.

    Needs keep_questions or keep_feedback to have been set; nothing is kept by default.
    """
    settings = load_settings(config, os.environ).settings
    path = Path(settings.keep_file)
    if not path.is_file():
        raise NothingKept(f"{path}: nothing was kept; set keep_questions or keep_feedback, or correct keep_file")

    import msgspec

    from web.gaps import page, report
    from web.kept import Kept

    kept = Kept(path, settings.keep_days)
    if forget:
        kept.forget()
        click.echo(f"footnote: everything in {path} is deleted", err=True)
        return
    made = report(kept, settings.keep_days, index_folder or Path(settings.index))
    if html is not None:
        try:
            html.write_text(page(made), encoding="utf-8")
        except OSError as error:
            raise NothingKept(f"{html}: cannot be written ({error.strerror}); name another file") from error
    if as_json:
        click.echo(msgspec.json.encode(made))
    elif html is None:
        click.echo(_paper(made))


def _paper(made: Report) -> str:
    lines = [f"{made.questions} questions of the last {made.days} days were not covered"]
    for gap in made.gaps:
        lines.append(f"{gap.count:5}  {gap.question}")
        if gap.nearest:
            lines.append("       nearest: " + " > ".join(filter(None, (gap.nearest.title, gap.nearest.section))))
    lines += [f"{flag.count:5}  red flag {flag.concept} ({flag.tier})" for flag in made.red_flags]
    lines.append(f"feedback: {made.feedback.helpful} helpful, {made.feedback.not_helpful} not helpful")
    return "\n".join(lines)
