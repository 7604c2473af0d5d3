"""No id and no address leads out of the index, and no answer sets a cookie."""

from __future__ import annotations

from pathlib import Path

import pytest
from starlette.testclient import TestClient

from corpus.sources import read
from tests.cli.console import footnote

WAYS_OUT = (
    "..", "../..", "../../../../etc/passwd", "..%2f..%2f..%2fetc%2fpasswd", "%2e%2e/%2e%2e/etc/passwd",
    "..%5c..%5cwin.ini", "....//....//etc/passwd",
    "/etc/passwd", "%2fetc%2fpasswd", "walking-shoes/../../secret", "walking-shoes%00.md",
    "file:///etc/passwd", "C:%5cwindows", "~root", ".git/config", "%c0%ae%c0%ae/etc/passwd",
    "x" * 5000, "%ff", "con", "a b",
)  # fmt: skip


@pytest.mark.parametrize("way", WAYS_OUT)
@pytest.mark.parametrize("base", ["/articles/", "/assets/0000000000000000/", "/assets/", "/"])
def test_no_address_leads_out(client: TestClient, base: str, way: str) -> None:
    response = client.get(base + way, follow_redirects=False)
    assert response.status_code in {200, 307, 400, 404, 405, 422}
    if response.status_code == 200:  # the client tidies "..": what is left is a page of ours
        assert response.headers["content-type"].startswith("text/html")
    assert "root:" not in response.text
    assert "set-cookie" not in response.headers


@pytest.mark.parametrize("way", ["..", "../../etc/passwd", "/etc/passwd", "a/../../b", "current", "\x00", "-rf", "*"])
def test_no_article_id_removes_anything_else(plain_index: Path, way: str) -> None:
    before = sorted(path.name for path in plain_index.rglob("*"))
    outcome = footnote("index", "remove", "--index", plain_index, "--", way)
    assert outcome.status == 1
    assert "Traceback" not in outcome.err
    assert sorted(path.name for path in plain_index.rglob("*")) == before


INSIDE = (
    "http://127.0.0.1/", "http://localhost:6379/", "http://[::1]/", "http://169.254.169.254/latest/meta-data/",
    "http://10.0.0.1/", "http://192.168.1.1/", "http://0.0.0.0/", "http://2130706433/", "http://0x7f000001/",
    "http://0177.0.0.1/", "http://127.1/", "http://[::ffff:127.0.0.1]/", "http://user:pass@127.0.0.1/",
    "http://[fd00::1]/", "http://100.64.0.1/", "gopher://127.0.0.1/", "ftp://127.0.0.1/",
)  # fmt: skip


@pytest.mark.parametrize("url", INSIDE)
def test_no_address_given_as_a_source_reaches_inside(url: str) -> None:
    harvest = read([url])
    assert not harvest.articles
    assert [outcome.status for outcome in harvest.outcomes] == ["failed"]


@pytest.mark.parametrize("path", ["/", "/chat", "/articles/walking-shoes", "/widget.js", "/openapi.json", "/metrics"])
def test_no_answer_sets_a_cookie(client: TestClient, path: str) -> None:
    assert "set-cookie" not in client.get(path, headers={"cookie": "a=b"}).headers
