"""Fetching from a site on this machine: politeness, changes, redirects, and servers that misbehave."""

from __future__ import annotations

import gzip
import ipaddress
import random
import socket
import ssl
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from corpus import request
from corpus.errors import SourceError
from corpus.fetcher import AGENT, HttpFetcher, Manners
from corpus.pages import Page, Pages
from corpus.request import Limits
from corpus.sources import Harvest, read
from tests.corpus.files import HEELS_PDF
from tests.corpus.site import Reply, Site, serving

FILLER = "The heel carries the weight of the body and it needs rest when it hurts after a long walk. " * 3


def page(title: str, text: str = "") -> str:
    return (
        f"<!doctype html><html><head><title>{title}</title></head><body><nav>Menu of the site</nav>"
        f"<main><article><h1>{title}</h1><p>{text} {FILLER}</p></article></main></body></html>"
    )


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as site:
        yield site


class Waits:
    """A clock that only moves when somebody sleeps."""

    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    def clock(self) -> float:
        return self.now


LOCAL = Manners(delay=0.0, allow_private=True, limits=Limits(silence=2.0, seconds=3.0, size=2_000_000))


def fetched(source: str, manners: Manners = LOCAL, pages: Pages | None = None) -> Harvest:
    return read([source], fetcher=HttpFetcher(manners, pages=pages, sleep=lambda _: None))


def reason(harvest: Harvest) -> str:
    assert not harvest.articles
    assert harvest.outcomes[0].status == "failed"
    assert "\n" not in (harvest.outcomes[0].reason or "")
    return harvest.outcomes[0].reason or ""


def sitemap(site: Site, *paths: str, inside: str = "url", root: str = "urlset") -> str:
    entries = "".join(f"<{inside}><loc>{site.url(path)}</loc></{inside}>" for path in paths)
    return f'<?xml version="1.0"?><{root} xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{entries}</{root}>'


def test_a_page_becomes_an_article_with_its_address(site: Site) -> None:
    site.put("/blog/Sore-Heels.html", page("Sore heels"))
    article = fetched(site.url("/blog/Sore-Heels.html")).articles[0]
    assert (article.id, article.title) == ("blog-sore-heels", "Sore heels")
    assert article.metadata.url == site.url("/blog/Sore-Heels.html")
    assert "Menu" not in article.text


def test_a_pdf_behind_a_url_is_read(site: Site) -> None:
    site.put("/leaflet", HEELS_PDF, Content_Type="application/pdf")
    assert fetched(site.url("/leaflet")).articles[0].id == "leaflet"


def test_a_sitemap_gives_all_its_pages_and_says_which_failed(site: Site) -> None:
    site.put("/a", page("A"))
    site.put("/b", page("B"))
    site.put("/sitemap.xml", sitemap(site, "/a", "/gone", "/b", "/a"), Content_Type="application/xml")
    harvest = fetched(site.url("/sitemap.xml"))
    assert [article.id for article in harvest.articles] == ["a", "b"]
    assert [outcome.status for outcome in harvest.outcomes] == ["read", "failed", "read"]
    assert "does not exist (status 404)" in (harvest.outcomes[1].reason or "")


def test_what_is_no_url_in_a_sitemap_fails_alone(site: Site) -> None:
    site.put("/a", page("A"))
    entries = "".join(f"<url><loc>{url}</loc></url>" for url in ("http://[", "/a", "http://[::1"))
    site.put("/sitemap.xml", f"<urlset>{entries}</urlset>", Content_Type="application/xml")
    harvest = fetched(site.url("/sitemap.xml"))
    assert [article.id for article in harvest.articles] == ["a"]
    failed = [(outcome.source, outcome.reason) for outcome in harvest.outcomes if outcome.status == "failed"]
    said = f"is no valid URL, but stands in {site.url('/sitemap.xml')}; correct it there"
    assert failed == [("http://[", said), ("http://[::1", said)]


