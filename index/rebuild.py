"""From sources to a new generation: everything anew, some added, some removed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from corpus.article import Article
from corpus.sources import Harvest, bundled, read
from index.builder import BuildOptions, BuildReport, build_under_lock
from index.errors import IndexFault
from index.generation import ENCODER_FOLDER, Generation
from index.store import IndexFolder

BUNDLED_SOURCE = "bundled:"
"""Stands in a manifest's `sources` for the articles that come with Footnote."""


PAGES_FILE = "pages.sqlite"
"""What was fetched from sites, in the index folder; safe to delete."""


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What a rebuild read and what it built."""

    harvest: Harvest
    report: BuildReport

    @property
    def failed(self) -> bool:
        """Whether anything failed; the rest is built all the same."""
        return bool(self.report.failed) or any(outcome.status == "failed" for outcome in self.harvest.outcomes)


class UnknownArticle(IndexFault):
    """An article is to be removed that is not in the index."""


def rebuild(sources: Sequence[str], folder: Path, options: BuildOptions | None = None) -> Rebuilt:
    """Build a generation from exactly these sources, or from the bundled articles if there are none."""
    index = IndexFolder(folder)
    named = tuple(map(settled, sources)) or (BUNDLED_SOURCE,)
    with index.lock():
        harvest = read_sources(named, folder)
        return Rebuilt(harvest, build_under_lock(harvest.articles, index, named, options or BuildOptions()))


def add(sources: Sequence[str], folder: Path, options: BuildOptions | None = None) -> Rebuilt:
    """Build a generation from the current one and these sources, whose articles replace those of the same id.

    The encoder of the current generation is kept unless `options` names a model. Raises NoIndex or IndexDamaged.
    """
    index = IndexFolder(folder)
    named = tuple(map(settled, sources))
    with index.lock():
        generation = index.current()
        harvest = read_sources(named, folder)
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


def read_sources(named: Sequence[str], folder: Path) -> Harvest:
    """The articles of sources as a manifest names them.

    Pages of sites are remembered in the index folder, so that only what has changed is fetched in full.
    """
    sources = [source for name in named for source in (bundled() if name == BUNDLED_SOURCE else [name])]
    if not any("://" in source for source in sources):
        return read(sources)

    from corpus.fetcher import HttpFetcher
    from corpus.pages import Pages

    folder.mkdir(parents=True, exist_ok=True)
    return read(sources, fetcher=HttpFetcher(pages=Pages(folder / PAGES_FILE)))


def settled(source: str) -> str:
    """A source as it can be found again from another working directory."""
    return source if "://" in source or source == BUNDLED_SOURCE else str(Path(source).absolute())


def _keeping(generation: Generation, options: BuildOptions | None) -> BuildOptions:
    options = options or BuildOptions()
    return options if options.model else replace(options, model=generation.folder / ENCODER_FOLDER)
