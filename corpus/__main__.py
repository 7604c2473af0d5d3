"""`python -m corpus SOURCE ...`: shows what was understood of each article, for a person to check."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence

from corpus import sources
from corpus.article import Article, Block


def outline(article: Article) -> Iterator[str]:
    """The lines that show an article: its facts, its section paths, its blocks with kind, role and first words."""
    yield f"{article.id}: {article.title}  [{article.origin}]"
    facts = {name: getattr(article.metadata, name) for name in article.metadata.__dataclass_fields__}
    yield "  " + ", ".join(f"{name} {value}" for name, value in facts.items() if value)
    for section in article.sections:
        path = " > ".join(section.path) or "(top)"
        yield f"\n  {path}" + ("" if section.heading else "  (no heading)")
        for block in section.blocks:
            yield from _block(block, article.text)


def _block(block: Block, text: str) -> Iterator[str]:
    mark = "" if block.role == "body" else f" {block.role.upper()}"
    if block.kind == "paragraph":
        yield f"    [{block.kind}{mark}] {_short(block.span.of(text))}"
        return
    yield f"    [{block.kind}{mark}] lead-in: {_short(block.lead_in.of(text)) if block.lead_in else '-'}"
    for item in block.items:
        yield f"      • {_short(item.of(text))}"
    if block.tail:
        yield f"      tail: {_short(block.tail.of(text))}"


def _short(text: str, width: int = 150) -> str:
    text = " / ".join(text.split("\n"))
    return text if len(text) <= width else f"{text[: width - 1]}…"


def main(arguments: Sequence[str]) -> int:
    """Prints every article of the sources, then what could not be read; 1 when something failed."""
    harvest = sources.read(arguments or sources.bundled())
    for article in harvest.articles:
        sys.stdout.write("\n".join(outline(article)) + "\n\n")
    failed = [outcome for outcome in harvest.outcomes if outcome.status != "read"]
    for outcome in failed:
        sys.stderr.write(f"{outcome.status}: {outcome.source}: {outcome.reason}\n")
    return int(any(outcome.status == "failed" for outcome in failed))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
