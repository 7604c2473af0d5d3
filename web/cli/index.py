"""`footnote index`: build, change, look at and mend an index."""

from __future__ import annotations

import contextlib
import importlib
import importlib.util
import json
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import click
import msgspec

from corpus.errors import FootnoteError
from web.blocks import is_overdue
from web.cli.options import index_option

if TYPE_CHECKING:
    from bot.risk import Risk
    from corpus.fetcher import Manners
    from index.builder import Attachment, BuildOptions
    from index.contradictions import Contradiction
    from index.rebuild import Rebuilt

_MOST_PAIRS = 20
"""Near-duplicates, and contradictions, told on a terminal; a large site has thousands."""

_json_option = click.option("--json", "as_json", is_flag=True, help="Print the report as one JSON object.")
_model_option = click.option(
    "--model",
    default=None,
    help="sentence-transformers model: folder, installed package or name; or an exported encoder's folder.",
)
_precision_option = click.option(
    "--precision", type=click.Choice(["int8", "fp32"]), default=None, help="Numbers the encoder computes with."
)


_private_option = click.option(
    "--allow-private", is_flag=True, help="Fetch from private addresses too: your own network, or this machine."
)
_delay_option = click.option(
    "--delay",
    default=1.0,
    show_default=True,
    help="Seconds between two requests to one site; robots.txt may ask for more.",
)


@click.group()
def index() -> None:
    """Build the index, add and remove articles, check it, go back."""


@index.command()
@click.argument("sources", nargs=-1)
@_model_option
@_precision_option
@_private_option
@_delay_option
@_json_option
@index_option
def build(
    sources: tuple[str, ...],
    model: str | None,
    precision: str | None,
    allow_private: bool,
    delay: float,
    as_json: bool,
    index_folder: Path,
) -> None:
    """Build a new generation from exactly these SOURCES; with none, from the bundled articles."""
    from index.rebuild import rebuild

    manners = _manners(sources, allow_private, delay)
    _print(rebuild(sources, index_folder, options(index_folder, model, precision), manners=manners), as_json)


@index.command()
@click.argument("sources", nargs=-1, required=True)
@_private_option
@_delay_option
@_json_option
@index_option
def add(sources: tuple[str, ...], allow_private: bool, delay: float, as_json: bool, index_folder: Path) -> None:
    """Add the articles of SOURCES to the current generation; an article of the same id is replaced."""
    from index.rebuild import add as add_sources

    manners = _manners(sources, allow_private, delay)
    _print(add_sources(sources, index_folder, options(index_folder), manners=manners), as_json)


@index.command()
@click.argument("article_ids", nargs=-1, required=True)
@_json_option
@index_option
def remove(article_ids: tuple[str, ...], as_json: bool, index_folder: Path) -> None:
    """Remove articles from the current generation, by id."""
    from index.rebuild import remove as remove_articles

    _print(remove_articles(article_ids, index_folder, options(index_folder)), as_json)


@index.command()
@click.option("--articles", "with_articles", is_flag=True, help="List the articles too.")
@_json_option
@index_option
def status(with_articles: bool, as_json: bool, index_folder: Path) -> None:
    """Say what is served: the current generation, what it holds, and what its editor should look at."""
    from bot.risk import risk_of
    from index.contradictions import contradictions
    from index.store import IndexFolder

    folder = IndexFolder(index_folder)
    generation = folder.current()
    manifest = generation.manifest
    overdue = {
        key: article.metadata.review_by for key, article in generation.articles.items() if is_overdue(article.metadata)
    }
    disputed = contradictions(
        generation.places, list(generation.articles), lambda article_id: generation.articles[article_id].text
    )
    state: dict[str, Any] = {
        "generation": generation.name,
        "created": manifest.created,
        "generations": list(folder.generations()),
        "counts": msgspec.to_builtins(manifest.counts),
        "bytes": sum(entry.size for entry in manifest.files.values()),
        "encoder": msgspec.to_builtins(manifest.encoder),
        "sources": list(manifest.sources),
        "attachments": list(manifest.attachments),
        "overdue": overdue,
        "contradictions": [asdict(found) for found in disputed],
        "risk": msgspec.to_builtins(risk) if (risk := risk_of(generation)) else None,
    }
    if with_articles:
        state["articles"] = {key: article.title for key, article in generation.articles.items()}
    if as_json:
        click.echo(json.dumps(state, ensure_ascii=False))
        return
    counts = state["counts"]
    click.echo(f"generation  {generation.name}, made {manifest.created}, {state['bytes'] / 1e6:.1f} MB")
    click.echo("holds       " + ", ".join(f"{count:,} {what}" for what, count in counts.items()))
    click.echo(f"encoder     {manifest.encoder.model}, {manifest.encoder.precision}, {manifest.encoder.fingerprint}")
    click.echo(f"sources     {', '.join(manifest.sources)}")
    click.echo(f"go back to  {', '.join(state['generations'][1:]) or 'nothing earlier'}")
    for key, due in overdue.items():
        click.echo(f"overdue     {key}: its review was due on {due}")
    for line in _told(disputed):
        click.echo(f"disputed    {line}")
    if risk:
        click.echo(f"headings    {_of_headings(risk)}")
        if risk.foreign:
            click.echo(f"subjects    {_of_subjects(risk)}")
        for question in risk.missed:
            click.echo(f"missed      {question}")
    for key, title in state.get("articles", {}).items():
        click.echo(f"article     {key}: {title}")


