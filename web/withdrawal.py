"""What became of quoted articles since: a reply that is shown again must not repeat what the site has withdrawn."""

from __future__ import annotations

from dataclasses import replace

from bot.reply import Citation
from web.blocks import Block, Fate, Find, Heading, ItemList, Note, Paragraph, Piece, Presentation, Source


def as_of_now(
    shown: Presentation, citations: tuple[Citation, ...], find: Find, *, withdrawn: str, changed: str
) -> Presentation:
    """`shown` without the words of articles that `find` no longer has; `withdrawn` stands in their place.

    Where the article reads otherwise now, the words stay and `changed` stands before them. Alerts are never touched.
    """
    fates = {citation.number: _fate(citation, find) for citation in citations}
    if "withdrawn" not in fates.values() and "changed" not in fates.values():
        return shown
    blocks: list[Block] = []
    if "changed" in fates.values():
        blocks.append(Note(changed))
    for block in shown.blocks:
        left = _without(block, fates)
        lost = left != block
        if left is not None:
            blocks.append(left)
        if lost and Note(withdrawn) not in blocks:
            blocks.append(Note(withdrawn))
    sources = tuple(_source(source, fates.get(source.number, "same"), withdrawn) for source in shown.sources)
    return Presentation(tuple(blocks), sources)


def _fate(citation: Citation, find: Find) -> Fate:
    article = find(citation.article_id)
    if article is None:
        return "withdrawn"
    return "same" if article.text[citation.start : citation.end] == citation.quote else "changed"


def _without(block: Block, fates: dict[int, Fate]) -> Block | None:
    """What is left of `block` without the words of withdrawn articles; None where that is nothing."""
    if not isinstance(block, Heading | Paragraph | ItemList):
        return block
    pieces = block.items if isinstance(block, ItemList) else block.pieces
    left = tuple(piece for piece in pieces if _stays(piece, fates))
    if not left:
        return None
    return ItemList(left) if isinstance(block, ItemList) else replace(block, pieces=left)


def _stays(piece: Piece, fates: dict[int, Fate]) -> bool:
    return piece.source is None or fates.get(piece.source) != "withdrawn"


def _source(source: Source, fate: Fate, withdrawn: str) -> Source:
    if fate == "withdrawn":
        return replace(source, fate=fate, section="", quote=withdrawn, link=None)
    return replace(source, fate=fate)
