"""Text that a page shows only after a click: answers under questions, panels of an accordion, tabs.

Extraction takes what is hidden for rubbish, and buttons for no text. On a health site the answers to its most frequent
questions are hidden so.
"""

from __future__ import annotations

import re

from lxml import etree, html

from corpus.readers import tree

_HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6", "summary", "dt"))
_NAMES = re.compile(
    r"accordion|panel|collaps|toggle|faq|answer|tab[-_ ]?(?:content|pane)|expand|details", re.IGNORECASE
)
_NOT_THESE = frozenset(("nav", "header", "footer", "form", "dialog"))
_HIDDEN_STYLE = re.compile(
    r"(?:display\s*:\s*none|visibility\s*:\s*hidden|max-height\s*:\s*0[a-z]*)\s*;?", re.IGNORECASE
)


def reveal(root: html.HtmlElement) -> None:
    """Opens, in place, what a click on a question opens, and makes the buttons that ask into headings."""
    opened = _opened_by_buttons(root)
    for element in list(root.iter(etree.Element)):
        if element.tag == "button" and element.getparent() is not None:
            _as_heading(element, opened)
        elif _is_hidden(element) and (element.get("id") in opened or _is_answer(element)):
            _show(element)


def _opened_by_buttons(root: html.HtmlElement) -> set[str]:
    """The ids of what buttons open, unless the button stands in a menu."""
    buttons = root.iterfind(".//*[@aria-controls]")
    return {id for button in buttons if not _is_around(button) for id in (button.get("aria-controls") or "").split()}


def _is_around(element: etree._Element) -> bool:
    return any(holder.tag in _NOT_THESE for holder in element.iterancestors())


def _is_hidden(element: etree._Element) -> bool:
    hidden = element.get("hidden") is not None or element.get("aria-hidden") == "true"
    return hidden or bool(_HIDDEN_STYLE.search(element.get("style") or ""))


def _is_answer(element: etree._Element) -> bool:
    """Whether a hidden element follows a heading, or is named like the panel of an accordion."""
    if element.tag not in ("div", "section", "p", "dd", "article", "ul", "ol") or _is_around(element):
        return False
    before = element.getprevious()
    heads = before is not None and (before.tag in _HEADINGS or before.tag == "button")
    return heads or bool(_NAMES.search(f"{element.get('class', '')} {element.get('id', '')}"))


def _show(element: etree._Element) -> None:
    for name in ("hidden", "aria-hidden"):
        element.attrib.pop(name, "")
    if style := element.get("style"):
        element.set("style", _HIDDEN_STYLE.sub("", style))


def _as_heading(button: etree._Element, opened: set[str]) -> None:
    """A button in a heading gives its words to it; one that opens a panel becomes a heading; others stay buttons."""
    if any(holder.tag in _HEADINGS for holder in button.iterancestors()):
        button.tag = "span"
    elif button.get("aria-expanded") is not None or set((button.get("aria-controls") or "").split()) & opened:
        after = button.getnext()
        if after is not None and not _is_around(button) and len(tree.words_of(after).split()) > 3:
            button.tag = "h6"
