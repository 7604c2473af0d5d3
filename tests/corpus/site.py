"""A site on this machine that does what a test tells it to."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Headers = dict[str, str]


@dataclass(frozen=True, slots=True)
class Reply:
    """What the site answers: `slowly` sends a byte at a time, `gone` ends the connection without a word."""

    body: bytes = b""
    status: int = 200
    headers: Headers = field(default_factory=lambda: {"Content-Type": "text/html; charset=utf-8"})
    slowly: float = 0.0
    gone: bool = False


Answer = Reply | Callable[[Headers], Reply]


class Site:
    """`pages` maps paths to answers; `asked` holds every path that was requested, with the status given."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.pages: dict[str, Answer] = {"/robots.txt": Reply(status=404)}
        self.asked: list[tuple[str, int]] = []
        self.agents: set[str] = set()

    def url(self, path: str) -> str:
        return f"{self.address}{path}"

    def reply(self, path: str, headers: Headers) -> Reply:
        answer = self.pages.get(path, Reply(b"not here", status=404))
        reply = answer if isinstance(answer, Reply) else answer(headers)
        self.asked.append((path, reply.status))
        self.agents.add(headers.get("User-Agent", ""))
        return reply

    def put(self, path: str, body: str | bytes, *, etag: str | None = None, **headers: str) -> None:
        """A page that answers 304 to a visitor who has it already."""
        data = body.encode() if isinstance(body, str) else body
        given = {"Content-Type": "text/html; charset=utf-8"} | {
            name.replace("_", "-"): v for name, v in headers.items()
        }
        if etag is None:
            self.pages[path] = Reply(data, headers=given)
            return
        given["ETag"] = etag

        def answer(asked: Headers) -> Reply:
            return Reply(status=304) if asked.get("If-None-Match") == etag else Reply(data, headers=given)

        self.pages[path] = answer


@contextmanager
def serving() -> Iterator[Site]:
    """A site while it is up."""
    site: list[Site] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            reply = site[0].reply(self.path, dict(self.headers.items()))
            if reply.gone:
                self.close_connection = True
                return
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(reply.body)))
            self.end_headers()
            try:
                self._send(reply)
            except OSError:
                return

        def _send(self, reply: Reply) -> None:
            if not reply.slowly:
                self.wfile.write(reply.body)
                return
            for byte in reply.body:
                self.wfile.write(bytes([byte]))
                self.wfile.flush()
                time.sleep(reply.slowly)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=[0.02], daemon=True)
    thread.start()
    site.append(Site(f"http://127.0.0.1:{server.server_address[1]}"))
    try:
        yield site[0]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