@index.command()
@_json_option
@index_option
def verify(as_json: bool, index_folder: Path) -> None:
    """Check every file, row, offset and count of the current generation, and search it for samples of itself."""
    from index.store import IndexFolder
    from index.verify import verify as problems_of

    folder = IndexFolder(index_folder)
    name = folder.current_name()
    problems = problems_of(folder.folder(name))
    if as_json:
        click.echo(json.dumps({"generation": name, "problems": [str(problem) for problem in problems]}))
    elif not problems:
        click.echo(f"generation {name} is sound")
    if problems:
        raise problems[0]


@index.command()
@index_option
def rollback(index_folder: Path) -> None:
    """Make the generation before the current one current again."""
    from index.store import IndexFolder

    click.echo(f"generation {IndexFolder(index_folder).rollback()} is current again")


@index.command()
@click.option("--every", default=3600.0, show_default=True, help="Seconds between two visits to sources that are URLs.")
@_private_option
@_delay_option
@index_option
def watch(every: float, allow_private: bool, delay: float, index_folder: Path) -> None:
    """Rebuild whenever a source of the index changes: files and folders at once, sites by schedule."""
    from index.watch import watch as follow

    def tell(what: Rebuilt | FootnoteError) -> None:
        if isinstance(what, FootnoteError):
            click.echo(f"footnote: {what}", err=True)
            return
        _warn(what)
        report = what.report
        changes = ", ".join(f"{len(getattr(report, kind))} {kind}" for kind in ("added", "changed", "removed"))
        click.echo(f"generation {report.generation}: {changes}")

    click.echo(f"footnote: following the sources of {index_folder}; end with Ctrl-C", err=True)
    with contextlib.suppress(KeyboardInterrupt):
        manners = _manners(["://"], allow_private, delay)
        follow(index_folder, tell, options=options(index_folder), every=every, manners=manners)


def options(index_folder: Path, model: str | None = None, precision: str | None = None) -> BuildOptions:
    """What every build of the command line has in common: attachments, and a bar on standard error."""
    from index.builder import BuildOptions
    from index.export import DEFAULT_PRECISION, Precision

    chosen = cast(Precision, precision or DEFAULT_PRECISION)
    return BuildOptions(
        model=model, precision=chosen, attachments=_attachments(_cache(index_folder, model)), progress=_bar
    )


def _cache(index_folder: Path, model: str | None) -> Path:
    """Where exported encoders lie: beside the one that was given, else in the index."""
    from index.encoder import CARD_FILE
    from index.store import IndexFolder

    if model is not None and (Path(model) / CARD_FILE).is_file():
        return Path(model).parent
    return IndexFolder(index_folder).encoders


def _manners(sources: Sequence[str], allow_private: bool, delay: float) -> Manners | None:
    """How to fetch, if there is anything to be fetched."""
    if not any("://" in source for source in sources):
        return None
    from corpus.fetcher import Manners

    return Manners(delay=delay, allow_private=allow_private)


def _attachments(cache: Path) -> tuple[Attachment, ...]:
    if importlib.util.find_spec("bot.attachments") is None:
        return ()
    return tuple(importlib.import_module("bot.attachments").attachments(cache))


@contextmanager
def _bar(stage: str, total: int, /) -> Iterator[Callable[[int], None]]:
    from tqdm import tqdm

    # disable=None: no bar where standard error is not a terminal.
    with tqdm(total=total, desc=stage, unit="", unit_scale=True, disable=None, file=sys.stderr, leave=False) as bar:

        def advance(amount: int) -> None:
            bar.update(amount)

        yield advance


