"""A site of real size: its sitemap becomes an index, and later only what changed is fetched and encoded."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

import pytest

from corpus.errors import SourceError
from corpus.fetcher import Manners
from index.builder import BuildOptions
from index.generation import Generation
from index.rebuild import PAGES_FILE, Rebuilt, rebuild
from index.store import IndexFolder
from tests.corpus.site import Reply, Site, serving

PAGES = 210
_POLITE_TO_OURSELVES = Manners(delay=0.0, allow_private=True)
_BEDS = "bean border bulb carrot cherry clover compost daisy fern hedge herb lavender lawn leek lettuce maple".split()
_BEDS += "marrow meadow melon mint moss nettle onion orchid parsley peach pear pea pepper plum pond poppy".split()
_DOES = "needs likes wants keeps loses gains holds dries drains grows".split()
_THINGS = "water shade light warmth leaves seed roots mulch room shelter soil lime sand bark stakes string".split()
_WHEN = "in spring,after rain,before frost,in a dry week,every autumn,at dusk,in the first year,on heavy soil".split(
    ","
)


def prose(chance: random.Random, sentences: int) -> str:
    words = (
        f"The {chance.choice(_BEDS)} {chance.choice(_DOES)} {chance.choice(_THINGS)} and {chance.choice(_THINGS)} "
        f"{chance.choice(_WHEN)}, about {chance.randrange(2, 90)} {chance.choice(_THINGS)} to the row."
        for _ in range(sentences)
    )
    return " ".join(words)


def page(number: int, edition: int = 0) -> str:
    """A page as sites have them: a menu, a cookie banner, an article, related links, a comment, a footer."""
    chance = random.Random(f"{number}-{edition}")
    title = f"{chance.choice(_BEDS).title()} and {chance.choice(_BEDS)}, part {number}"
    links = "".join(f'<li><a href="/garden/{other}">Part {other}</a></li>' for other in range(8))
    sections = "".join(
        f"<h2>{chance.choice(_THINGS).title()} {chance.choice(_WHEN)}</h2><p>{prose(chance, 3)}</p>"
        f"<p>{prose(chance, 2)}</p><ul><li>{prose(chance, 1)}</li><li>{prose(chance, 1)}</li></ul>"
        for _ in range(2)
    )
    return (
        f'<!doctype html><html lang="en"><head><title>{title} | The Long Garden</title>'
        f'<meta name="author" content="A. Gardener"><style>nav {{ color: green }}</style></head><body>'
        f'<header><nav><ul>{links}</ul></nav></header><div class="cookie-banner">We use cookies. Accept all.</div>'
        f"<main><article><h1>{title}</h1><p>{prose(chance, 3)}</p>{sections}</article>"
        f'<aside class="related"><h3>Related</h3><ul>{links}</ul></aside></main>'
        f'<section class="comments"><p>Nice one!</p></section><footer>© The Long Garden</footer>'
        f"<script>console.log(1)</script></body></html>"
    )


def publish(site: Site, editions: dict[int, int]) -> None:
    """The sitemap and its pages, each in an edition; all others are gone."""
    site.pages = {"/robots.txt": Reply(status=404)}
    for number, edition in editions.items():
        site.put(f"/garden/{number}", page(number, edition), etag=f'"{number}-{edition}"')
    locations = "".join(f"<url><loc>{site.url(f'/garden/{number}')}</loc></url>" for number in editions)
    listing = f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{locations}</urlset>'
    site.put("/sitemap.xml", f'<?xml version="1.0"?>{listing}', Content_Type="application/xml")


def texts(generation: Generation) -> Counter[str]:
    found: Counter[str] = Counter()
    for passage in generation.passages:
        found.update([f"passage {passage.embedded_text}", *(f"sentence {s}" for s in passage.embedded_sentences)])
    return found


@pytest.fixture
def options(encoder_folder: Path) -> BuildOptions:
    return BuildOptions(model=encoder_folder)


def test_of_a_large_site_only_what_changed_is_fetched_in_full_and_encoded(
    options: BuildOptions, tmp_path: Path
) -> None:
    folder = tmp_path / "index"
    editions = dict.fromkeys(range(PAGES), 0)
    with serving() as site:

        def build() -> Rebuilt:
            site.asked.clear()
            return rebuild([site.url("/sitemap.xml")], folder, options, manners=_POLITE_TO_OURSELVES)

        publish(site, editions)
        first = build()
        assert not first.failed
        assert len(first.report.added) == PAGES
        before = texts(IndexFolder(folder).current())

        editions |= {3: 1, 77: 1, 150: 1, 1000: 0}
        del editions[20], editions[21]
        publish(site, editions)
        second = build()

        assert not second.failed
        assert set(second.report.changed) == {"garden-3", "garden-77", "garden-150"}
        assert set(second.report.removed) == {"garden-20", "garden-21"}
        assert second.report.added == ("garden-1000",)
        in_full = {path for path, status in site.asked if status == 200 and path.startswith("/garden/")}
        assert in_full == {"/garden/3", "/garden/77", "/garden/150", "/garden/1000"}
        assert sum(status == 304 for _, status in site.asked) == PAGES - 3 - 2
        after = texts(IndexFolder(folder).current())
        assert second.report.embedded == len(after.keys() - before.keys())
        assert build().report.embedded == 0


def test_a_page_that_is_not_given_keeps_its_article_and_one_that_is_gone_loses_it(
    options: BuildOptions, tmp_path: Path
) -> None:
    folder = tmp_path / "index"
    with serving() as site:
        publish(site, dict.fromkeys(range(4), 0))
        sources = [site.url("/sitemap.xml")]
        rebuild(sources, folder, options, manners=_POLITE_TO_OURSELVES)
        site.pages["/garden/1"] = Reply(status=403)
        site.pages["/garden/2"] = Reply(status=410)
        rebuilt = rebuild(sources, folder, options, manners=_POLITE_TO_OURSELVES)
        assert rebuilt.kept == {site.url("/garden/1"): ("garden-1",)}
        assert rebuilt.report.removed == ("garden-2",)
        assert rebuilt.failed


def test_a_sitemap_that_is_broken_keeps_the_articles_of_its_site(options: BuildOptions, tmp_path: Path) -> None:
    (tmp_path / "rain.md").write_text("# Rain\n\nRain is collected in a butt.\n")
    folder = tmp_path / "index"
    with serving() as site:
        publish(site, dict.fromkeys(range(3), 0))
        sources = [site.url("/sitemap.xml"), str(tmp_path / "rain.md")]
        rebuild(sources, folder, options, manners=_POLITE_TO_OURSELVES)
        site.put("/sitemap.xml", b"<urlset><url>", Content_Type="application/xml")
        rebuilt = rebuild(sources, folder, options, manners=_POLITE_TO_OURSELVES)
        assert rebuilt.kept == {sources[0]: ("garden-0", "garden-1", "garden-2")}
        assert rebuilt.report.removed == ()


def test_a_source_that_is_no_url_takes_nothing_from_the_others(options: BuildOptions, tmp_path: Path) -> None:
    with serving() as site:
        publish(site, dict.fromkeys(range(2), 0))
        rebuild([site.url("/sitemap.xml")], tmp_path, options, manners=_POLITE_TO_OURSELVES)
        del site.pages["/garden/1"]
        rebuilt = rebuild([site.url("/garden/0"), "http://["], tmp_path, options, manners=_POLITE_TO_OURSELVES)
    assert rebuilt.failed
    assert rebuilt.report.removed == ("garden-1",)


def test_a_build_whose_old_pages_cannot_be_forgotten_is_done_and_says_so(
    options: BuildOptions, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> int:
        raise SourceError("pages.sqlite", "the disk is full")

    monkeypatch.setattr("corpus.pages.Pages.forget_others", full)
    with serving() as site:
        publish(site, {0: 0})
        report = rebuild([site.url("/sitemap.xml")], tmp_path, options, manners=_POLITE_TO_OURSELVES).report
    assert report.published
    assert report.notes == ("pages.sqlite: the disk is full",)


def test_pages_are_forgotten_once_no_generation_and_no_source_has_them(options: BuildOptions, tmp_path: Path) -> None:
    from dataclasses import replace

    from corpus.pages import Pages

    folder = tmp_path / "index"
    (tmp_path / "rain.md").write_text("# Rain\n\nRain is collected in a butt.\n")
    only_one = replace(options, keep=1)
    with serving() as site:
        publish(site, dict.fromkeys(range(3), 0))
        rebuild([site.url("/sitemap.xml")], folder, options, manners=_POLITE_TO_OURSELVES)
        publish(site, dict.fromkeys(range(2), 0))
        rebuild([site.url("/sitemap.xml")], folder, options, manners=_POLITE_TO_OURSELVES)
        gone = site.url("/garden/2")
        assert Pages(folder / PAGES_FILE).get(gone) is not None  # the generation to go back to was made from it
        rebuild([site.url("/sitemap.xml")], folder, only_one, manners=_POLITE_TO_OURSELVES)
        assert Pages(folder / PAGES_FILE).get(gone) is None
        assert Pages(folder / PAGES_FILE).get(site.url("/garden/1")) is not None
        rebuild([str(tmp_path / "rain.md")], folder, only_one)
        assert Pages(folder / PAGES_FILE).get(site.url("/garden/1")) is None
