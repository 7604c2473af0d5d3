"""Whether the service stays as it is under lasting load: `python -m benchmarks.soak --index INDEX [--minutes 10]`.

Starts `footnote serve`, finds out how many questions a second it can answer, then asks at 70 % of that, evenly, whole
conversations of the question set among single questions, for so many minutes. Prints memory, open files and times every
half minute. Exit status 1 if memory grew by more than 2 % after the first minute, files did not stay what they were, or
an answer was missing.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.attack import Server, exchange, start

SHARE = 0.7
MOST_GROWTH = 0.02
QUESTIONS = Path(__file__).parent.parent / "tests" / "questions"


def conversations() -> Iterator[bytes]:
    """Requests for ever: each question of the set, and each turn of its dialogues with those before it."""
    bodies = []
    for line in (QUESTIONS / "single.jsonl").read_text(encoding="utf-8").splitlines():
        bodies.append([json.loads(line)["question"]])
    for line in (QUESTIONS / "unanswerable.jsonl").read_text(encoding="utf-8").splitlines():
        bodies.append([json.loads(line)["question"]])
    for line in (QUESTIONS / "dialogues.jsonl").read_text(encoding="utf-8").splitlines():
        turns = [turn["user"] for turn in json.loads(line)["turns"]]
        bodies += [turns[: end + 1] for end in range(len(turns))]
    return itertools.cycle(request(texts) for texts in bodies)


def request(texts: list[str]) -> bytes:
    """The bytes of one request for the last of these messages."""
    body = json.dumps({"messages": [{"role": "visitor", "text": text} for text in texts]}).encode()
    head = "POST /api/v1/chat HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n"
    return f"{head}content-length: {len(body)}\r\n\r\n".encode() + body


async def capacity(server: Server, requests: Iterator[bytes], seconds: float = 20.0) -> float:
    """Questions a second with eight clients that never pause."""
    done, until = 0, time.perf_counter() + seconds

    async def client() -> None:
        nonlocal done
        while time.perf_counter() < until:
            await exchange(server, next(requests))
            done += 1

    await asyncio.gather(*(client() for _ in range(8)))
    return done / seconds


async def soak(server: Server, minutes: float) -> bool:
    """Load for that long; whether memory, files and answers stayed as they should."""
    requests = conversations()
    most = await capacity(server, requests)
    rate = most * SHARE
    print(
        f"capacity {most:.0f} questions a second; {rate:.0f} a second from now on for {minutes:g} minutes", flush=True
    )
    began = time.perf_counter()
    failed, times = 0, list[float]()
    tasks: set[asyncio.Task[None]] = set()
    figures: list[tuple[float, float, int]] = []

    async def one(due: float) -> None:
        nonlocal failed
        try:
            async with asyncio.timeout(30):
                status, _, _ = await exchange(server, next(requests))
        except (OSError, TimeoutError):
            status = 0
        failed += status != 200
        times.append(time.perf_counter() - due)

    for n in itertools.count():
        due = began + n / rate
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        if due - began > minutes * 60:
            break
        task = asyncio.create_task(one(due))
        tasks.add(task)
        task.add_done_callback(tasks.discard)
        if due - began >= 30.0 * len(figures):
            figures.append((due - began, *server.figures()))
            recent = sorted(times[-int(rate * 30) :] or [0.0])
            memory, files = figures[-1][1:]
            print(
                f"{due - began:5.0f} s  {memory:7.1f} MiB  {files:4} files  {n:7} asked  {failed} failed"
                f"  p50 {recent[len(recent) // 2] * 1000:.0f} ms  p99 {recent[int(len(recent) * 0.99)] * 1000:.0f} ms",
                flush=True,
            )
    await asyncio.gather(*tasks)
    await asyncio.sleep(12)  # connections of the last questions are let go
    memory, files = server.figures()
    warm = next(seen for at, seen, _ in figures if at >= 60 or at == figures[-1][0])
    growth = max(memory, figures[-1][1]) / warm - 1
    idle = min(seen for _, _, seen in figures)
    print(f"{len(times)} asked, {failed} failed; memory {warm:.1f} MiB after a minute, {memory:.1f} at the end", end="")
    print(f" ({growth:+.2%}); files {idle} at least, {files} at the end")
    return growth <= MOST_GROWTH and not failed and files <= idle


def main() -> None:
    """Soak and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--index", type=Path, required=True)
    parser.add_argument("--port", type=int, default=8766)
    parser.add_argument("--minutes", type=float, default=10.0)
    arguments = parser.parse_args()
    server = start(arguments.index, arguments.port)
    try:
        sound = asyncio.run(soak(server, arguments.minutes))
    finally:
        server.process.terminate()
        server.process.wait(30)
    sys.exit(0 if sound else 1)


if __name__ == "__main__":
    main()
