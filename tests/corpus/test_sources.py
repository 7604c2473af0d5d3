"""Sources to articles: files and folders, ids, and every way in which a file can be wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from corpus import sources
from corpus.sources import Harvest, id_of, read, slug

HTML = "<html><body><article><h1>Heels</h1><p>{}</p></article></body></html>"


def write(folder: Path, **files: str | bytes) -> None:
    for name, content in files.items():
        path = folder / name.replace("__", "/").replace("_dot_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())


def reasons(harvest: Harvest) -> list[str]:
    return [outcome.reason or "" for outcome in harvest.outcomes if outcome.status == "failed"]


def test_a_folder_gives_its_articles_sorted_by_id(tmp_path: Path) -> None:
    write(
        tmp_path, b_dot_md="# B\n\nText.", inner__a_dot_txt="Text A.", c_dot_html=HTML.format("Heels carry you. " * 20)
    )
    harvest = read([str(tmp_path)])
    assert [article.id for article in harvest.articles] == ["a", "b", "c"]
    assert [outcome.status for outcome in harvest.outcomes] == ["read"] * 3
    assert harvest.articles[1].origin == str(tmp_path / "b.md")


def test_other_and_hidden_files_are_skipped(tmp_path: Path) -> None:
    write(tmp_path, a_dot_md="Text.", b_dot_png=b"\x89PNG", _dot_git__c_dot_md="Text.", _dot_d_dot_md="Text.")
    harvest = read([str(tmp_path)])
    assert [(Path(outcome.source).name, outcome.status) for outcome in harvest.outcomes] == [
        ("a.md", "read"),
        ("b.png", "skipped"),
    ]


def test_one_bad_file_does_not_stop_the_others(tmp_path: Path) -> None:
    write(tmp_path, a_dot_md="", b_dot_md="Text.", c_dot_md="---\nnope: 1\n---\nText.")
    harvest = read([str(tmp_path), str(tmp_path / "missing.md")])
    assert [article.id for article in harvest.articles] == ["b"]
    assert [outcome.status for outcome in harvest.outcomes] == ["failed", "read", "failed", "failed"]
    assert reasons(harvest)[0].startswith("is empty")
    assert reasons(harvest)[1].startswith("line 2: the front matter has the unknown key `nope`")
    assert reasons(harvest)[2] == "no such file or folder; check the path"


def test_two_articles_with_one_id_are_an_error_that_names_both(tmp_path: Path) -> None:
    write(tmp_path, a_dot_md="Text one.", b__a_dot_txt="Text two.")
    harvest = read([str(tmp_path)])
    assert [article.text for article in harvest.articles] == ["Text one."]
    failed = harvest.outcomes[1]
    assert (failed.source, failed.status, failed.article_id) == (str(tmp_path / "b" / "a.txt"), "failed", "a")
    assert str(tmp_path / "a.md") in (failed.reason or "")


def test_the_same_file_twice_is_read_once(tmp_path: Path) -> None:
    write(tmp_path, a_dot_md="Text.")
    assert [outcome.status for outcome in read([str(tmp_path), str(tmp_path / "a.md")]).outcomes] == ["read", "skipped"]


def test_front_matter_gives_id_title_and_facts(tmp_path: Path) -> None:
    write(tmp_path, x_dot_md="---\nid: heels\ntitle: Sore heels\nreview_by: 2030-01-01\n---\nText.")
    article = read([str(tmp_path)]).articles[0]
    assert (article.id, article.title, article.metadata.review_by) == ("heels", "Sore heels", "2030-01-01")


def test_an_id_with_other_characters_is_refused(tmp_path: Path) -> None:
    write(tmp_path, x_dot_md="---\nid: Sore Heels\n---\nText.")
    assert "ids are lower case" in reasons(read([str(tmp_path)]))[0]


@pytest.mark.parametrize(
    ("origin", "id"),
    [
        ("/a/000_c95c6e68610827c8.txt", "000_c95c6e68610827c8"),
        ("Sore Heels (new).md", "sore-heels-new"),
        ("café.md", "cafe"),
        ("v1.2.md", "v1.2"),
        ("https://x.example/blog/Sore-Heels/", "blog-sore-heels"),
        ("https://x.example/blog/heels.html", "blog-heels"),
        ("https://x.example/heels/index.html?page=2", "heels-page-2"),
        ("https://x.example/", "x.example"),
    ],
)
def test_ids_come_from_file_stems_and_url_paths(origin: str, id: str) -> None:
    assert id_of(origin) == id


def test_names_in_other_scripts_and_long_names_get_ids_of_their_own() -> None:
    assert slug("足首の痛み") != slug("膝の痛み")
    assert slug("足首の痛み").isascii()
    assert len(slug("x" * 500)) <= 120
    assert slug("x" * 500) != slug("x" * 501)


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.md", b"", "is empty"),
        ("a.txt", b" \n\t ", "is empty"),
        ("a.md", b"# Only a title", "holds no text"),
        ("a.txt", b"\x00\x01\x02\x03" * 500, "is no text"),
        ("a.txt", bytes(range(256)) * 40, "is no text"),
        ("a.md", b"\x89PNG\r\n\x1a\n" + b"\0" * 50, "is a picture"),
        ("a.html", b"<html><body><script>x()</script></body></html>", "no article text"),
        ("a.pdf", b"just text", "is named .pdf but is no such file"),
        ("a.docx", b"just text", "is named .docx but is no such file"),
        ("a.docx", b"PK\x03\x04 broken", "broken .docx or zip"),
        ("a.doc.txt", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 99, "old or locked Word file"),
        ("a.txt", b"\xff\xfea\x00b\x00c", "save it as UTF-8"),
        ("a.xml.txt", b'<?xml version="1.0"?><urlset></urlset>', "sitemap or a feed"),
    ],
)
def test_what_is_wrong_with_a_file_is_said_in_one_line(tmp_path: Path, name: str, content: bytes, reason: str) -> None:
    (tmp_path / name).write_bytes(content)
    harvest = read([str(tmp_path / name)])
    assert not harvest.articles
    assert reason in reasons(harvest)[0]
    assert "\n" not in reasons(harvest)[0]


def test_a_folder_without_articles_fails(tmp_path: Path) -> None:
    write(tmp_path, a_dot_png=b"\x89PNG")
    harvest = read([str(tmp_path)])
    assert [outcome.status for outcome in harvest.outcomes] == ["skipped", "failed"]
    assert "holds no articles" in reasons(harvest)[0]


def test_a_file_that_is_too_large_is_not_opened(tmp_path: Path) -> None:
    with (tmp_path / "a.txt").open("wb") as file:
        file.truncate(sources.MAX_BYTES + 1)
    assert "too large" in reasons(read([str(tmp_path)]))[0]


def test_fifty_megabytes_of_text_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"long words \n" * 4_100_000)
    assert "too long for one article" in reasons(read([str(tmp_path)]))[0]


@pytest.mark.parametrize("source", ["", "\0", "nowhere/at/all", "x" * 5000, "ftp://x.example/a"])
def test_a_source_that_is_nothing_fails(source: str) -> None:
    assert read([source]).outcomes[0].status == "failed"


def test_a_url_is_fetched_with_good_manners_if_nobody_brings_a_fetcher() -> None:
    assert "private address" in reasons(read(["http://127.0.0.1/"]))[0]


def test_content_beats_the_name(tmp_path: Path) -> None:
    write(tmp_path, a_dot_txt="<!DOCTYPE html>" + HTML.format("Heels carry you all day long. " * 20))
    assert read([str(tmp_path)]).articles[0].title == "Heels"


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("utf-8", "Café – “tea” for 20 °C."),
        ("utf-8-sig", "Café – “tea” for 20 °C."),
        ("utf-16", "Café – “tea” for 20 °C."),
        ("utf-16-le", "Some plain words that fill a line of text."),
        ("cp1252", "Café – “tea” for 20 °C, with ½ a slice. Don’t wait."),
        ("latin-1", "Une cheville enflée après la course à pied, et ça gêne."),
        ("cp1251", "Боль в лодыжке после бега бывает часто, и обычно она проходит через несколько дней отдыха. " * 4),
    ],
)
def test_encodings_are_found(tmp_path: Path, encoding: str, text: str) -> None:
    (tmp_path / "a.txt").write_bytes(text.encode(encoding))
    harvest = read([str(tmp_path)])
    assert harvest.articles[0].text.split() == text.split()


def test_the_bundled_articles_are_sources() -> None:
    assert all(Path(source).suffix == ".md" for source in sources.bundled())
    assert all(outcome.status == "read" for outcome in read(sources.bundled()).outcomes)
