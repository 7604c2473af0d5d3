"""The example for nginx, run by nginx in front of a service, where nginx and openssl are on the machine."""

from __future__ import annotations

import http.client
import json
import os
import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import anyio.to_thread
import pytest
import uvicorn

from tests.web.fakes import FakeAnswerer
from web import api
from web.app import create_app
from web.listening import listening
from web.service import Answered
from web.settings import ServiceSettings

EXAMPLE = Path(__file__).resolve().parent.parent.parent / "deploy" / "nginx.conf"
NAME = "chat.example.org"
QUESTION = {"messages": [{"role": "visitor", "text": "An urgent question about shoes"}]}

pytestmark = pytest.mark.skipif(
    not (shutil.which("nginx") and shutil.which("openssl")), reason="needs nginx and openssl on the path"
)


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    return port


@dataclass(frozen=True)
class Front:
    """nginx as the example sets it up, on ports of its own."""

    plain: int
    secure: int

    def ask(
        self, method: str, path: str, body: bytes | None = None, **headers: str
    ) -> tuple[http.client.HTTPResponse, bytes]:
        """One answer over TLS, read to its end."""
        with self.open(method, path, body, **headers) as response:
            return response, response.read()

    @contextmanager
    def open(
        self, method: str, path: str, body: bytes | None = None, **headers: str
    ) -> Iterator[http.client.HTTPResponse]:
        """One answer over TLS, of which nothing but the head is read."""
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE  # the certificate was made a moment ago
        connection = http.client.HTTPSConnection("127.0.0.1", self.secure, timeout=30, context=context)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        with closing(connection):
            connection.request(method, path, body, {"Host": NAME, "Content-Type": "application/json", **named})
            yield connection.getresponse()


@pytest.fixture(scope="module")
def service() -> Iterator[int]:
    """The port of a service set up as the guide says for one machine."""
    settings = ServiceSettings(
        trusted_proxies=("127.0.0.1",), allowed_hosts=(NAME,), site_url="https://example.org", rate_per_minute=20
    )
    config = uvicorn.Config(create_app(FakeAnswerer(), settings), host="127.0.0.1", port=0, **listening())
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    pause = threading.Event()
    while not server.started:
        pause.wait(0.01)
    yield server.servers[0].sockets[0].getsockname()[1]
    server.should_exit = True
    thread.join(10)


@pytest.fixture(scope="module")
def front(service: int, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    """nginx with the example, in which nothing but ports and paths is changed."""
    folder = tmp_path_factory.mktemp("nginx")
    key, certificate = folder / "key.pem", folder / "fullchain.pem"
    made = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    made += ["-keyout", str(key), "-out", str(certificate), "-days", "2", "-subj", f"/CN={NAME}"]
    subprocess.run(made, check=True, capture_output=True)
    ports = Front(free_port(), free_port())
    text = EXAMPLE.read_text(encoding="utf-8")
    for written, here in (
        ("    listen [::]:80;\n", ""),
        ("    listen [::]:443 ssl http2;\n", ""),
        ("listen 80;", f"listen 127.0.0.1:{ports.plain};"),
        ("listen 443 ssl http2;", f"listen 127.0.0.1:{ports.secure} ssl http2;"),
        ("server 127.0.0.1:8000;", f"server 127.0.0.1:{service};"),
        ("/etc/ssl/footnote/fullchain.pem", str(certificate)),
        ("/etc/ssl/footnote/key.pem", str(key)),
        ("/var/log/nginx/footnote.error.log", str(folder / "error.log")),
    ):
        assert text.count(written) == 1, written
        text = text.replace(written, here)
    (folder / "example.conf").write_text(text, encoding="utf-8")
    places = "".join(f"{kind}_temp_path {folder}/{kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi"))
    user = "user root;\n" if os.geteuid() == 0 else ""
    # The service asks for no buffering too; that is ignored here, so that the example must see to it.
    (folder / "nginx.conf").write_text(
        f"{user}daemon off;\npid {folder}/pid;\nerror_log {folder}/error.log;\nevents {{}}\n"
        f"http {{\n{places}scgi_temp_path {folder}/scgi;\ngzip on;\n"
        f"proxy_ignore_headers X-Accel-Buffering;\ninclude {folder}/example.conf;\n}}\n",
        encoding="utf-8",
    )
    nginx = subprocess.Popen(["nginx", "-p", str(folder), "-c", str(folder / "nginx.conf")], stderr=subprocess.PIPE)
    pause = threading.Event()
    while nginx.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", ports.secure), 5).close()
            break
        except OSError:
            pause.wait(0.02)
    assert nginx.poll() is None, nginx.communicate()[1].decode()
    yield ports
    nginx.terminate()
    nginx.communicate(timeout=10)


