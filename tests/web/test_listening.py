"""Connections: one that says nothing is let go, and never costs another visitor the answer."""

from __future__ import annotations

import asyncio
import http.client
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
import uvicorn

from tests.web.fakes import FakeAnswerer
from web.app import create_app
from web.listening import PatientProtocol, listening, raise_file_limit
from web.settings import ServiceSettings

ASK = b'{"messages":[{"role":"visitor","text":"Which shoes?"}]}'
HEAD = b"POST /api/v1/chat HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n" % len(
    ASK
)


class Running:
    """A server with our way of listening, on a thread of its own."""

    def __init__(self, answerer: FakeAnswerer, settings: ServiceSettings, *, as_several: bool = False) -> None:
        import threading

        config = uvicorn.Config(
            create_app(answerer, settings),
            host="127.0.0.1",
            port=0,
            log_level="error",
            **{key: value for key, value in listening().items() if key != "log_config"},
        )
        self.server = uvicorn.Server(config)
        sockets = [config.bind_socket()] if as_several else None  # as it is handed to each of several workers
        self.thread = threading.Thread(target=self.server.run, args=(sockets,), daemon=True)
        self.thread.start()
        while not self.server.started:
            time.sleep(0.01)
        self.port: int = self.server.servers[0].sockets[0].getsockname()[1]

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=20)

    def answered(self) -> bytes:
        with self.connect() as visitor:
            visitor.sendall(HEAD + ASK)
            return visitor.recv(12)

    def stop(self) -> None:
        self.server.should_exit = True
        self.thread.join(20)


@pytest.fixture
def running(answerer: FakeAnswerer, monkeypatch: pytest.MonkeyPatch) -> Iterator[Running]:
    monkeypatch.setattr("web.listening.HEAD_SECONDS", 0.3)
    monkeypatch.setattr("web.listening.CLOSING_SECONDS", 0.3)
    monkeypatch.setattr("web.listening.MOST_IDLE", 5)
    made = Running(answerer, ServiceSettings(answer_threads=1, answer_queue=3, rate_per_minute=10_000))
    yield made
    made.stop()
    assert not PatientProtocol.idle


def ended(connection: socket.socket) -> bool:
    """Whether the server has ended it, waited for."""
    try:
        while connection.recv(4096):
            pass
    except ConnectionResetError:
        return True
    return True


@pytest.mark.parametrize("sent", [b"", b"G", HEAD[:40]], ids=["nothing", "a byte", "half a head"])
def test_a_connection_that_does_not_come_to_the_point_is_let_go(running: Running, sent: bytes) -> None:
    with running.connect() as idle:
        idle.sendall(sent)
        assert ended(idle)


def test_an_answered_connection_is_let_go_when_nothing_follows(running: Running) -> None:
    with running.connect() as visitor:
        visitor.sendall(HEAD + ASK)
        assert visitor.recv(12) == b"HTTP/1.1 200"
        assert ended(visitor)


def test_one_connection_may_ask_again(running: Running) -> None:
    visitor = http.client.HTTPConnection("127.0.0.1", running.port, timeout=20)
    for _ in range(3):
        visitor.request("POST", "/api/v1/chat", ASK, {"content-type": "application/json"})
        response = visitor.getresponse()
        assert (response.status, bool(response.read())) == (200, True)
    visitor.close()


def test_a_request_that_came_before_its_turn_is_not_taken_for_silence(running: Running, answerer: FakeAnswerer) -> None:
    answerer.delay = 0.6  # twice as long as a connection may be silent here
    with running.connect() as visitor:
        visitor.sendall((HEAD + ASK) * 2)
        heard = b""
        while heard.count(b"HTTP/1.1 200") < 2 and (more := visitor.recv(65536)):
            heard += more
    assert heard.count(b"HTTP/1.1 200") == 2


def test_what_is_no_request_is_told_so_and_let_go(running: Running) -> None:
    with running.connect() as stranger:
        stranger.sendall(b"\x16\x03\x01 no\r\n\r\n")
        assert stranger.recv(12) == b"HTTP/1.1 400"
        assert ended(stranger)


def test_the_longest_idle_makes_room_and_visitors_are_served(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("web.listening.HEAD_SECONDS", 60)
    with ExitStack() as stack:
        idle = [stack.enter_context(running.connect()) for _ in range(6)]
        assert running.answered() == b"HTTP/1.1 200"
        assert ended(idle[0])
        idle[-1].sendall(HEAD + ASK)
        assert idle[-1].recv(12) == b"HTTP/1.1 200"


def test_whoever_left_keeps_no_place_in_the_queue(running: Running, answerer: FakeAnswerer) -> None:
    answerer.delay = 0.5
    with ExitStack() as stack:
        waiting = [stack.enter_context(running.connect()) for _ in range(4)]
        for visitor in waiting:
            visitor.sendall(HEAD + ASK)
        time.sleep(0.2)
        for visitor in waiting[1:]:
            visitor.close()
        time.sleep(0.2)
        assert running.answered() == b"HTTP/1.1 200"
    assert len(answerer.heard) <= 3


def held(visitor: socket.socket) -> asyncio.Transport:
    """The server's end of a visitor's connection, once it waits for the next request."""
    for _ in range(2000):
        for connection in list(PatientProtocol.idle):
            if connection.transport.get_extra_info("peername") == visitor.getsockname():
                return connection.transport
        time.sleep(0.01)
    raise AssertionError("the connection was not kept")


@pytest.mark.parametrize("as_several", [False, True])
def test_an_answer_does_not_wait_for_its_beginning_to_be_confirmed(answerer: FakeAnswerer, as_several: bool) -> None:
    running = Running(answerer, ServiceSettings(), as_several=as_several)
    with running.connect() as visitor:
        visitor.sendall(HEAD + ASK)
        assert visitor.recv(12) == b"HTTP/1.1 200"
        kept = held(visitor).get_extra_info("socket")
        assert kept.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
    running.stop()


def test_as_many_files_may_be_opened_as_the_system_lets_us() -> None:
    import resource

    assert raise_file_limit() == resource.getrlimit(resource.RLIMIT_NOFILE)[1]


def test_a_process_may_open_as_many_files_as_the_system_lets_it(monkeypatch: pytest.MonkeyPatch) -> None:
    wanted: list[tuple[int, int]] = []
    monkeypatch.setattr("web.listening.resource.getrlimit", lambda which: (1024, 4096))
    monkeypatch.setattr("web.listening.resource.setrlimit", lambda which, limits: wanted.append(limits))
    assert raise_file_limit() == 4096
    assert wanted == [(4096, 4096)]


def test_a_limit_of_files_that_is_as_high_as_it_may_be_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("web.listening.resource.getrlimit", lambda which: (4096, 4096))
    monkeypatch.setattr("web.listening.resource.setrlimit", lambda which, limits: pytest.fail("it was set"))
    assert raise_file_limit() == 4096


def test_a_worker_that_a_pausing_machine_holds_up_is_not_killed_with_its_questions() -> None:
    from uvicorn import Config

    uvicorns_own = Config("web.app:app").timeout_worker_healthcheck
    assert listening()["timeout_worker_healthcheck"] >= 6 * uvicorns_own