def _print(rebuilt: Rebuilt, as_json: bool) -> None:
    report = rebuilt.report
    _warn(rebuilt)
    if as_json:
        click.echo(json.dumps(_as_json(rebuilt), ensure_ascii=False))
    else:
        verb = "is current" if report.published else "stays current, nothing changed"
        click.echo(f"generation {report.generation} {verb}")
        for what in ("added", "changed", "removed"):
            for article_id in getattr(report, what):
                click.echo(f"  {what:9} {article_id}")
        click.echo(f"  unchanged {len(report.unchanged)}")
        click.echo(
            "  holds     " + ", ".join(f"{n:,} {what}" for what, n in msgspec.to_builtins(report.counts).items())
        )
        click.echo(f"  encoded   {report.embedded:,} texts, {report.reused:,} taken over")
        click.echo("  cosine    " + ", ".join(f"{kind} {value:.4f}" for kind, value in report.encoder.cosine.items()))
        click.echo("  seconds   " + ", ".join(f"{stage} {value:.1f}" for stage, value in report.seconds.items()))
    if rebuilt.failed:
        sys.exit(1)


def _warn(rebuilt: Rebuilt) -> None:
    for outcome in rebuilt.harvest.outcomes:
        if outcome.status != "read":
            click.echo(f"footnote: {outcome.status}: {outcome.source}: {outcome.reason}", err=True)
            for article_id in rebuilt.kept.get(outcome.source, ()):
                click.echo(f"footnote: kept: {article_id}: as it was read from there before", err=True)
    for article_id, reason in rebuilt.report.failed:
        click.echo(f"footnote: failed: {article_id}: {reason}", err=True)
    pairs = rebuilt.report.near_duplicates
    for one, other in pairs[:_MOST_PAIRS]:
        click.echo(f"footnote: near-duplicate: {one} says nearly the same as {other}", err=True)
    if len(pairs) > _MOST_PAIRS:
        click.echo(f"footnote: near-duplicate: {len(pairs) - _MOST_PAIRS} more pairs; --json lists all", err=True)
    for line in _told(rebuilt.report.contradictions):
        click.echo(f"footnote: contradiction: {line}", err=True)
    for note in rebuilt.report.notes:
        click.echo(f"footnote: {note}", err=True)


def _told(found: Sequence[Contradiction]) -> Iterator[str]:
    """One line for each contradiction, up to `_MOST_PAIRS`."""
    for pair in found[:_MOST_PAIRS]:
        says = (
            f"{said.article_id} says {said.measure} ({' '.join(said.sentence.split())})"
            for said in (pair.one, pair.other)
        )
        yield ", but ".join(says)
    if len(found) > _MOST_PAIRS:
        yield f"{len(found) - _MOST_PAIRS} more pairs; --json lists all"


def _of_headings(risk: Risk) -> str:
    """One line on the corpus's own headings, asked as questions when the index was built."""
    return (
        f"{risk.asked:,} asked as questions: {risk.answered:.0%} answered, {risk.right:.0%} from the section below; "
        f"without that section {1 - risk.declined:.0%} still are, from others"
    )


def _of_subjects(risk: Risk) -> str:
    """One line on questions about subjects that no article has, asked when the index was built."""
    return (
        f"{risk.foreign:,} headings asked as if their article, which alone has their subject, were not there: "
        f"{risk.foreign_declined:.0%} declined"
    )


def _as_json(rebuilt: Rebuilt) -> dict[str, Any]:
    report = rebuilt.report
    state = {name: key for key in ("added", "changed", "unchanged") for name in getattr(report, key)}
    sources = [
        {
            **asdict(outcome),
            "change": state.get(outcome.article_id or ""),
            "kept": list(rebuilt.kept.get(outcome.source, ())),
        }
        for outcome in rebuilt.harvest.outcomes
    ]
    return {
        "generation": report.generation,
        "published": report.published,
        "sources": sources,
        "summary": dict(Counter(outcome.status for outcome in rebuilt.harvest.outcomes)),
        "added": list(report.added),
        "changed": list(report.changed),
        "removed": list(report.removed),
        "unchanged": list(report.unchanged),
        "failed": [{"article_id": name, "reason": reason} for name, reason in report.failed],
        "near_duplicates": [list(pair) for pair in report.near_duplicates],
        "contradictions": [asdict(found) for found in report.contradictions],
        "counts": msgspec.to_builtins(report.counts),
        "embedded": report.embedded,
        "reused": report.reused,
        "encoder": msgspec.to_builtins(report.encoder),
        "notes": list(report.notes),
        "seconds": dict(report.seconds),
    }
