"""Random small articles, as Markdown: headings, paragraphs, lists and odd characters."""

from __future__ import annotations

from hypothesis import strategies as st

from corpus.article import Article
from corpus.markdown import parse

_ODD = [
    "naïve", "1,5 l", "½", "e.g.", "Dr.", "ﬁre", "Ångström", "wet\u00a0soil", "“quoted”", "don’t", "–", "…", "日本語",
    "🌱", "İ", "a\u0301", "\u200b", "ǅ", "ß", "10–15", "x²", "(see", "below)", "No.", "i.e.", "\u202e", "\ufeff",
]  # fmt: skip
_PLAIN = """the a soil water leaves grow slowly but never cover young plants with straw however in spring seeds need
warmth and light sow them every week when frost is over unless rain comes""".split()

_word = st.one_of(st.sampled_from(_PLAIN), st.sampled_from(_ODD), st.text("abcdeéz", min_size=1, max_size=9))
_sentence = st.builds(
    lambda words, end: " ".join(words).capitalize() + end,
    st.lists(_word, min_size=1, max_size=14),
    st.sampled_from(".?!"),
)
_paragraph = st.lists(_sentence, min_size=1, max_size=5).map(" ".join)
_items = st.lists(st.lists(_word, min_size=1, max_size=8).map(" ".join), min_size=1, max_size=5)
_list = st.builds(
    lambda lead, items, mark, tail: "\n".join([lead, "", *(f"{mark} {item}" for item in items), *tail]),
    st.sampled_from(["Signs:", "You need:", "Do this.", "If your plants:"]),
    _items,
    st.sampled_from(["-", "1.", "*"]),
    st.sampled_from([[], ["", "water them."]]),
)
_block = st.one_of(_paragraph, _list)
_heading = st.builds(
    lambda level, words: f"{'#' * level} {' '.join(words)}", st.integers(2, 4), st.lists(_word, min_size=1, max_size=5)
)
markdown = st.lists(st.one_of(_heading, _block, _block), min_size=1, max_size=8).map(
    lambda parts: "\n\n".join(["# A garden page", "Water keeps plants alive.", *parts])
)
"""Markdown of one article; it always holds one plain sentence."""

articles: st.SearchStrategy[Article] = markdown.map(lambda text: parse(text, id="page", origin="page.md"))
