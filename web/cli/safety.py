"""`footnote safety`: score the red-flag screen, explain one decision, write the list of rules for a clinician."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from bot.safety import Screen, load, second_layer, suite
from corpus.errors import FootnoteError
from web.cli.message import visitor_message
from web.cli.options import index_option


class ReportNotWritten(FootnoteError):
    """The page of rules cannot be written where it was asked for."""


class TrainingNotPossible(FootnoteError):
    """What training reads cannot be read, or what it makes cannot be written."""


@click.group()
def safety() -> None:
    """Score, explain and print the red-flag screen."""


def _screen(index_folder: Path) -> Screen:
    """Both layers when there is an index, the rules alone when there is none."""
    from index.store import IndexFolder

    try:
        screen = load(second_layer(IndexFolder(index_folder).current()))
    except FootnoteError:
        screen = load()
    if screen.degraded:
        click.echo("footnote: no index with a meaning layer; the rules run alone", err=True)
    return screen


@safety.command("test")
@click.argument("file", required=False, type=click.Path(path_type=Path, exists=True))
@click.option("--tuned", "part", flag_value="tuned", help="Only the two thirds that were tuned on.")
@click.option("--set-aside", "part", flag_value="set-aside", help="Only the third that nobody looks at.")
@click.option("--failures", is_flag=True, help="Show what went wrong; never of the part that is set aside.")
@index_option
def check_suite(file: Path | None, part: suite.Part | None, failures: bool, index_folder: Path) -> None:
    """Score FILE (or a folder of .jsonl files; by default the suite of the package); exit 1 when a gate is missed."""
    items = suite.part_of(suite.read(file or suite.INDEPENDENT), part or "all")
    score = suite.score(_screen(index_folder), items)
    click.echo("\n".join(suite.lines(score)))
    if failures:
        click.echo("\n".join(suite.failures(score)))
    missed = [gate.name for gate in score.gates if not gate.met]
    if missed:
        what = "1 gate" if len(missed) == 1 else f"{len(missed)} gates"
        click.echo(f"footnote: {what} missed: {'; '.join(missed)}", err=True)
        sys.exit(1)


@safety.command("check")
@click.argument("messages", nargs=-1, required=True)
@click.option("--region", help="Whose telephone numbers to show.")
@index_option
def check_message(messages: tuple[str, ...], region: str | None, index_folder: Path) -> None:
    """Explain the decision on MESSAGE, or on a conversation given as several messages, oldest first."""
    texts = [visitor_message(message) for message in messages]
    verdict = _screen(index_folder).check(texts, region)
    click.echo(f"tier: {verdict.tier or 'none'}" + ("  (rules alone)" if verdict.degraded else ""))
    if verdict.refusal:
        click.echo(f"personal advice asked for: {verdict.refusal}")
    for fired in verdict.fired:
        click.echo(
            f"  message {fired.turn + 1}: {fired.rule} [{fired.tier}] “{fired.evidence}” "
            f"{fired.decision}; {fired.layer}"
        )
    if verdict.escalation:
        click.echo(f"\n{verdict.escalation.headline}\n{verdict.escalation.text}")
        for action in verdict.escalation.actions:
            click.echo(f"  [{action.label}] {action.href or ''}")


@safety.command("report")
@click.option("--output", type=click.Path(path_type=Path), default=Path("safety-report.html"), show_default=True)
@click.option("--figures/--no-figures", default=True, help="Score the suite as well.")
@click.option("--region", help="Whose telephone numbers the messages show.")
@index_option
def write_report(output: Path, figures: bool, region: str | None, index_folder: Path) -> None:
    """Write one printable page with every rule and every message: wordings, traps, source and review state."""
    from bot.safety.report import page

    score = suite.score(_screen(index_folder), suite.read(suite.INDEPENDENT)) if figures else None
    try:
        output.write_text(page(score, region), "utf-8")
    except OSError as error:
        raise ReportNotWritten(f"{output}: cannot be written ({error.strerror}); name another file") from error
    click.echo(str(output))


@safety.command("train")
@click.option("--keep-adapter", is_flag=True, help="Leave the adapted encoder as it is; renew only what weighs it.")
def train_layer(keep_adapter: bool) -> None:
    """Train the second layer from the exemplars, and keep it beside the rules; indexes take it up when built again.

    For those who change exemplars or rules: needs the packages of the extra `build` and, on two cores, 40 minutes.
    """
    from bot.safety import attachment, exemplars, meaning, training

    try:
        adapter = attachment.ADAPTER.read_bytes() if keep_adapter else None
    except OSError as error:
        raise TrainingNotPossible(f"{error.filename}: {error.strerror}; train without --keep-adapter") from error
    trained = training.train(exemplars.read(), adapter, say=lambda line: click.echo(line, err=True))
    try:
        attachment.ADAPTER.write_bytes(trained.adapter)
        meaning.SHIPPED.write_bytes(trained.meaning)
    except OSError as error:
        raise TrainingNotPossible(
            f"{error.filename}: {error.strerror}; train where the rules can be written"
        ) from error
    click.echo(f"{attachment.ADAPTER}\n{meaning.SHIPPED}")
