"""A new owner types what the tutorial prints, from top to bottom, and sees what it shows."""

from __future__ import annotations

import itertools
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
TUTORIAL = (ROOT / "docs" / "tutorial.md").read_text(encoding="utf-8")
BLOCKS: list[tuple[str, str]] = re.findall(r"^```(sh|text)\n(.*?)^```$", TUTORIAL, re.DOTALL | re.MULTILINE)
"""Each block to type, and each block of what is then seen, in order."""

SERVE, SITE = "footnote serve\n", "python3 -m http.server 9000 --directory site\n"


def _typed(folder: Path, block: str) -> str:
    """What one block prints to standard output, typed in `folder`; it must end with status 0."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    kept = {name: value for name, value in os.environ.items() if not name.startswith("FOOTNOTE_")}
    environment = {**kept, "PATH": path, "TOKENIZERS_PARALLELISM": "false"}
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", block],
        capture_output=True,
        text=True,
        cwd=folder,
        env=environment,
        check=False,
    )
    assert done.returncode == 0, f"{block}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the owner's first terminal is."""
    return tmp_path_factory.mktemp("owner")


@pytest.fixture(scope="module")
def seen(folder: Path, bundled_encoder: Path) -> dict[str, str]:
    """Each block that is typed, with what it printed; the two that serve are left to the tests below."""
    # Exporting the encoder takes a minute, and the tests of the index do it.
    shutil.copytree(bundled_encoder, folder / "plants" / "var" / "index" / "encoders" / bundled_encoder.name)
    printed = {}
    for kind, block in BLOCKS:
        if kind == "sh" and block not in (SERVE, SITE):
            # A new terminal starts where the first one did, and goes to the site's folder.
            starts = "\ncd plants\n" in f"\n{block}"
            printed[block] = _typed(folder if starts else folder / "plants", block)
    return printed


def test_what_the_tutorial_shows_is_what_is_printed(seen: dict[str, str]) -> None:
    shown = [(typed[1], text) for typed, (kind, text) in itertools.pairwise(BLOCKS) if kind == "text"]
    assert len(shown) >= 2
    for typed, text in shown:
        assert seen[typed] == text


def test_a_list_comes_with_its_lead_in(seen: dict[str, str]) -> None:
    answer = next(text for block, text in seen.items() if "overwatered" in block and "ask" in block)
    assert "shows one or more of these signs:\n  - yellow leaves" in answer


def test_a_red_flag_comes_first(seen: dict[str, str]) -> None:
    assert "999" in next(text for block, text in seen.items() if "crushing" in block).splitlines()[0]


def test_an_added_article_is_answered_from(seen: dict[str, str]) -> None:
    answer = next(text for block, text in seen.items() if "index add" in block)
    assert "half the strength" in answer
    assert "[1]  Feeding houseplants" in answer


def test_the_two_commands_that_serve_are_in_the_tutorial() -> None:
    assert {("sh", SERVE), ("sh", SITE)} <= set(BLOCKS)


@pytest.fixture(scope="module")
def service(folder: Path, seen: dict[str, str]) -> Iterator[str]:
    """The address of the service that `footnote serve` starts in the owner's folder, on a free port."""
    assert seen  # everything before it was typed
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [str(Path(sys.executable).parent / "footnote"), "serve", "--port", str(port)]
    process = subprocess.Popen(command, cwd=folder / "plants", stderr=subprocess.DEVNULL)
    try:
        yield _once_ready(f"http://127.0.0.1:{port}", process)
    finally:
        process.terminate()
        process.wait()


def _once_ready(address: str, process: subprocess.Popen[bytes]) -> str:
    while process.poll() is None:
        try:
            urllib.request.urlopen(f"{address}/readyz", timeout=30).close()
        except urllib.error.URLError:
            time.sleep(0.2)
        else:
            return address
    raise AssertionError("footnote serve ended")


def test_the_service_shows_the_name_of_the_site(service: str) -> None:
    with urllib.request.urlopen(f"{service}/chat", timeout=60) as page:
        assert "Happy Houseplants" in page.read().decode()


def test_the_page_of_the_site_may_ask_and_others_may_not(service: str, folder: Path) -> None:
    page = (folder / "plants" / "site" / "index.html").read_text(encoding="utf-8")
    assert "/widget.js" in page
    urllib.request.urlopen(f"{service}/widget.js", timeout=60).close()
    assert "2 to 4 cm wider" in _asked(service, "http://localhost:9000")
    with pytest.raises(urllib.error.HTTPError, match="403"):
        _asked(service, "http://localhost:9001")


def _asked(service: str, origin: str) -> str:
    request = urllib.request.Request(
        f"{service}/api/v1/chat",
        data=b'{"messages": [{"role": "visitor", "text": "How large should the new pot be?"}]}',
        headers={"Content-Type": "application/json", "Origin": origin},
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        body: bytes = answer.read()
    return body.decode()
