"""What is in a page for its looks only: tables that lay it out, as in old sites and Word documents, and crowds."""

from __future__ import annotations

from lxml import etree

_BLOCKS = ("p", "ul", "ol", "div")
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6", "table")
_INLINE = frozenset(("span", "a", "b", "i", "em", "strong", "u", "small", "font", "sub", "sup", "mark", "code", "abbr"))
_CROWD = 2_000
_MANY = 4
"""From this many blocks in one cell on, the cell is a column of a page and no entry of a table."""


def dissolve(root: etree._Element) -> None:
    """Makes, in place, every table that lays out a page into plain blocks; tables of data stay."""
    for table in [table for table in root.iter("table") if _is_layout(table)]:
        for element in table.iter("tbody", "thead", "tfoot", "tr", "td", "th"):
            if next(element.iterancestors("table"), None) is table:
                element.tag = "div"
    for table in [table for table in root.iter("table") if _has_no_cells(table)]:
        table.tag = "div"


def thin_out(root: etree._Element) -> None:
    """Makes, in place, one text of the inline elements of any element that has thousands of them.

    Extraction joins their texts one by one, which takes minutes for the 50,000 of a hostile page.
    """
    for element in [element for element in root.iter() if len(element) > _CROWD]:
        if all(child.tag in _INLINE for child in element):
            text = " ".join(map(str, element.itertext()))
            element[:] = []
            element.text = text


def _is_layout(table: etree._Element) -> bool:
    return next(table.iterdescendants(*_HEADINGS), None) is not None or any(
        sum(1 for child in cell if child.tag in _BLOCKS) >= _MANY for cell in table.iterdescendants("td")
    )


def _has_no_cells(table: etree._Element) -> bool:
    own = (cell for cell in table.iterdescendants("td", "th") if next(cell.iterancestors("table"), None) is table)
    return next(own, None) is None
