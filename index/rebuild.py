"""From sources to a new generation: everything anew, some added, some removed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import msgspec

from corpus.article import Article
from corpus.errors import SourceError
from corpus.sources import Harvest, Outcome, bundled, read
from index.builder import BuildOptions, BuildReport, build_under_lock
from index.errors import IndexFault
from index.generation import ENCODER_FOLDER, Generation
from index.store import IndexFolder

if TYPE_CHECKING:
    from corpus.fetcher import Manners
    from corpus.pages import Pages

BUNDLED_SOURCE = "bundled:"
"""Stands in a manifest's `sources` for the articles that come with Footnote."""


PAGES_FILE = "pages.sqlite"
"""What was fetched from sites, in the index folder; safe to delete."""


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What a rebuild read and what it built.

    `kept` names, for a source that failed, the articles that an earlier build had read from it and that stay.
    """

    harvest: Harvest
    report: BuildReport
    kept: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def failed(self) -> bool:
        """Whether anything failed; the rest is built all the same."""
        return bool(self.report.failed) or any(outcome.status == "failed" for outcome in self.harvest.outcomes)


class UnknownArticle(IndexFault):
    """An article is to be removed that is not in the index."""


def rebuild(
    sources: Sequence[str], folder: Path, options: BuildOptions | None = None, *, manners: Manners | None = None
) -> Rebuilt:
    """Build a generation from exactly these sources, or from the bundled articles if there are none.

    `manners` are those towards sites, by default the ones that suit a stranger's.

    A source that fails for now does not take its articles away: those of the current generation stay, unless it is
    plainly gone (`Outcome.gone`) or no longer among the sources.
    """
    index = IndexFolder(folder)
    named = tuple(map(settled, sources)) or (BUNDLED_SOURCE,)
    with index.lock():
        return _rebuilt(index, named, options or BuildOptions(), manners)


def refresh(folder: Path, options: BuildOptions | None = None, *, manners: Manners | None = None) -> Rebuilt:
    """Build a generation from the sources of the current one as they are now.

    What was added meanwhile belongs to them: they are read from the current generation under the lock. Its encoder is
    kept unless `options` names a model. Sources that fail are treated as in `rebuild`. Raises NoIndex or IndexDamaged.
    """
    index = IndexFolder(folder)
    with index.lock():
        generation = index.current()
        return _rebuilt(index, generation.manifest.sources, _keeping(generation, options), manners)


def _rebuilt(index: IndexFolder, named: tuple[str, ...], options: BuildOptions, manners: Manners | None) -> Rebuilt:
    with _pages(named, index.path) as pages:
        harvest = read_sources(named, pages, manners)
        kept = _kept(harvest, named, index)
        articles = [*harvest.articles, *(article for of_source in kept.values() for article in of_source)]
        report = build_under_lock(articles, index, named, options)
        if pages is not None:
            report = _tidied(pages, index, report)
        return Rebuilt(harvest, report, {source: tuple(a.id for a in of_source) for source, of_source in kept.items()})


def _tidied(pages: Pages, index: IndexFolder, report: BuildReport) -> BuildReport:
    """The report, with a note where pages that nobody needs could not be forgotten: the index is whole all the same."""
    try:
        pages.forget_others(_remembered(index))
    except SourceError as error:
        return replace(report, notes=(*report.notes, str(error)))
    return report


def add(
    sources: Sequence[str], folder: Path, options: BuildOptions | None = None, *, manners: Manners | None = None
) -> Rebuilt:
    """Build a generation from the current one and these sources, whose articles replace those of the same id.

    The encoder of the current generation is kept unless `options` names a model. Raises NoIndex or IndexDamaged.
    """
    index = IndexFolder(folder)
    named = tuple(map(settled, sources))
    with index.lock(), _pages(named, folder) as pages:
        generation = index.current()
        harvest = read_sources(named, pages, manners)
        fresh = {article.id: article for article in harvest.articles}
        kept = [article for key, article in generation.articles.items() if key not in fresh]
        known = tuple(dict.fromkeys((*generation.manifest.sources, *named)))
        report = build_under_lock([*kept, *fresh.values()], index, known, _keeping(generation, options))
        return Rebuilt(harvest, report)


def remove(article_ids: Sequence[str], folder: Path, options: BuildOptions | None = None) -> Rebuilt:
    """Build a generation from the current one without these articles; raises UnknownArticle, NoIndex, IndexDamaged.

    Their sources stay as they are: take the files away as well, or the next `index build` finds them again.
    """
    index = IndexFolder(folder)
    with index.lock():
        generation = index.current()
        unknown = [article_id for article_id in article_ids if article_id not in generation.articles]
        if unknown:
            raise UnknownArticle(
                folder, f"holds no article `{unknown[0]}`; `footnote index status --articles` lists them"
            )
        kept: list[Article] = [article for key, article in generation.articles.items() if key not in set(article_ids)]
        report = build_under_lock(kept, index, generation.manifest.sources, _keeping(generation, options))
        return Rebuilt(Harvest((), ()), report)


def read_sources(named: Sequence[str], pages: Pages | None = None, manners: Manners | None = None) -> Harvest:
    """The articles of sources as a manifest names them.

    Pages of sites are remembered in `pages`, so that only what has changed is fetched in full.
    """
    sources = [source for name in named for source in (bundled() if name == BUNDLED_SOURCE else [name])]
    if pages is None:
        return read(sources)

    from corpus.fetcher import HttpFetcher

    return read(sources, fetcher=HttpFetcher(manners, pages=pages))


@contextmanager
def _pages(named: Sequence[str], folder: Path) -> Iterator[Pages | None]:
    """What was fetched before, if any of these sources is fetched or any ever was."""
    path = folder / PAGES_FILE
    if not path.exists() and not any("://" in name for name in named):
        yield None
        return

    from corpus.pages import Pages

    folder.mkdir(parents=True, exist_ok=True)
    with closing(Pages(path)) as pages:
        yield pages


def _kept(harvest: Harvest, named: Sequence[str], index: IndexFolder) -> dict[str, list[Article]]:
    """The articles of the current generation whose source failed now and is not plainly gone, by that source."""
    failed = [outcome for outcome in harvest.outcomes if outcome.status == "failed" and not _is_gone(outcome)]
    try:
        articles = index.current().articles if failed else {}
    except IndexFault:
        return {}
    read_now = {article.id for article in harvest.articles}
    known = {outcome.source for outcome in harvest.outcomes}
    kept: dict[str, list[Article]] = {}
    for key, article in articles.items():
        if key in read_now:
            continue
        source = next((outcome.source for outcome in failed if outcome.source == article.origin), None)
        if source is None and article.origin not in known:
            source = next((o.source for o in failed if o.source in named and _lists(o.source, article.origin)), None)
        if source is not None:
            kept.setdefault(source, []).append(article)
    return kept


def _is_gone(outcome: Outcome) -> bool:
    # A folder that is not there may be a disk that is not mounted: only a file counts as deleted.
    return outcome.gone and ("://" in outcome.source or bool(Path(outcome.source).suffix))


def _lists(source: str, origin: str) -> bool:
    """Whether an article of this origin may have come from a folder, or from a sitemap or feed of its site."""
    if "://" in source:
        try:
            return "://" in origin and urlsplit(source).netloc == urlsplit(origin).netloc
        except ValueError:  # a source such as `http://[` was never read
            return False
    return "://" not in origin and Path(source) in Path(origin).parents


class _Origin(msgspec.Struct):
    origin: str


def _remembered(index: IndexFolder) -> set[str]:
    """The addresses that a generation to go back to was made from."""
    found: set[str] = set()
    for name in index.generations():
        try:
            generation = Generation.open(index.folder(name))
            found.update(generation.manifest.sources)
            for key in generation.articles:
                found.add(msgspec.json.decode(generation.articles.line(key), type=_Origin).origin)
        except IndexFault:
            continue
    return found


def settled(source: str) -> str:
    """A source as it can be found again from another working directory."""
    return source if "://" in source or source == BUNDLED_SOURCE else str(Path(source).absolute())


def _keeping(generation: Generation, options: BuildOptions | None) -> BuildOptions:
    options = options or BuildOptions()
    return options if options.model else replace(options, model=generation.folder / ENCODER_FOLDER)