def test_what_is_no_url_in_a_sitemap_of_sitemaps_fails_alone(site: Site) -> None:
    site.put("/a", page("A"))
    site.put("/pages.xml", sitemap(site, "/a"))
    entries = "".join(f"<sitemap><loc>{url}</loc></sitemap>" for url in ("http://[", "/pages.xml"))
    site.put("/index.xml", f"<sitemapindex>{entries}</sitemapindex>", Content_Type="application/xml")
    harvest = fetched(site.url("/index.xml"))
    assert [article.id for article in harvest.articles] == ["a"]
    assert sorted(outcome.status for outcome in harvest.outcomes) == ["failed", "read"]


def test_a_redirect_to_what_is_no_url_fails_alone(site: Site) -> None:
    site.put("/b", page("B"))
    site.pages["/a"] = Reply(status=302, headers={"Location": "http://["})
    site.put("/sitemap.xml", sitemap(site, "/a", "/b"), Content_Type="application/xml")
    harvest = fetched(site.url("/sitemap.xml"))
    assert [article.id for article in harvest.articles] == ["b"]
    assert harvest.outcomes[0].source == site.url("/a")
    assert "redirected to what is no valid URL" in (harvest.outcomes[0].reason or "")


def test_a_sitemap_of_sitemaps_and_a_packed_one_are_followed(site: Site) -> None:
    site.put("/a", page("A"))
    site.put("/index.xml", sitemap(site, "/pages.xml.gz", inside="sitemap", root="sitemapindex"))
    site.put("/pages.xml.gz", gzip.compress(sitemap(site, "/a").encode()), Content_Type="application/gzip")
    assert [article.id for article in fetched(site.url("/index.xml")).articles] == ["a"]


def test_sitemaps_that_list_themselves_end(site: Site) -> None:
    site.put("/index.xml", sitemap(site, "/index.xml", inside="sitemap", root="sitemapindex"))
    assert "nests sitemaps" in reason(fetched(site.url("/index.xml")))


def test_rss_and_atom_are_feeds(site: Site) -> None:
    site.put("/a", page("A"))
    site.put("/b", page("B"))
    item = f"<item><title>A</title><link>{site.url('/a')}</link></item>"
    rss = f"<rss version='2.0'><channel><link>{site.url('/')}</link>{item}</channel></rss>"
    site.put("/rss", rss, Content_Type="application/rss+xml")
    entry = "<entry><link href='/b'/><link rel='edit' href='/c'/></entry>"
    atom = f"<feed xmlns='http://www.w3.org/2005/Atom'><link href='/'/>{entry}</feed>"
    site.put("/atom", atom, Content_Type="application/atom+xml")
    assert [article.id for article in fetched(site.url("/rss")).articles] == ["a"]
    assert [article.id for article in fetched(site.url("/atom")).articles] == ["b"]


