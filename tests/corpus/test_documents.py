"""Word and PDF files, sound and hostile."""

from __future__ import annotations

import io

import pypdf
import pytest

from corpus.article import Article
from corpus.errors import SourceError
from corpus.readers import Raw
from corpus.sources import to_article
from tests.corpus.files import packed, pdf, word, wrapped
from tests.corpus.spans import assert_exact, blocks, items, path_of, paths, words

LONG = "The heel carries the weight of the body and it needs rest when it hurts after a long walk over hard ground."


def article_of(data: bytes, name: str) -> Article:
    article = to_article(Raw(data, name))
    assert_exact(article)
    return article


def reason(data: bytes, name: str) -> str:
    with pytest.raises(SourceError) as caught:
        to_article(Raw(data, name))
    assert "\n" not in str(caught.value)
    return str(caught.value)


HEELS = word(
    [
        ("Title", "Sore heels"),
        ("", "Heels hurt. * not [markup] *"),
        ("Heading1", "Signs"),
        ("", "Key signs:"),
        ("ListBullet", "Pain"),
        ("ListBullet", "Swelling"),
        ("Heading2", "At night"),
        ("", "It wakes you."),
    ]
)


def test_a_word_document_gives_headings_lists_and_facts() -> None:
    article = article_of(HEELS, "heels.docx")
    assert article.title == "Sore heels"
    assert items(article) == [["Pain", "Swelling"]]
    assert words(article, blocks(article)[2].lead_in) == "Key signs:"
    assert path_of(article, "It wakes you")[-1] == "At night"
    assert "* not [markup] *" in article.text
    assert (article.metadata.author, article.metadata.published) == ("Ann Example", "2025-03-04")


def test_a_word_document_without_a_title_takes_it_from_its_facts() -> None:
    assert article_of(word([("", "Heels hurt.")]), "x.docx").title == "Sore heels"


def test_a_table_in_a_word_document_is_a_table() -> None:
    rows = "".join(
        "<w:tr>" + "".join(f"<w:tc><w:p><w:r><w:t>{cell}</w:t></w:r></w:p></w:tc>" for cell in row) + "</w:tr>"
        for row in (("Grade", "Weeks"), ("One", "2"))
    )
    assert items(article_of(word([("", "Text.")], body=f"<w:tbl>{rows}</w:tbl>"), "x.docx")) == [
        ["Grade | Weeks", "One | 2"]
    ]


def test_a_zip_bomb_is_refused_before_it_is_unpacked() -> None:
    assert "zip bomb" in reason(packed({"word/document.xml": b" " * 150_000_000}), "x.docx")
    many = {f"word/part{number}.xml": b"<a>" * 1_000_000 for number in range(20)}
    assert "zip bomb" in reason(packed({"word/document.xml": "<a/>", **many}), "x.docx")


def test_a_word_document_with_entities_is_refused() -> None:
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
    assert "entities" in reason(word([("", "Text.")], prolog=bomb), "x.docx")


