"""The part of a page that holds its article, for pages where the extraction keeps the words but not their headings."""

from __future__ import annotations

import re
from collections import Counter

from lxml import etree, html

from corpus.readers import tree

_HEADINGS = ("h2", "h3", "h4", "h5", "h6")
_TEXTS = ("p", "li", "td", "th", "dd", "dt", "blockquote", "pre", "item", "cell", "quote")
_MOST = 0.9
"""Share of the extracted words that the part must hold; the rest may be a standfirst or a box beside it."""

_MUCH = 0.3
"""Share of the extracted words from which on an element is no menu or box, whatever its name ("with-sidebar")."""

_AROUND = frozenset(("nav", "aside", "footer", "form", "dialog"))
_AROUND_ROLES = frozenset(("navigation", "complementary", "contentinfo", "banner", "search", "dialog"))
_AROUND_NAMES = re.compile(
    r"(?:^|[\s_-])(?:cookies?|consent|gdpr|share|sharing|social|related|sidebar|comments?|newsletter|subscribe|breadcrumbs?|"
    r"promo|advert|ads?|popup|modal|nav|navbar|menu|footer|skip|pagination|tags|author-box|disqus)(?:[\s_-]|$)",
    re.IGNORECASE,
)


def to_markdown(page: str, extracted: etree._Element) -> str | None:
    """The article of `page` with its own headings, or `None` where the extraction has kept them.

    The article is the smallest element with nearly all of the extracted words; menus, boxes and hidden parts in it are
    left out, unless much of the article stands in them.
    """
    if sum(1 for _ in extracted.iter("head")) > 1:
        return None
    root = html.document_fromstring(page.encode(), parser=html.HTMLParser(encoding="utf-8", huge_tree=False))
    words = {tree.words_of(element) for element in extracted.iter(*_TEXTS)} - {""}
    holds: Counter[etree._Element] = Counter()
    for element in root.iter(*_TEXTS):
        if (text := tree.words_of(element)) in words:
            words.discard(text)
            for holder in (element, *element.iterancestors()):
                holds[holder] += len(text)
    enough = holds[root] * _MOST
    # Of nested elements with the same words the innermost is wanted, which comes last.
    part = min((e for e in reversed(list(root.iter())) if holds[e] >= enough > 0), key=lambda e: holds[e], default=None)
    if part is None or next(part.iter(*_HEADINGS), None) is None:
        return None
    return tree.to_markdown(part, without=lambda e: holds[e] < _MUCH * holds[root] and is_around(e))


def is_around(element: etree._Element) -> bool:
    """Whether an element is a part of the page around the article, by its tag, role, name, or because it is hidden."""
    if element.tag in _AROUND or element.get("role") in _AROUND_ROLES or element.get("hidden") is not None:
        return True
    if element.get("aria-hidden") == "true" or "display:none" in (element.get("style") or "").replace(" ", ""):
        return True
    return bool(_AROUND_NAMES.search(f"{element.get('class', '')} {element.get('id', '')}"))
