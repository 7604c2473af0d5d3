"""Tables that hold no data but a page: old sites and many Word documents are laid out with them."""

from __future__ import annotations

from lxml import etree

_BLOCKS = ("p", "ul", "ol", "div")
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6", "table")
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


def _is_layout(table: etree._Element) -> bool:
    return next(table.iterdescendants(*_HEADINGS), None) is not None or any(
        sum(1 for child in cell if child.tag in _BLOCKS) >= _MANY for cell in table.iterdescendants("td")
    )


def _has_no_cells(table: etree._Element) -> bool:
    own = (cell for cell in table.iterdescendants("td", "th") if next(cell.iterancestors("table"), None) is table)
    return next(own, None) is None
