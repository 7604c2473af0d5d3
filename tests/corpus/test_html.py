"""HTML pages: the article stays with its structure, the page around it goes."""

from __future__ import annotations

from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from corpus import frontmatter
from corpus.article import Article
from corpus.errors import SourceError
from corpus.readers import Raw
from corpus.sources import bundled, to_article
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


def test_the_day_of_the_last_review_and_the_language_are_found() -> None:
    data = '{"@graph": [{"@type": "MedicalWebPage", "lastReviewed": "2025-06-07T08:00:00Z", "x": [[1]]}]}'
    metadata = article_of(page(BODY, head=f'<script type="application/ld+json">{data}</script>')).metadata
    assert (metadata.reviewed, metadata.language) == ("2025-06-07", "en-GB")


@pytest.mark.parametrize(
    "data", ["{broken", "[" * 100_000, '{"lastReviewed": 7}', '{"lastReviewed": "lately"}', "null"]
)
def test_broken_data_for_machines_does_not_matter(data: str) -> None:
    assert article_of(page(BODY, head=f'<script type="application/ld+json">{data}</script>')).metadata.reviewed is None


def test_the_declared_encoding_is_used() -> None:
    data = page(BODY.replace("Use a cloth", "Café “tea”"), head='<meta charset="windows-1252">')
    assert "Café “tea”" in article_of(data.decode().encode("cp1252")).text


def test_an_accordion_of_questions_becomes_sections() -> None:
    faq = "".join(f"<details><summary>Question {n}?</summary><p>Answer {n}. {FILLER}</p></details>" for n in (1, 2))
    article = article_of(page(f"<main><article><h1>Heels</h1><p>{FILLER}</p><h2>FAQ</h2>{faq}</article></main>"))
    assert path_of(article, "Answer 2") == ("FAQ", "Question 2?")


LAYOUT = """<!doctype html><html lang="en"><head><title>{title} | Example Clinic</title></head>
<body class="page with-sidebar"><header><a href="/">Example Clinic</a>
<nav><ul><li><a href="/a">Conditions</a></li><li><a href="/b">Treatments</a></li><li><a>Book now</a></li></ul></nav>
</header><div class="cookie-consent">We use cookies to make this site work. <button>Accept all</button></div>
<div class="breadcrumbs"><a href="/">Front</a> &gt; <a href="/x">Ankle</a></div>{main}
<aside class="sidebar"><h3>Popular posts</h3><ul><li><a href="/k">Knee pain in cyclists</a></li></ul></aside>
<section id="comments"><h2>3 comments</h2><div class="comment"><p>Bob: this helped me a lot, thanks to all.</p></div>
</section><footer><p>© 2026 Example Clinic.</p><p>Contact us on 01234 567890</p></footer></body></html>"""


@pytest.mark.parametrize(
    "around",
    [
        "<main><article>{}</article></main>",
        "<div id='page'><div class='entry-content'>{}</div></div>",
        "<div class='content-with-sidebar'><div>{}</div></div>",
        "<div><div>{}</div></div>",
        "<table><tr><td>{}</td></tr></table>",
    ],
)
@pytest.mark.parametrize("source", sorted(bundled()))
def test_a_page_made_of_a_markdown_article_gives_the_same_article(source: str, around: str) -> None:
    raw = Raw(Path(source).read_bytes(), source)
    direct = to_article(raw)
    body = MarkdownIt("commonmark").enable("table").render(frontmatter.split(raw.data.decode(), source)[1])
    heading = "" if "<h1" in body else f"<h1>{direct.title}</h1>"
    article = article_of(LAYOUT.format(title=direct.title, main=around.format(heading + body)).encode())
    assert shape(article) == shape(direct)


def shape(article: Article) -> list[tuple[object, ...]]:
    return [
        (section.path, block.kind, block.role, words(article, block.span), len(block.items))
        for section in article.sections
        for block in section.blocks
    ]


def test_answers_that_a_click_opens_are_read_with_their_questions() -> None:
    main = f"""<main><article><h1>Heels</h1><p>{FILLER}</p><h2>FAQ</h2>
    <h3><button aria-expanded="false">Can I run?</button></h3>
    <div class="x" style="display: none"><p>Running is fine without pain.</p></div>
    <button aria-expanded="false" aria-controls="p2">Can I swim?</button>
    <div id="p2" hidden><p>Swimming is good for most heels.</p></div>
    <div class="accordion-panel" aria-hidden="true"><p>Cycling spares the heel.</p></div></article></main>"""
    article = article_of(page(main))
    assert path_of(article, "Running is fine")[-1] == "Can I run?"
    assert path_of(article, "Swimming is good")[-1] == "Can I swim?"
    assert "Cycling spares the heel." in article.text


def test_what_is_hidden_in_a_menu_stays_hidden() -> None:
    menu = "<button aria-expanded='false' aria-controls='m'>Menu</button><ul id='m' hidden><li>Secret entry</li></ul>"
    assert "Secret entry" not in article_of(page(BODY, around=f"<nav>{menu}</nav>")).text


def test_lines_with_typed_bullets_are_a_list_and_two_breaks_end_a_paragraph() -> None:
    article = article_of(
        page(f"<main><article><h1>Heels</h1><p>{FILLER}<br><br>Signs:<br>• Pain<br>• Swelling</p></article></main>")
    )
    assert items(article) == [["Pain", "Swelling"]]
    assert words(article, blocks(article)[-1].lead_in) == "Signs:"


def test_a_line_end_in_the_source_of_a_page_is_a_space() -> None:
    assert "one\ntwo" not in article_of(page(f"<main><p>one\ntwo {FILLER}</p></main>")).text


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
        "<p>" + "<span>text</span> " * 50_000,
        "<div class='a'><div>Some text is here.</div></div>" * 20_000,
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