def test_a_feed_with_entities_reads_nothing_else(site: Site, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("http://127.0.0.1/secret")
    evil = f'<!DOCTYPE r [<!ENTITY x SYSTEM "file://{tmp_path}/secret">]><urlset><url><loc>&x;</loc></url></urlset>'
    site.put("/sitemap.xml", f'<?xml version="1.0"?>{evil}')
    assert "lists no pages" in reason(fetched(site.url("/sitemap.xml")))


@pytest.mark.parametrize("body", ["<urlset></urlset>", "<urlset><url><loc> </loc></url>", "<rss>"])
def test_an_empty_or_broken_feed_fails(site: Site, body: str) -> None:
    site.put("/sitemap.xml", body)
    assert "lists no pages" in reason(fetched(site.url("/sitemap.xml")))


def test_a_packed_sitemap_that_never_ends_is_refused(site: Site) -> None:
    site.put("/s.xml.gz", gzip.compress(b" " * 70_000_000), Content_Type="application/gzip")
    assert "unpacks to more than" in reason(fetched(site.url("/s.xml.gz")))


def test_robots_txt_is_obeyed_and_read_once(site: Site) -> None:
    site.pages["/robots.txt"] = Reply(f"User-agent: {AGENT}\nDisallow: /private".encode())
    site.put("/private/a", page("A"))
    site.put("/b", page("B"))
    site.put("/sitemap.xml", sitemap(site, "/private/a", "/b"))
    harvest = fetched(site.url("/sitemap.xml"))
    assert [article.id for article in harvest.articles] == ["b"]
    assert "robots.txt" in (harvest.outcomes[0].reason or "")
    assert [path for path, _ in site.asked].count("/robots.txt") == 1
    assert "/private/a" not in [path for path, _ in site.asked]
    assert site.agents == {AGENT}


def test_a_site_whose_robots_txt_is_in_trouble_is_left_alone(site: Site) -> None:
    site.pages["/robots.txt"] = Reply(status=500)
    site.put("/a", page("A"))
    assert "robots.txt" in reason(fetched(site.url("/a")))


def test_an_owner_can_set_robots_txt_aside(site: Site) -> None:
    site.pages["/robots.txt"] = Reply(b"User-agent: *\nDisallow: /")
    site.put("/a", page("A"))
    assert fetched(site.url("/a"), Manners(delay=0, allow_private=True, obey_robots=False)).articles


def test_requests_to_one_host_are_apart_by_the_delay(site: Site) -> None:
    for path in ("/a", "/b"):
        site.put(path, page(path))
    site.put("/sitemap.xml", sitemap(site, "/a", "/b"))
    waits = Waits()
    fetcher = HttpFetcher(Manners(delay=2.5, allow_private=True), sleep=waits.sleep, clock=waits.clock)
    read([site.url("/sitemap.xml")], fetcher=fetcher)
    assert waits.slept == [2.5, 2.5]


def test_a_longer_delay_in_robots_txt_is_kept(site: Site) -> None:
    site.pages["/robots.txt"] = Reply(b"User-agent: *\nCrawl-delay: 7")
    site.put("/a", page("A"))
    site.put("/sitemap.xml", sitemap(site, "/a"))
    waits = Waits()
    fetcher = HttpFetcher(Manners(delay=1, allow_private=True), sleep=waits.sleep, clock=waits.clock)
    read([site.url("/sitemap.xml")], fetcher=fetcher)
    assert waits.slept == [7]


def test_only_what_has_changed_is_fetched_in_full(site: Site, tmp_path: Path) -> None:
    names = [f"/page-{number}" for number in range(20)]
    for name in names:
        site.put(name, page(name), etag=f'"{name}-1"')
    site.put("/sitemap.xml", sitemap(site, *names))
    assert len(fetched(site.url("/sitemap.xml"), pages=Pages(tmp_path / "pages")).articles) == 20
    site.asked.clear()
    site.put("/page-3", page("Changed"), etag='"2"')
    site.put("/page-20", page("Added"), etag='"1"')
    site.put("/sitemap.xml", sitemap(site, *names[1:], "/page-20"))
    harvest = fetched(site.url("/sitemap.xml"), pages=Pages(tmp_path / "pages"))
    assert len(harvest.articles) == 20
    in_full = {path for path, status in site.asked if status == 200}
    assert in_full == {"/page-3", "/page-20", "/sitemap.xml"}
    assert {article.title for article in harvest.articles} >= {"Changed", "Added", "/page-4"}


def test_last_modified_is_asked_for_too(site: Site) -> None:
    seen: list[str] = []

    def answer(headers: dict[str, str]) -> Reply:
        seen.append(headers.get("If-Modified-Since", ""))
        if seen[-1]:
            return Reply(status=304)
        return Reply(
            page("A").encode(), headers={"Content-Type": "text/html", "Last-Modified": "Sat, 21 Nov 2026 10:00:00 GMT"}
        )

    site.pages["/a"] = answer
    pages = Pages()
    texts = {fetched(site.url("/a"), pages=pages).articles[0].text for _ in range(2)}
    assert seen == ["", "Sat, 21 Nov 2026 10:00:00 GMT"]
    assert len(texts) == 1


@pytest.mark.parametrize("trouble", [Reply(status=503), Reply(status=500), Reply(gone=True)])
def test_the_old_copy_is_used_while_a_server_is_in_trouble_and_said_to_be(site: Site, trouble: Reply) -> None:
    pages = Pages()
    site.put("/a", page("A"))
    fetched(site.url("/a"), pages=pages)
    site.pages["/a"] = trouble
    harvest = fetched(site.url("/a"), pages=pages)
    assert harvest.articles[0].title == "A"
    assert harvest.outcomes[0].status == "read"
    assert "the copy of" in (harvest.outcomes[0].reason or "")


@pytest.mark.parametrize("status", [404, 410])
def test_a_page_that_is_gone_is_gone_at_once(site: Site, status: int) -> None:
    pages = Pages()
    site.put("/a", page("A"))
    fetched(site.url("/a"), pages=pages)
    site.pages["/a"] = Reply(status=status)
    assert "does not exist" in reason(fetched(site.url("/a"), pages=pages))
    assert pages.get(site.url("/a")) is None


def test_a_page_that_was_closed_by_robots_txt_is_not_taken_from_the_old_copy(site: Site) -> None:
    pages = Pages()
    site.put("/a", page("A"))
    fetched(site.url("/a"), pages=pages)
    site.pages["/robots.txt"] = Reply(b"User-agent: *\nDisallow: /")
    assert "robots.txt" in reason(fetched(site.url("/a"), pages=pages))


def test_a_redirect_within_the_site_is_followed(site: Site) -> None:
    site.pages["/old"] = Reply(status=301, headers={"Location": "/new"})
    site.put("/new", page("New"))
    assert fetched(site.url("/old")).articles[0].title == "New"


def test_a_redirect_to_another_site_is_followed_only_if_allowed(site: Site) -> None:
    with serving() as other:
        other.put("/a", page("Elsewhere"))
        site.pages["/a"] = Reply(status=302, headers={"Location": other.url("/a")})
        assert "redirected to another site" in reason(fetched(site.url("/a")))
        assert not other.asked
        assert fetched(site.url("/a"), Manners(delay=0, allow_private=True, allow_other_sites=True)).articles


def test_a_listed_page_of_another_site_is_not_fetched(site: Site) -> None:
    site.put("/sitemap.xml", "<urlset><url><loc>https://other.example/a</loc></url></urlset>")
    assert "is on another site" in reason(fetched(site.url("/sitemap.xml")))


@pytest.mark.parametrize("location", ["/loop", "/other-loop", ""])
def test_an_endless_redirect_ends(site: Site, location: str) -> None:
    site.pages["/loop"] = Reply(status=302, headers={"Location": location})
    site.pages["/other-loop"] = Reply(status=302, headers={"Location": "/loop"})
    assert "is redirected" in reason(fetched(site.url("/loop")))


@pytest.mark.parametrize(
    "location", ["file:///etc/passwd", "ftp://127.0.0.1/a", "http://user:pass@127.0.0.1/", "javascript:x"]
)
def test_a_redirect_to_something_else_than_a_page_is_refused(site: Site, location: str) -> None:
    site.pages["/a"] = Reply(status=302, headers={"Location": location})
    assert reason(fetched(site.url("/a"), Manners(delay=0, allow_private=True, allow_other_sites=True)))


def test_a_server_that_sends_a_byte_now_and_then_is_left(site: Site) -> None:
    site.pages["/a"] = Reply(b"<html>" + b"x" * 1000, slowly=0.2)
    manners = Manners(delay=0, allow_private=True, limits=Limits(silence=5, seconds=0.6))
    assert "did not answer in time" in reason(fetched(site.url("/a"), manners))


def test_a_server_that_never_answers_is_left() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        manners = Manners(delay=0, allow_private=True, obey_robots=False, limits=Limits(silence=0.3, seconds=5))
        assert "did not answer in time" in reason(fetched(f"http://127.0.0.1:{silent.getsockname()[1]}/", manners))


def test_a_server_that_is_not_there_fails() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    assert "connection failed" in reason(fetched(f"http://127.0.0.1:{port}/a"))


def test_a_server_that_hangs_up_fails(site: Site) -> None:
    site.pages["/a"] = Reply(gone=True)
    assert reason(fetched(site.url("/a")))


def test_a_page_that_is_too_large_is_left(site: Site) -> None:
    site.put("/a", b"<html>" + b"x" * 3_000_000)
    assert "larger than 2,000,000 bytes" in reason(fetched(site.url("/a")))


def test_a_packed_page_that_unpacks_without_end_is_left(site: Site) -> None:
    site.put("/a", gzip.compress(b" " * 50_000_000), Content_Encoding="gzip")
    assert "larger than" in reason(fetched(site.url("/a")))


def test_a_picture_is_no_article(site: Site) -> None:
    site.put("/a", b"\x89PNG", Content_Type="image/png")
    assert "is image/png, not an article" in reason(fetched(site.url("/a")))


def test_a_wrong_content_type_does_not_matter(site: Site) -> None:
    site.put("/a", page("A"), Content_Type="text/plain")
    site.put("/b", HEELS_PDF, Content_Type="text/html")
    assert fetched(site.url("/a")).articles[0].title == "A"
    assert fetched(site.url("/b")).articles


@pytest.mark.parametrize("status", [401, 403, 418, 500])
def test_a_page_that_is_not_given_fails(site: Site, status: int) -> None:
    site.pages["/a"] = Reply(status=status)
    assert f"status {status}" in reason(fetched(site.url("/a")))


def test_a_busy_server_is_asked_once_more_after_the_pause_it_asks_for(site: Site) -> None:
    replies = iter([Reply(status=429, headers={"Retry-After": "9"}), Reply(page("A").encode())])
    site.pages["/a"] = lambda _: next(replies)
    waits = Waits()
    harvest = read([site.url("/a")], fetcher=HttpFetcher(LOCAL, sleep=waits.sleep, clock=waits.clock))
    assert harvest.articles
    assert 9 in waits.slept


def test_private_addresses_are_refused_unless_allowed(site: Site) -> None:
    site.put("/a", page("A"))
    assert "private address" in reason(fetched(site.url("/a"), Manners(delay=0)))
    assert not site.asked


def test_a_redirect_to_a_private_address_is_refused(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    site.pages["/a"] = Reply(status=302, headers={"Location": "http://10.0.0.1/admin"})
    public = request.is_public
    monkeypatch.setattr(request, "is_public", lambda address: address.is_loopback or public(address))
    manners = Manners(delay=0, allow_other_sites=True)
    assert "private address" in reason(fetched(site.url("/a"), manners))


def test_a_name_with_one_private_address_among_others_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 80)) for address in ("93.184.216.34", "127.0.0.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
    assert "private address" in reason(fetched("http://x.example/a", Manners(delay=0)))


def test_the_address_that_was_checked_is_the_one_connected_to(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    site.put("/a", page("A"))
    port = int(site.address.rpartition(":")[2])
    asked: list[str] = []

    def resolve(host: str, *_: object, **__: object) -> list[tuple[int, int, int, str, tuple[str, int]]]:
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    manners = Manners(delay=0, allow_private=True, obey_robots=False)
    assert fetched(f"http://x.example:{port}/a", manners).articles
    assert [host for host in asked if host != "127.0.0.1"] == ["x.example"]


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.216.34", True),
        ("2606:2800:220:1:248:1893:25c8:1946", True),
        ("127.0.0.1", False),
        ("10.1.2.3", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("0.0.0.0", False),
        ("224.0.0.1", False),
        ("255.255.255.255", False),
        ("::1", False),
        ("fe80::1", False),
        ("fc00::1", False),
        ("::ffff:127.0.0.1", False),
        ("::ffff:93.184.216.34", True),
        ("64:ff9b::7f00:1", False),
        ("2002:7f00:1::", False),
    ],
)
def test_which_addresses_are_public(address: str, public: bool) -> None:
    assert request.is_public(ipaddress.ip_address(address)) is public


@pytest.mark.parametrize(
    "url",
    [
        "http://",
        "http:///a",
        "http://user:secret@x.example/",
        "http://x.example:99999/",
        "http://x.example:0/",
        "http://[::1/",
        "file:///etc/passwd",
        "ftp://x.example/a",
        "http://x y.example/",
    ],
)
def test_urls_that_are_none_are_refused(url: str) -> None:
    assert reason(fetched(url))


@pytest.mark.parametrize(
    ("url", "sent"),
    [
        ("https://x.example/café?q=thé#part", "https://x.example/caf%C3%A9?q=th%C3%A9"),
        ("https://x.example/a%20b/(c)?d=e&f", "https://x.example/a%20b/(c)?d=e&f"),
        ("https://bücher.example:8080/a b", "https://xn--bcher-kva.example:8080/a%20b"),
        ("http://[::1/", "http://[::1/"),
    ],
)
def test_letters_outside_ascii_are_sent_as_a_browser_sends_them(url: str, sent: str) -> None:
    assert request.in_ascii(url) == sent


def test_a_name_that_nobody_knows_is_said_to_be_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    assert "name of the host is not known" in reason(fetched("http://nobody.example/"))


def test_a_certificate_of_another_name_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise ssl.SSLCertVerificationError("certificate verify failed: Hostname mismatch")

    monkeypatch.setattr("corpus.request.HTTPSConnection.connect", refuse)
    assert "no valid certificate" in reason(fetched("https://127.0.0.1/"))


KEPT = Page("http://x.example/", b"body" * 100, "2026-11-21")


def test_a_page_that_finds_no_room_on_the_disk_is_an_error_of_that_page(tmp_path: Path) -> None:
    pages = Pages(tmp_path / "pages")
    pages._database.execute("pragma max_page_count = 1")
    with pytest.raises(SourceError, match=r"http://x\.example/: .*pages, cannot be used \(database or disk is full\)"):
        pages.put(replace(KEPT, body=random.Random(1).randbytes(100_000)))


def test_a_kept_page_that_is_damaged_is_an_error_of_that_page(tmp_path: Path) -> None:
    pages = Pages(tmp_path / "pages")
    pages.put(KEPT)
    with pages._database:
        pages._database.execute("update page set body = x'00'")
    with pytest.raises(SourceError, match="delete it to fetch all anew"):
        pages.get(KEPT.url)


@pytest.mark.parametrize(
    "use",
    [lambda pages: pages.get(KEPT.url), lambda pages: pages.drop(KEPT.url), lambda pages: pages.forget_others([])],
)
def test_a_file_of_pages_that_is_damaged_is_one_clear_line(tmp_path: Path, use: Callable[[Pages], object]) -> None:
    Pages(tmp_path / "pages").put(KEPT)
    pages = Pages(tmp_path / "pages")
    data = (tmp_path / "pages").read_bytes()
    (tmp_path / "pages").write_bytes(data[:100] + b"\xff" * (len(data) - 100))
    with pytest.raises(SourceError, match="the file of kept pages"):
        use(pages)


def test_pages_are_kept_in_a_file_and_a_strange_file_is_refused(tmp_path: Path) -> None:
    pages = Pages(tmp_path / "pages")
    pages.put(Page("http://x.example/", b"body" * 100, "2026-11-21", etag='"1"'))
    pages.close()
    assert Pages(tmp_path / "pages").get("http://x.example/") == Page(
        "http://x.example/", b"body" * 100, "2026-11-21", '"1"'
    )
    (tmp_path / "text").write_text("no database, but long enough to be looked at as one " * 20)
    with pytest.raises(SourceError, match="cannot be used"):
        Pages(tmp_path / "text")
    with pytest.raises(SourceError, match="cannot be used"):
        Pages(tmp_path / "no" / "folder")
