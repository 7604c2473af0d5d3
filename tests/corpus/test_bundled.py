"""The bundled articles: complete front matter, our own words, and the conventions of docs/editors.md."""

from __future__ import annotations

import itertools
import os
import re
from functools import cache
from pathlib import Path

import pytest

from corpus import frontmatter, sources

ROOT = Path(__file__).resolve().parents[2]
ARTICLES = sorted((ROOT / "corpus" / "articles").glob("*.md"))
SHARED = Path(os.environ.get("FOOTNOTE_SHARED", ROOT.parent / "shared"))
SEEDS = sorted((SHARED / "seeds").glob("*.txt"))
GRAM = 8

each_article = pytest.mark.parametrize("path", ARTICLES, ids=lambda path: path.stem)


def split(path: Path) -> tuple[str, str]:
    """The front matter and the body of one article file."""
    _, front, body = path.read_text(encoding="utf-8").split("---\n", 2)
    return front, body


def field(front: str, name: str) -> str | None:
    match = re.search(rf"(?m)^{name}: *(.*)$", front)
    return match.group(1).strip().strip('"') if match else None


def grams(text: str, size: int = GRAM) -> set[tuple[str, ...]]:
    words = re.findall(r"[a-z0-9]+", text.lower())
    return {tuple(words[i : i + size]) for i in range(len(words) - size + 1)}


@cache
def seed_grams() -> frozenset[tuple[str, ...]]:
    return frozenset().union(*(grams(path.read_text(encoding="utf-8")) for path in SEEDS))


def sentences(body: str) -> list[str]:
    lines = [line for line in body.split("\n") if line and not line.startswith("#")]
    return [piece for line in lines for piece in re.split(r"(?<=[.?!]) ", line)]


def test_three_articles_are_bundled() -> None:
    assert [path.stem for path in ARTICLES] == [
        "ankle-pain-after-running",
        "ankle-pain-from-running",
        "when-to-get-ankle-or-foot-pain-checked",
    ]


@each_article
def test_the_front_matter_is_complete(path: Path) -> None:
    front, _ = split(path)
    assert field(front, "id") == path.stem
    assert field(front, "url") == f"https://example.org/articles/{path.stem}"
    assert field(front, "licence") == "CC BY 4.0"
    assert field(front, "language") == "en"
    assert field(front, "title")
    assert field(front, "author")
    for name in ("published", "review_by"):
        assert re.fullmatch(r"\d{4}-\d\d-\d\d", field(front, name) or ""), name
    assert re.search(r"(?m)^  - \S", front), "no source is named"


@each_article
def test_no_article_claims_a_review_that_did_not_happen(path: Path) -> None:
    front, body = split(path)
    assert not field(front, "reviewed")
    assert not re.search(r"(?i)\b(?:medically|clinically) (?:reviewed|approved)", body)


@each_article
def test_every_heading_is_unique_and_steps_down_one_level_at_a_time(path: Path) -> None:
    headings = re.findall(r"(?m)^(#+) (.+)$", split(path)[1])
    assert len({text for _, text in headings}) == len(headings)
    levels = [1, *(len(marks) for marks, _ in headings)]
    assert min(levels[1:]) == 2
    assert all(below <= above + 1 for above, below in itertools.pairwise(levels))


@each_article
def test_every_list_has_a_lead_in(path: Path) -> None:
    blocks = split(path)[1].strip().split("\n\n")
    for before, block in itertools.pairwise(blocks):
        if block.startswith("- "):
            assert before.endswith(":"), block


@each_article
def test_sentences_are_short_enough_to_read_aloud(path: Path) -> None:
    assert [line for line in sentences(split(path)[1]) if len(line.split()) > 34] == []


@each_article
def test_spelling_is_british(path: Path) -> None:
    american = r"(?i)\b(?:localized|color|fiber|program|center|rehabilitated|customized|stabilize|license)s?\b"
    assert re.findall(american, split(path)[1]) == []


@pytest.mark.skipif(not SEEDS, reason="the two original articles are not at hand")
@each_article
def test_no_run_of_eight_words_stands_in_the_originals(path: Path) -> None:
    front, body = split(path)
    # The `sources` name the originals by their titles, which is not copying.
    own = front.split("sources:")[0] + body
    assert sorted(" ".join(gram) for gram in grams(own) & seed_grams()) == []


@pytest.mark.skipif(not SEEDS, reason="the two original articles are not at hand")
def test_every_figure_of_the_originals_is_carried_over() -> None:
    # Reference marks ("[3]") and section numbers ("1.") are not figures.
    figures = re.compile(r"(?<![\[\w])\d+(?![\]\d.])")
    originals = {figure for path in SEEDS for figure in figures.findall(path.read_text(encoding="utf-8"))}
    ours = {figure for path in ARTICLES[:2] for figure in re.findall(r"\d+", split(path)[1])}
    assert originals <= ours


def test_the_bundled_articles_are_read_with_nothing_left_out() -> None:
    harvest = sources.read(sources.bundled())
    assert [article.id for article in harvest.articles] == [path.stem for path in ARTICLES]
    for article in harvest.articles:
        assert {block.role for section in article.sections for block in section.blocks} == {"body"}
        assert article.metadata.licence == "CC BY 4.0"
        assert article.metadata.reviewed is None
        assert article.metadata.sources


def test_every_list_of_the_bundled_articles_keeps_its_lead_in() -> None:
    for article in sources.read(sources.bundled()).articles:
        for section in article.sections:
            for block in section.blocks:
                if block.kind == "list":
                    assert block.lead_in is not None
                    assert block.lead_in.of(article.text).endswith(":")


def test_the_guide_for_editors_names_every_key_of_the_front_matter() -> None:
    guide = (ROOT / "docs" / "editors.md").read_text(encoding="utf-8")
    assert set(re.findall(r"(?m)^\| `([a-z_]+)` \|", guide)) == set(frontmatter.KEYS)


def test_the_front_matter_in_the_guide_for_editors_can_be_read() -> None:
    guide = (ROOT / "docs" / "editors.md").read_text(encoding="utf-8")
    example = re.search(r"(?ms)^    ---\n.*?^    ---\n", guide)
    assert example
    facts, _ = frontmatter.split(re.sub(r"(?m)^    ", "", example.group()), "docs/editors.md")
    assert facts.id == "ankle-pain"
    assert facts.metadata.sources == ("NHS, sprains and strains",)
