"""Pages for people: the form conversation, articles with a marked passage, files with lasting addresses."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from bot.reply import Reply
from corpus.article import Span
from tests.web.conftest import Connect
from tests.web.fakes import ITEMS, WALKING, FakeAnswerer, answer, make_article, reply_to
from web.app import create_app
from web.articlepage import Part, Run, article_page, section_slug
from web.seal import Seal
from web.settings import ServiceSettings


def runs_of(parts: tuple[Part, ...]) -> list[Run]:
    """All runs of a page in the order of the text."""
    return [run for part in parts for runs in (part.runs, *(c for row in part.rows for c in row)) for run in runs]


def words(parts: tuple[Part, ...]) -> str:
    return "".join(run.text for run in runs_of(parts))


@given(st.integers(-5, len(WALKING.text) + 5), st.integers(-5, len(WALKING.text) + 5))
def test_marking_changes_no_word_of_an_article(start: int, end: int) -> None:
    plain = article_page(WALKING, None)
    marked = article_page(WALKING, Span(start, end))
    assert words(marked.parts) == words(plain.parts)
    runs = runs_of(marked.parts)
    assert sum(run.first for run in runs) <= 1
    in_bounds = 0 <= start < end <= len(WALKING.text)
    assert marked.marked is in_bounds
    if in_bounds:
        expected = re.sub(r"\s", "", WALKING.text[start:end])
        assert re.sub(r"\s", "", "".join(run.text for run in runs if run.marked)) == expected


def test_a_table_is_shown_as_cells() -> None:
    article = make_article("t", "T", [("", [("Shoe | Size", "Left | 42")])])
    block = replace(article.sections[0].blocks[0], kind="table")
    article = replace(article, sections=(replace(article.sections[0], blocks=(block,)),))
    part = article_page(article, None).parts[0]
    assert [[cell[0].text for cell in row] for row in part.rows] == [["Shoe", "Size"], ["Left", "42"]]


def test_a_section_has_a_lasting_anchor() -> None:
    assert section_slug(("How to fix it", "Ice & rest?")) == "s-how-to-fix-it-ice-rest"


def test_the_passage_is_marked_and_named(client: TestClient) -> None:
    start = WALKING.text.index(ITEMS[0])
    html = client.get(f"/articles/walking-shoes?start={start}&end={start + len(ITEMS[0])}").text
    assert f'<mark id="passage" tabindex="-1">{ITEMS[0]}</mark>' in html


@pytest.mark.parametrize(
    "query",
    ["start=5", "start=a&end=b", "start=9&end=3", "start=-1&end=4", "start=0&end=99999999999999999", "start=٣&end=٤"],
)
def test_a_passage_that_is_none_is_not_marked(client: TestClient, query: str) -> None:
    response = client.get(f"/articles/walking-shoes?{query}")
    assert response.status_code == 200
    assert "<mark" not in response.text


@pytest.mark.parametrize("path", ["none", "..%2f..%2fetc%2fpasswd", "A", "%00", "a" * 300, "<script>"])
def test_an_article_that_is_not_there_is_a_page_that_says_so(client: TestClient, path: str) -> None:
    response = client.get(f"/articles/{path}")
    assert response.status_code == 404
    assert "script>" not in response.text.replace('<script src="/widget.js" async></script>', "")


def test_a_post_makes_one_reply_whatever_earlier_messages_it_carries(
    client: TestClient, answerer: FakeAnswerer
) -> None:
    html = client.post("/chat", data={"earlier": ["one", "two"], "question": "three"}).text
    assert [conversation.visitor for conversation in answerer.heard] == [("one", "two", "three")]
    assert html.count("The answer to this is no longer here.") == 2
    kept = _kept(html)
    assert kept["earlier"] == ["one", "two", "three"]
    assert kept["sealed"][:2] == ["", ""]


def test_what_cannot_be_asked_has_the_last_reply_made_and_no_other(client: TestClient, answerer: FakeAnswerer) -> None:
    html = client.post("/chat", data={"earlier": ["one", "urgent"], "question": ""}).text
    assert [conversation.visitor for conversation in answerer.heard] == [("one", "urgent")]
    assert "See a doctor today" in html


@pytest.mark.parametrize("earlier", [["y"] * 21, ["y", "x" * 1001]], ids=["too many", "too long"])
def test_a_form_with_more_than_a_conversation_may_hold_is_refused_unanswered(
    client: TestClient, answerer: FakeAnswerer, earlier: list[str]
) -> None:
    response = client.post("/chat", data={"earlier": earlier, "question": "x"})
    assert response.status_code == 422
    assert "holds at most" in response.text
    assert not answerer.heard


def test_workers_with_one_seal_open_each_others_replies(answerer: FakeAnswerer) -> None:
    one, other = (
        TestClient(create_app(answerer, ServiceSettings(), Seal(b"the key of both workers"))) for _ in range(2)
    )
    kept = _kept(one.post("/chat", data={"question": "urgent"}).text)
    answerer.heard.clear()
    html = other.post("/chat", data={**kept, "question": "hello"}).text
    assert [conversation.visitor for conversation in answerer.heard] == [("urgent", "hello")]
    assert "no longer here" not in html


def _kept(html: str) -> dict[str, list[str]]:
    """The hidden fields of the form with the box."""
    form = html[html.index('class="ask"') :]
    return {
        name: [unescape(value) for value in re.findall(rf'name="{name}" value="([^"]*)"', form)]
        for name in ("earlier", "sealed")
    }


def test_a_sealed_reply_is_not_made_again(client: TestClient, answerer: FakeAnswerer) -> None:
    kept = _kept(client.post("/chat", data={"question": "urgent"}).text)
    answerer.heard.clear()
    html = client.post("/chat", data={**kept, "question": "hello"}).text
    assert [conversation.visitor for conversation in answerer.heard] == [("urgent", "hello")]
    assert "See a doctor today" in html


def test_a_seal_opens_for_its_own_messages_and_its_own_words_only(client: TestClient, answerer: FakeAnswerer) -> None:
    kept = _kept(client.post("/chat", data={"question": "urgent"}).text)
    answerer.heard.clear()
    client.post("/chat", data={"earlier": ["hello"], "sealed": kept["sealed"], "question": "x"})
    assert [conversation.visitor for conversation in answerer.heard] == [("hello", "x")]
    forged = Seal(b"another key").close(["urgent"], Reply("smalltalk", "All is well."))
    for sealed in (forged, "", "no.seal", "a.b" * 50, "\u00e9.AAAA"):
        html = client.post("/chat", data={"earlier": ["urgent"], "sealed": [sealed], "question": "x"}).text
        assert "All is well." not in html
        assert "no longer here" in html


@given(st.lists(st.text(max_size=20), min_size=1, max_size=4))
def test_what_was_sealed_is_opened_unchanged(asked: list[str]) -> None:
    seal = Seal()
    for reply in (answer(), reply_to("urgent"), reply_to("price")):
        assert seal.open(asked, seal.close(asked, reply)) == reply


def test_an_earlier_red_flag_is_pinned_once_and_its_turn_points_up(client: TestClient) -> None:
    kept = _kept(client.post("/chat", data={"question": "urgent"}).text)
    html = client.post("/chat", data={**kept, "question": "hello"}).text
    assert html.count('class="card urgent"') == 1
    assert "See the message at the top" in html
    assert html.index('class="card urgent"') < html.index('id="q1"')


@pytest.mark.parametrize(
    ("form", "words_shown"),
    [
        ({"question": "  "}, "Type a question first."),
        ({"question": "x" * 1001}, "too long"),
        ({"question": "x", "earlier": ["y"] * 20}, "conversation is full"),
    ],
)
def test_what_cannot_be_asked_is_said_beside_the_box(
    client: TestClient, form: dict[str, str | list[str]], words_shown: str
) -> None:
    response = client.post("/chat", data=form)
    assert response.status_code == 422
    assert words_shown in response.text
    assert 'aria-invalid="true"' in response.text


def test_a_busy_service_keeps_the_question_in_the_box(connect: Connect, answerer: FakeAnswerer) -> None:
    answerer.delay = 0.2
    response = connect(ServiceSettings(answer_seconds=0.01)).post("/chat", data={"question": "my question"})
    assert response.status_code == 503
    assert ">my question</textarea>" in response.text


def test_a_form_that_is_no_form_is_refused(client: TestClient) -> None:
    assert client.post("/chat", content=b"\xff").status_code == 400
    assert client.post("/chat", data={"earlier": ["x"] * 100}).status_code == 400


@pytest.mark.parametrize("path", ["/", "/chat", "/articles/walking-shoes", "/widget.js", "/healthz", "/openapi.json"])
def test_head_is_answered_like_get(client: TestClient, path: str) -> None:
    assert client.head(path).status_code == 200


def test_an_empty_index_has_a_page_of_its_own(client: TestClient, answerer: FakeAnswerer) -> None:
    answerer.articles = {}
    response = client.get("/")
    assert response.status_code == 503
    assert "no articles here just now" in response.text


def test_files_have_lasting_addresses_and_the_loader_a_short_life(client: TestClient) -> None:
    loader = client.get("/widget.js")
    assert loader.headers["cache-control"] == "public, max-age=300"
    named = re.search(r"/assets/\w+/loader\.js", client.get("/").text)
    assert named is not None
    response = client.get(named[0])
    assert "immutable" in response.headers["cache-control"]
    assert client.get("/assets/0000000000000000/panel.en.js").headers["cache-control"] == "public, max-age=300"
    assert client.get("/assets/x/secrets.env").status_code == 404
    again = client.get(named[0], headers={"if-none-match": response.headers["etag"]})
    assert again.status_code == 304


def test_the_page_shows_the_integrity_of_the_loader_it_names(client: TestClient) -> None:
    import base64
    import hashlib

    html = client.get("/").text
    named = re.search(r"(/assets/\w+/loader\.js)&#34; integrity=&#34;sha384-([\w+/=]+)", html) or re.search(
        r'(/assets/\w+/loader\.js)" integrity="sha384-([\w+/=]+)', html
    )
    assert named is not None
    content = client.get(named[1]).content
    assert base64.b64encode(hashlib.sha384(content).digest()).decode() == named[2]


def test_a_red_flag_that_is_told_again_in_full_is_not_pinned_as_well(client: TestClient) -> None:
    kept = _kept(client.post("/chat", data={"question": "urgent"}).text)
    html = client.post("/chat", data={**kept, "question": "urgent"}).text
    assert html.count('class="card urgent"') == 1
    assert html.index('class="card urgent"') > html.index('id="q1"')


def test_starting_again_gives_the_empty_page(client: TestClient, answerer: FakeAnswerer) -> None:
    html = client.post("/chat", data={"earlier": ["urgent"], "question": "more", "again": "1"}).text
    assert "urgent" not in html
    assert not answerer.heard


def test_a_client_that_unpacks_nothing_gets_the_file_as_it_is(client: TestClient) -> None:
    plain = client.get("/widget.js", headers={"accept-encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.text == client.get("/widget.js").text
