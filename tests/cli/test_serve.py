"""`footnote serve` as a process of its own: what it writes, what it opens with, and how it stops."""

from __future__ import annotations

import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

import pytest

from index.store import IndexFolder
from tests.cli.console import ROOT

WORDS = ("quizzaciously", "zephyrinthine", "flummoxatory", "grobblenaut", "snickerdoodled", "plinthwise", "wobblegate")
"""Words that stand in no article, no file of ours and no list: where one is found, a visitor's words were written."""


@dataclass
class Served:
    """A running service: where it listens, what it has said so far."""

    process: subprocess.Popen[str]
    port: int
    home: Path
    said: list[str] = field(default_factory=list)
    listener: threading.Thread = field(init=False)

    def __post_init__(self) -> None:
        self.listener = threading.Thread(target=self._listen, daemon=True)
        self.listener.start()

    def _listen(self) -> None:
        assert self.process.stdout is not None
        with self.process.stdout as lines:
            self.said.extend(lines)

    def ask(self, method: str, path: str, body: bytes | str | None = None, **headers: str) -> tuple[int, str]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(method, path, body, {name.replace("_", "-"): text for name, text in headers.items()})
            response = connection.getresponse()
            return response.status, response.read().decode()
        finally:
            connection.close()

    def chat(self, *texts: str) -> tuple[int, str]:
        messages = [{"role": "visitor", "text": text} for text in texts]
        return self.ask("POST", "/api/v1/chat", json.dumps({"messages": messages}), content_type="application/json")

    def stop(self) -> str:
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(60)
        self.listener.join(60)
        return "".join(self.said)


Serve = Callable[..., Served]


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    """Starts a service in an empty home, with these flags and this index."""
    started: list[Served] = []

    def start(index: Path, *flags: str) -> Served:
        home = tmp_path / "home"
        home.mkdir(exist_ok=True)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        environment = {key: value for key, value in os.environ.items() if not key.startswith("FOOTNOTE_")}
        environment |= {"HOME": str(home), "TMPDIR": str(home), "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
        command = [sys.executable, "-c", "from web.cli import main; main()", "serve", "--index", str(index)]
        process = subprocess.Popen(
            [*command, "--port", str(port), *flags],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            cwd=home,
            env=environment,
        )
        served = Served(process, port, home)
        started.append(served)
        while process.poll() is None:
            try:
                served.ask("GET", "/healthz")
                break
            except OSError:
                time.sleep(0.1)
        return served

    yield start
    for served in started:
        served.process.kill()
        served.process.wait(60)
        served.listener.join(60)


def _everything_a_visitor_can_send(served: Served) -> None:
    question, flag, form, feedback, query, broken, header = WORDS
    assert served.chat(f"How much does {question} cost?")[0] == 200
    assert served.chat("Tell me of shoes", f"My foot is cold and numb since the {flag}")[0] == 200
    assert served.ask("POST", "/chat", urlencode({"question": f"Is {form} good for my ankle?"}))[0] == 200
    said = {"helpful": False, "kind": "answer", "question": feedback}
    assert served.ask("POST", "/api/v1/feedback", json.dumps(said), content_type="application/json")[0] == 204
    assert served.ask("GET", f"/articles/none?section={query}")[0] == 404
    assert served.ask("GET", f"/{query}")[0] == 404
    for body in (f'{{"messages": "{broken}"}}', broken, f'{{"{broken}": 1}}'):
        assert served.ask("POST", "/api/v1/chat", body, content_type="application/json")[0] in (400, 422)
    assert (
        served.ask("GET", "/chat", user_agent=header, referer=f"https://{header}.example", cookie=f"a={header}")[0]
        == 200
    )
    # The origin of a page that may not ask is the one thing that is logged of a request: its owner needs it.
    assert served.ask("POST", "/api/v1/chat", f'{{"{header}": 1}}', origin="https://other-site.example")[0] == 403


def test_by_default_no_word_of_a_visitor_is_written_anywhere(plain_index: Path, tmp_path: Path, serve: Serve) -> None:
    index = tmp_path / "index"
    shutil.copytree(plain_index, index)
    served = serve(index)
    _everything_a_visitor_can_send(served)
    operation = "".join(served.ask("GET", path)[1] for path in ("/metrics", "/readyz", "/openapi.json"))
    said = served.stop()
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    written = b"".join(path.read_bytes() for path in files)
    assert '"route": "/api/v1/chat"' in said
    for word in WORDS:
        assert word not in said + operation
        assert word.encode() not in written
    assert "127.0.0.1" not in "".join(line for line in said.splitlines() if '"route"' in line)
    assert not [path for path in files if path.is_relative_to(served.home)]


def test_the_same_words_are_found_where_they_are_kept_on_request(plain_index: Path, serve: Serve) -> None:
    served = serve(plain_index, "--keep-questions", "true", "--keep-feedback", "true")
    assert served.chat("How much is a parking ticket at the moon base?")[0] == 200
    _everything_a_visitor_can_send(served)
    said = served.stop()
    kept = (served.home / "var" / "kept.sqlite").read_bytes()
    assert b"parking ticket" in kept
    for word in WORDS:
        assert word.encode() not in kept
        assert word not in said


def test_without_an_index_that_opens_the_screen_still_answers(plain_index: Path, tmp_path: Path, serve: Serve) -> None:
    index = tmp_path / "index"
    shutil.copytree(plain_index, index, copy_function=os.link)
    folder = IndexFolder(index)
    (folder.folder(folder.current_name()) / "passages.jsonl").unlink()
    served = serve(index, "--region", "uk")
    status, text = served.chat("My foot is cold and numb since I twisted it")
    assert (status, json.loads(text)["escalation"]["tier"]) == (200, "emergency")
    status, text = served.chat("How long should I ice it?")
    assert (status, json.loads(text)["code"]) == (503, "no_index")
    assert served.ask("GET", "/readyz")[0] == 503
    assert '"message": "degraded"' in served.stop()


def test_an_index_that_cannot_be_built_does_not_stop_the_screen(tmp_path: Path, serve: Serve) -> None:
    (tmp_path / "file").touch()
    served = serve(tmp_path / "file" / "index")
    assert served.chat("I want to kill myself")[0] == 200
    assert served.chat("hello there")[0] == 503
    assert "serving the red-flag screen alone" in served.stop()


def test_it_stops_when_it_is_told_to_and_ends_what_was_asked(plain_index: Path, serve: Serve) -> None:
    served = serve(plain_index)
    assert served.chat("How long should I ice my ankle?")[0] == 200
    said = served.stop()
    assert served.process.returncode in (0, -signal.SIGTERM)
    assert "Traceback" not in said
    assert "Finished server process" in said


def test_production_does_not_start_unfinished(plain_index: Path, serve: Serve) -> None:
    served = serve(plain_index, "--mode", "production")
    assert served.process.wait(60) == 1
    assert "mode = production: region is not set" in served.stop()
