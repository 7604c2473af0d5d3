"""A real `footnote serve` for benchmarks: started as a process of its own, asked over HTTP, looked at from outside."""

from __future__ import annotations

import json
import os
import resource
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

_PATIENCE = 120.0
"""Seconds that a server may take to become ready."""

_ONE_CLIENT = {
    "FOOTNOTE_RATE_PER_MINUTE": "100000000",
    "FOOTNOTE_RATE_PER_DAY": "100000000",
}
_UNLIMITED = {
    "FOOTNOTE_ANSWER_QUEUE": "100000",
    "FOOTNOTE_ANSWER_SECONDS": "600",  # a busy machine must not make a question fail
}


@dataclass(frozen=True, slots=True)
class Held:
    """What a server holds: MiB of resident memory by process, the oldest process first, and the open files of all."""

    memory: Mapping[int, float]
    files: int

    @property
    def total(self) -> float:
        """MiB of all processes; what they share counts for each."""
        return sum(self.memory.values())


class Server:
    """`with Server(index_folder) as server: server.ask("...")`; one connection a question, as a page opens it.

    One client may ask as much as it likes. `as_shipped` leaves all other limits as they are; else none is met.
    """

    def __init__(
        self,
        index: Path,
        *options: str,
        environment: Mapping[str, str] | None = None,
        as_shipped: bool = False,
    ) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        command = [sys.executable, "-c", "from web.cli import main; main()", "serve"]
        command += ["--index", str(index), "--port", str(self.port), *options]
        # A file and not a pipe: nobody reads what a server says while it is asked.
        self._said = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the server
        limits = _ONE_CLIENT if as_shipped else {**_ONE_CLIENT, **_UNLIMITED}
        environment = {**os.environ, **limits, **(environment or {})}
        self._process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=self._said)

    def __enter__(self) -> Self:
        until = time.monotonic() + _PATIENCE
        while time.monotonic() < until and self._process.poll() is None:
            try:
                with urllib.request.urlopen(f"{self.url}/readyz", timeout=5):
                    return self
            except (urllib.error.URLError, OSError):
                time.sleep(0.1)
        said = self.said()
        self.__exit__(None, None, None)
        raise RuntimeError(said[-2000:])

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._process.terminate()
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._said.close()

    def ask(self, text: str) -> dict[str, Any]:
        """The Reply to one message."""
        body = json.dumps({"messages": [{"role": "visitor", "text": text}]}).encode()
        request = urllib.request.Request(f"{self.url}/api/v1/chat", body, {"Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=600) as response:
                reply: dict[str, Any] = json.loads(response.read())
                return reply
        except urllib.error.HTTPError as error:
            raise OSError(f"status {error.code}: {error.read(500).decode('utf-8', 'replace')}") from error

    def ready(self) -> dict[str, Any]:
        """What /readyz says of the generation, and of what works only in part."""
        with urllib.request.urlopen(f"{self.url}/readyz", timeout=30) as response:
            status: dict[str, Any] = json.loads(response.read())
            return status

    @property
    def ended(self) -> bool:
        """Whether its first process is no more."""
        return self._process.poll() is not None

    def said(self) -> str:
        """All that the server wrote to standard error until now."""
        return os.pread(self._said.fileno(), os.fstat(self._said.fileno()).st_size, 0).decode("utf-8", "replace")

    def processes(self) -> list[int]:
        """The server's process and those that it started, oldest first."""
        return family(self._process.pid)

    def memory(self) -> dict[str, int]:
        """Megabytes of the largest of its processes; see `memory_mb`."""
        return max((memory_mb(process) for process in self.processes()), key=lambda held: held["resident"])

    def held(self) -> Held:
        """Memory and open files of all of its processes now."""
        processes = self.processes()
        page = resource.getpagesize() / 2**20
        memory = {each: int(Path(f"/proc/{each}/statm").read_text().split()[1]) * page for each in processes}
        return Held(memory, sum(len(list(Path(f"/proc/{each}/fd").iterdir())) for each in processes))


def family(process: int) -> list[int]:
    """A process and its descendants."""
    found = [process]
    for task in Path(f"/proc/{process}/task").iterdir():
        for child in (task / "children").read_text(encoding="ascii").split():
            found += family(int(child))
    return found


def memory_mb(process: int | str) -> dict[str, int]:
    """Megabytes of a process (`self` too): `resident`, the `peak` of that, and `own`, which no file backs."""
    text = Path(f"/proc/{process}/status").read_text(encoding="ascii")
    names = {"resident": "VmRSS:", "peak": "VmHWM:", "own": "RssAnon:"}
    return {what: int(text.partition(name)[2].split()[0]) // 1024 for what, name in names.items()}


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port
