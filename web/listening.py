"""How connections are held: none for nothing, and none at the cost of another visitor's.

uvicorn waits for ever for the head of a request, and counts idle connections against the number that it serves, so a
thousand connections that say nothing would shut everyone out. Here a head must arrive in time, a reader that takes
nothing is cut off, and where there are too many connections the longest idle one makes room for the next.
"""

from __future__ import annotations

import asyncio
import resource
import socket
from collections import OrderedDict
from contextlib import suppress
from typing import Any, ClassVar, Final

from uvicorn.protocols.http.h11_impl import H11Protocol

HEAD_SECONDS: Final = 10.0
"""Time in which the head of a request must be complete, from its connection or from the answer before."""

STALL_SECONDS: Final = 60
"""Time that a worker may stand still before it is replaced. uvicorn allows 5 seconds, and then kills the worker with
all questions that it is answering; a machine that pauses for as long, as virtual ones do, must not lose them."""

CLOSING_SECONDS: Final = 10.0
"""Time that a client has to take the rest of an answer once we are done with it."""

_HEAD_BYTES: Final = 32_768
"""Most of a head that is kept while the rest of it is waited for."""

MOST_IDLE: Final = 2000
"""Connections that wait for a request; 10,000 opened and left keep nobody out (benchmarks/attack.py)."""


class PatientProtocol(H11Protocol):
    """One connection, with an end to its patience."""

    idle: ClassVar[OrderedDict[PatientProtocol, None]] = OrderedDict()  # of the process: there is one server in it

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        """Begin to wait for a request, and let the longest waiting one go where too many wait."""
        super().connection_made(transport)
        _at_once(transport)
        self._deadline: asyncio.TimerHandle | None = None
        self._wait()
        if len(self.idle) > MOST_IDLE:
            longest, _ = self.idle.popitem(last=False)
            longest.transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        self._settle()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read on; a request that is under way has limits of its own (web.doors.BodyLimit)."""
        super().data_received(data)
        if self.cycle is not None and not self.cycle.response_complete:
            self._settle()
        elif self.transport.is_closing():  # it was no request, and has been told so
            self._part()

    def on_response_complete(self) -> None:
        """Wait for the next request, or for the client to take what is left of the answer."""
        super().on_response_complete()
        if self.transport.is_closing():
            self._part()
        elif self.cycle.response_complete:  # else the next request had already come, and is under way
            self._wait()

    def _wait(self) -> None:
        self._settle()
        self.idle[self] = None
        self._deadline = self.loop.call_later(HEAD_SECONDS, self.transport.abort)

    def _part(self) -> None:
        self._settle()
        self._deadline = self.loop.call_later(CLOSING_SECONDS, self.transport.abort)

    def _settle(self) -> None:
        self.idle.pop(self, None)
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None


def _at_once(transport: asyncio.Transport) -> None:
    """Send each piece of an answer as it comes, and do not wait with the next until the client has confirmed the last.

    asyncio sees to that itself, but not for the socket that uvicorn opens for several workers, for it names no protocol
    (CPython, `_set_nodelay`): every answer on a connection that is kept open then came 40 ms late.
    """
    connection = transport.get_extra_info("socket")
    if connection is not None and connection.family in (socket.AF_INET, socket.AF_INET6):
        with suppress(OSError):  # the client may have left already
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def raise_file_limit() -> int:
    """Let this process open as many files as the system lets it, and return how many: each connection is one."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        soft = hard
    return soft


def listening() -> dict[str, Any]:
    """The settings of uvicorn for it."""
    return {
        "http": PatientProtocol,
        "ws": "none",  # nothing here speaks WebSocket
        "h11_max_incomplete_event_size": _HEAD_BYTES,
        "timeout_keep_alive": HEAD_SECONDS,
        "timeout_worker_healthcheck": STALL_SECONDS,
        # No limit here: what costs is limited by answer_threads and answer_queue, which answer with Retry-After.
        "limit_concurrency": None,
        "server_header": False,
        # Addresses are read by web.limits, from named proxies only.
        "proxy_headers": False,
        "access_log": False,
        "log_config": None,
    }
