"""A builder that dies: run as a script by the crash tests, which cannot die themselves.

Reads lines of JSON from standard input; for each forks a child that builds and kills itself (SIGKILL) after the given
step, or that the caller kills; writes the child's end to standard output. Nothing is imported twice, so it is quick.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from pathlib import Path

import msgspec

from corpus.article import Article
from index.builder import build
from index.errors import IndexFault


def run(task: dict[str, object]) -> str:
    """Build in a child; the answer is "killed after STEP", "built", or the message of the fault."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        _child(task, writer)
    os.close(writer)
    delay = task.get("kill_after")
    if isinstance(delay, float):
        time.sleep(delay)
        os.kill(child, signal.SIGKILL)
    said = b""
    while piece := os.read(reader, 65536):
        said += piece
    os.close(reader)
    os.waitpid(child, 0)
    return said.decode().strip().rpartition("\n")[2]


def _child(task: dict[str, object], writer: int) -> None:
    number = 0
    last = task.get("die_at")

    def step(name: str) -> None:
        nonlocal number
        number += 1
        if number == last:
            os.write(writer, f"killed after {name}\n".encode())
            os.kill(os.getpid(), signal.SIGKILL)

    articles = msgspec.json.decode(Path(str(task["articles"])).read_bytes(), type=list[Article])
    try:
        report = build(articles, Path(str(task["folder"])), model=str(task["model"]), step=step)
    except IndexFault as fault:
        os.write(writer, f"{fault}\n".encode())
        os._exit(1)
    os.write(writer, f"built {report.generation} in {number} steps\n".encode())
    os._exit(0)


if __name__ == "__main__":
    for line in sys.stdin:
        print(run(json.loads(line)), flush=True)  # noqa: T201
