"""HTML pages: the article stays with its structure, the page around it goes."""

from __future__ import annotations

import pytest

from corpus.article import Article
from corpus.errors import SourceError
from corpus.readers import Raw
from corpus.sources import to_article
from tests.corpus.spans import assert_exact, blocks, items, path_of, role_of, words

FILLER = "The heel carries the weight of the body and it needs rest when it hurts after a long walk. " * 3


def page(main: str, *, head: str = "", around: str = "") -> bytes:
    head = f"<head><title>Heels</title>{head}</head>"
    return f"<!doctype html><html lang='en-GB'>{head}<body>{around}{main}</body></html>".encode()


def article_of(data: bytes) -> Article:
    article = to_article(Raw(data, "https://x.example/heels"))
    assert_exact(article)
    return article


BODY = f"""
<main><article><h1>Sore heels</h1><p class="byline">By Ann Example</p><p>{FILLER}</p>
<h2>Signs</h2><p>Key signs:</p><ul><li>Pain</li><li>Swelling <em>around</em> the heel</li></ul>
<p>…then see someone. Soon.</p>
<h2>Help</h2><h3>Ice</h3><p>Cool it for <b>15&nbsp;minutes</b>.<br>Use a cloth. * 5 &lt; 6 [x]</p>
<p>Do this:</p><ol><li>Sit<ul><li>on a chair</li></ul></li><li>Stretch</li></ol>
<table><tr><th>Grade</th><th>Weeks</th></tr><tr><td>One</td><td>2</td></tr></table>
<p><strong>When to get help</strong></p><p>Go to A&amp;E if you cannot walk. {FILLER}</p>
</article></main>"""

AROUND = """
<header><nav><ul><li><a href="/">Front page</a></li><li><a href="/about">About our clinic</a></li></ul></nav></header>
<div id="cookie-banner">We use cookies to improve your experience. <button>Accept</button></div>
<aside class="related"><h3>Related articles</h3><ul><li><a href="/knee">Knee pain</a></li></ul></aside>
<div id="comments"><h3>Comments</h3><p>Great post, thank you for sharing it with all of us here!</p></div>
<script>var hidden = "secret script";</script><style>.secret-style { color: red }</style>
<noscript>secret noscript</noscript><template>secret template</template><!-- secret comment -->
<footer>© 2026 Example clinic footer</footer>"""


def test_the_page_around_the_article_is_left_out() -> None:
    text = article_of(page(BODY, around=AROUND)).text
    for word in ("Front page", "cookies", "Knee pain", "Great post", "secret", "footer", "Accept"):
        assert word not in text


def test_the_structure_of_the_article_stays() -> None:
    article = article_of(page(BODY, around=AROUND))
    assert article.title == "Sore heels"
    assert items(article) == [
        ["Pain", "Swelling around the heel"],
        ["Sit", "on a chair", "Stretch"],
        ["Grade | Weeks", "One | 2"],
    ]
    first = next(block for block in blocks(article) if block.kind == "list")
    assert (words(article, first.lead_in), words(article, first.tail)) == ("Key signs:", "…then see someone.")
    assert path_of(article, "Cool it") == ("Help", "Ice")
    assert path_of(article, "Go to A&E")[-1] == "When to get help"


def test_nothing_on_a_page_is_taken_for_markup() -> None:
    assert "Cool it for 15 minutes.\nUse a cloth. * 5 < 6 [x]" in article_of(page(BODY)).text


def test_facts_are_found() -> None:
    head = (
        '<link rel="canonical" href="https://x.example/sore-heels"><meta name="author" content="Ann Example">'
        '<meta property="article:published_time" content="2025-03-04T10:00:00Z">'
    )
    metadata = article_of(page(BODY, head=head)).metadata
    assert metadata.url == "https://x.example/sore-heels"
    assert (metadata.author, metadata.published) == ("Ann Example", "2025-03-04")


def test_the_declared_encoding_is_used() -> None:
    data = page(BODY.replace("Use a cloth", "Café “tea”"), head='<meta charset="windows-1252">')
    assert "Café “tea”" in article_of(data.decode().encode("cp1252")).text


def test_an_accordion_of_questions_becomes_sections() -> None:
    faq = "".join(f"<details><summary>Question {n}?</summary><p>Answer {n}. {FILLER}</p></details>" for n in (1, 2))
    article = article_of(page(f"<main><article><h1>Heels</h1><p>{FILLER}</p><h2>FAQ</h2>{faq}</article></main>"))
    assert path_of(article, "Answer 2") == ("FAQ", "Question 2?")


def test_a_page_that_a_script_writes_has_no_article() -> None:
    with pytest.raises(SourceError, match="no article text"):
        article_of(page("<div id='app'></div><script>render()</script>"))


@pytest.mark.parametrize(
    "main",
    [
        "<div>" * 100_000 + FILLER + "</div>" * 100_000,
        "<ul><li>" * 20_000 + FILLER,
        "<b>" * 100_000 + FILLER,
        "<table><tr><td>" * 5_000 + FILLER,
        "<p>" + "&amp;" * 200_000,
        "<a href='x'>" * 50_000,
        "<" * 200_000,
    ],
)
def test_a_hundred_thousand_tags_end_in_an_article_or_one_line(main: str) -> None:
    try:
        article_of(page(main))
    except SourceError as error:
        assert "\n" not in str(error)


def test_a_page_that_is_too_large_is_refused() -> None:
    with pytest.raises(SourceError, match="too large for a page"):
        article_of(page("<p>" + "x " * 6_000_000))


def test_a_byline_stays_a_byline() -> None:
    article = article_of(page(BODY))
    if "By Ann Example" in article.text:
        assert role_of(article, "By Ann Example") == "byline"