@pytest.mark.parametrize(
    "data",
    [
        HEELS[: len(HEELS) // 2],
        packed({"word/document.xml": "<not closed"}),
        packed({"word/document.xml": b"\xff\xfe\x00"}),
        packed({"word/other.xml": "<a/>"}),
        packed({"word/document.xml": "<a>" * 5_000 + "</a>" * 5_000}),
        HEELS.replace(b"PK\x01\x02", b"PK\x01\x03"),
    ],
)
def test_a_broken_word_document_is_said_to_be_broken(data: bytes) -> None:
    assert "broken" in reason(data, "x.docx")


def test_a_word_document_of_nothing_holds_no_text() -> None:
    assert "no text" in reason(word([]), "x.docx")


def test_a_zip_that_is_no_word_document_is_said_to_be_one() -> None:
    assert "no Word document" in reason(packed({"a.txt": "text"}), "x.docx")


def test_a_pdf_gives_headings_by_size_and_paragraphs_by_distance() -> None:
    page = [("Sore heels", 24.0, 740.0), *wrapped(LONG, 700), *wrapped(LONG, 650), ("Causes", 16.0, 600.0)]
    article = article_of(pdf([[*page, *wrapped("Worn shoes (and others).", 570)]]), "heels.pdf")
    assert article.title == "Sore heels"
    assert [words(article, block.span) for block in blocks(article)] == [LONG, LONG, "Worn shoes (and others)."]
    assert paths(article) == [(), ("Causes",)]


def test_a_pdf_in_one_size_is_read_like_plain_text() -> None:
    rows = [
        "Sore Heels After Walking",
        "Heels hurt when shoes are worn.",
        "Key signs:",
        "Pain",
        "Swelling",
        "The fix: New shoes help.",
    ]
    article = article_of(pdf([[(row, 11.0, 740.0 - 14 * place) for place, row in enumerate(rows)]]), "heels.pdf")
    assert article.title == "Sore Heels After Walking"
    assert items(article) == [["Pain", "Swelling"]]


def test_lines_at_the_edges_of_pages_are_left_out() -> None:
    pages = [
        [
            ("Example Clinic", 9.0, 770.0),
            *wrapped(f"Chapter {number} says this. {LONG}", 700),
            (f"Page {number} of 4", 9.0, 30.0),
        ]
        for number in range(1, 5)
    ]
    text = article_of(pdf(pages), "x.pdf").text
    assert "Example Clinic" not in text
    assert "Page 2" not in text
    assert "Chapter 2 says this." in text


def test_the_facts_of_a_pdf_are_read() -> None:
    info = "/Title (Sore heels) /Author (Ann Example) /CreationDate (D:20250304100000Z)"
    article = article_of(pdf([wrapped(LONG, 700)], info=info), "x.pdf")
    assert (article.title, article.metadata.author, article.metadata.published) == (
        "Sore heels",
        "Ann Example",
        "2025-03-04",
    )


def test_the_name_of_a_file_in_a_pdf_is_no_title() -> None:
    assert (
        article_of(pdf([wrapped(LONG, 700)], info="/Title (Microsoft Word - x.docx)"), "sore-heels.pdf").title
        == "Sore heels"
    )


def test_a_word_that_was_broken_at_a_hyphen_is_whole_if_it_is_known() -> None:
    page = [
        ("Movement is what every heel needs after some days of move-", 11.0, 700.0),
        ("ment is of weight-", 11.0, 686.0),
    ]
    text = article_of(
        pdf([[("Movement is good, movement is best of all in the morning ok.", 11.0, 720.0), *page]]), "x.pdf"
    ).text
    assert "of movement is of weight-" in text


def test_a_pdf_of_pictures_says_so() -> None:
    assert "holds only pictures, no text (2 pages); run text recognition" in reason(pdf([[], []]), "x.pdf")


def test_a_locked_pdf_says_so() -> None:
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(pdf([wrapped(LONG, 700)])))
    writer.encrypt("secret", algorithm="RC4-128")
    buffer = io.BytesIO()
    writer.write(buffer)
    assert "locked with a password" in reason(buffer.getvalue(), "x.pdf")


def test_a_pdf_with_an_empty_password_is_read() -> None:
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(pdf([wrapped(LONG, 700)])))
    writer.encrypt("", owner_password="owner", algorithm="RC4-128")
    buffer = io.BytesIO()
    writer.write(buffer)
    assert LONG in article_of(buffer.getvalue(), "x.pdf").text


def test_a_pdf_of_too_many_pages_is_refused() -> None:
    assert "501 pages, at most 500" in reason(pdf([[]] * 501), "x.pdf")


@pytest.mark.parametrize(
    "data",
    [
        b"%PDF-1.4\nnothing else",
        pdf([wrapped(LONG, 700)])[:300],
        pdf([wrapped(LONG, 700)]).replace(b"/Kids [5 0 R]", b"/Kids [2 0 R]"),
        b"%PDF-1.7\n" + bytes(range(256)) * 100,
    ],
)
def test_a_broken_pdf_ends_in_one_line(data: bytes) -> None:
    assert any(word in reason(data, "x.pdf") for word in ("broken", "pictures"))