def test_an_event_reaches_the_visitor_before_the_next_one_is_sent(
    front: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = threading.Semaphore(1)
    events: Callable[[Answered], AsyncIterator[bytes]] = api._events

    async def one_by_one(answered: Answered) -> AsyncIterator[bytes]:
        async for event in events(answered):
            # A proxy that kept an event back would keep it for ever, since the next one waits for its reader.
            assert await anyio.to_thread.run_sync(read.acquire, True, 30.0)
            yield event

    monkeypatch.setattr(api, "_events", one_by_one)
    names = []
    with front.open("POST", "/api/v1/chat", json.dumps(QUESTION).encode(), Accept="text/event-stream") as response:
        for line in response:
            if line.startswith(b"event: "):
                names.append(line.removeprefix(b"event: ").strip().decode())
            elif not line.strip():
                read.release()
    assert names[:2] == ["redflag", "sources"]
    assert names[-1] == "done"
    assert set(names[2:-1]) == {"block"}


def test_the_head_of_a_stream_says_that_nobody_may_keep_it(front: Front) -> None:
    response, _ = front.ask("POST", "/api/v1/chat", json.dumps(QUESTION).encode(), Accept="text/event-stream")
    assert response.status == 200
    assert (response.headers["content-type"] or "").startswith("text/event-stream")
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["content-length"] is None
    assert response.headers["content-encoding"] is None


@pytest.mark.parametrize("path", ["/", "/chat", "/widget.js", "/nothing"])
def test_the_headers_of_the_service_arrive_once_and_none_are_added(front: Front, path: str) -> None:
    headers = front.ask("GET", path)[0].headers
    for name in ("content-security-policy", "x-content-type-options", "referrer-policy"):
        assert len(headers.get_all(name) or []) == 1, name
    assert headers["server"] == "nginx"
    assert headers["set-cookie"] is None


def test_a_post_of_the_chat_page_counts_as_its_own_origin(front: Front) -> None:
    body = json.dumps(QUESTION).encode()
    assert front.ask("POST", "/api/v1/chat", body, Origin=f"https://{NAME}")[0].status == 200
    assert front.ask("POST", "/api/v1/chat", body, Origin="https://other.example")[0].status == 403


def test_a_body_over_the_limit_is_refused(front: Front) -> None:
    assert front.ask("POST", "/api/v1/chat", b"x" * 140_000)[0].status == 413


def test_metrics_are_not_for_the_public(front: Front) -> None:
    assert front.ask("GET", "/metrics")[0].status == 404


def test_without_tls_a_visitor_is_sent_to_tls(front: Front) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", front.plain, timeout=30)
    connection.request("GET", "/chat?q=1", headers={"Host": NAME})
    response = connection.getresponse()
    assert (response.status, response.headers["location"]) == (301, f"https://{NAME}/chat?q=1")
    connection.close()


def test_an_address_that_the_visitor_claims_is_not_believed(front: Front) -> None:
    body = json.dumps(QUESTION).encode()
    claims = (f"203.0.113.{number}" for number in range(50))
    # Fifty and not twenty-one: the minute may turn on the way.
    statuses = [front.ask("POST", "/api/v1/chat", body, X_Forwarded_For=claim)[0].status for claim in claims]
    assert 429 in statuses
