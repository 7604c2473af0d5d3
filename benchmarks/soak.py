"""Whether the service stays as it is under lasting load.

    python -m benchmarks.soak --index INDEX [--minutes 10] [--workers 2]

Starts `footnote serve` with several workers, finds out how many questions a second it can answer, then asks at 70 % of
that, evenly, whole conversations of the question set among single questions, for so many minutes. All limits are as
shipped but the rate of one client. Prints memory, open files and times every half minute. What works only in part is
not measured: the index must carry the encoder and the second layer of the red-flag screen. Exit status 1 if the memory
of any process grew by more than 2 % after the first minute, files did not stay what they were, a process was replaced
or an answer was missing. A run of ten minutes or more is kept in benchmarks/results/soak.json.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.results import keep
from benchmarks.serving import Held, Server
from benchmarks.wire import chat, exchange

SHARE = 0.7
MOST_GROWTH = 0.02
CLIENTS = 8
LONG_ENOUGH = 10.0
QUESTIONS = Path(__file__).parent.parent / "tests" / "questions"


def conversations() -> Iterator[bytes]:
    """Requests for ever: each question of the set, and each turn of its dialogues with those before it."""
    texts = [[line["question"]] for name in ("single", "unanswerable") for line in _lines(name)]
    for line in _lines("dialogues"):
        turns = [turn["user"] for turn in line["turns"]]
        texts += [turns[: end + 1] for end in range(len(turns))]
    return itertools.cycle(b"".join(chat(messages)) for messages in texts)


def _lines(name: str) -> Iterator[dict[str, Any]]:
    return map(json.loads, (QUESTIONS / f"{name}.jsonl").read_text(encoding="utf-8").splitlines())


async def capacity(server: Server, requests: Iterator[bytes], seconds: float = 20.0) -> float:
    """Questions a second with eight clients that never pause."""
    done, began = 0, time.perf_counter()

    async def client() -> None:
        nonlocal done
        while time.perf_counter() < began + seconds:
            await exchange(server.port, next(requests))
            done += 1

    await asyncio.gather(*(client() for _ in range(CLIENTS)))
    return done / (time.perf_counter() - began)


@dataclass
class Load:
    """Questions at an even rate, and what came of them."""

    server: Server
    requests: Iterator[bytes]
    rate: float
    failed: int = 0
    times: list[float] = field(default_factory=list)
    seen: list[tuple[float, Held]] = field(default_factory=list)

    async def last(self, seconds: float) -> None:
        """Ask for so long, and look at the server every half minute and at the end."""
        began = time.perf_counter()
        async with asyncio.TaskGroup() as asking:
            for n in range(int(seconds * self.rate) + 1):
                due = began + n / self.rate
                await asyncio.sleep(max(0.0, due - time.perf_counter()))
                if due - began >= 30.0 * len(self.seen):
                    self.look(due - began)
                asking.create_task(self._ask(due))

    async def _ask(self, due: float) -> None:
        try:
            async with asyncio.timeout(30):
                status, _, _ = await exchange(self.server.port, next(self.requests))
        except (OSError, TimeoutError):
            status = 0
        self.failed += status != 200
        self.times.append(time.perf_counter() - due)

    def look(self, at: float) -> None:
        """Note and print what the server holds, and the times of the last half minute."""
        held = self.server.held()
        self.seen.append((at, held))
        recent = sorted(self.times[-int(self.rate * 30) :] or [0.0])
        print(
            f"{at:5.0f} s  {held.total:7.1f} MiB  {held.files:4} files  {len(self.times):7} answered  "
            f"{self.failed} failed  p50 {_ms(recent, 0.5)} ms  p99 {_ms(recent, 0.99)} ms",
            flush=True,
        )


def _ms(ordered: list[float], part: float) -> int:
    return round(ordered[int(len(ordered) * part)] * 1000)


def grown(warm: Held, later: Held) -> float:
    """By what share the memory of the process grew that grew most; infinity where a process was replaced."""
    if warm.memory.keys() != later.memory.keys():
        return float("inf")
    return max(later.memory[process] / held - 1 for process, held in warm.memory.items())


async def soak(server: Server, minutes: float) -> tuple[bool, dict[str, Any]]:
    """Load for that long: whether memory, files and answers stayed as they should, and the figures."""
    requests = conversations()
    most = await capacity(server, requests)
    load = Load(server, requests, most * SHARE)
    print(f"capacity {most:.1f} questions a second; {load.rate:.1f} a second for {minutes:g} minutes", flush=True)
    await load.last(minutes * 60)
    load.look(minutes * 60)
    await asyncio.sleep(12)  # connections of the last questions are let go
    warm = next((held for at, held in load.seen if at >= 60), load.seen[-1][1])
    under_load, idle = load.seen[-1][1], server.held()
    files = min(held.files for _, held in load.seen)
    growth = max(grown(warm, under_load), grown(warm, idle))
    each = ", ".join(f"{held:.1f} -> {idle.memory.get(process, 0):.1f}" for process, held in warm.memory.items())
    ordered = sorted(load.times)
    print(f"{len(ordered)} asked, {load.failed} failed; MiB of each process, after a minute and at the end: {each}")
    print(f"growth of the worst {growth:+.2%}; files {files} at least, {idle.files} at the end")
    figures = {
        "minutes": minutes,
        "asked": len(ordered),
        "failed": load.failed,
        "growth": round(growth, 4) if growth < float("inf") else None,
        "files_at_least": files,
        "files_at_end": idle.files,
        "capacity_per_second": round(most, 1),
        "rate_per_second": round(load.rate, 1),
        "p50_ms": _ms(ordered, 0.5),
        "p99_ms": _ms(ordered, 0.99),
        "memory_mib_after_a_minute": round(warm.total, 1),
        "memory_mib_at_end": round(idle.total, 1),
    }
    return growth <= MOST_GROWTH and not load.failed and idle.files <= files, figures


def main() -> None:
    """Soak, print, keep."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--index", type=Path, required=True)
    parser.add_argument("--minutes", type=float, default=LONG_ENOUGH)
    parser.add_argument("--workers", type=int, default=2)
    arguments = parser.parse_args()
    with Server(arguments.index, "--workers", str(arguments.workers), as_shipped=True) as server:
        if parts := server.ready()["degraded"]:
            parser.error(f"this index works only in part ({', '.join(parts)}): build one with `footnote index build`")
        sound, figures = asyncio.run(soak(server, arguments.minutes))
    if arguments.minutes >= LONG_ENOUGH:
        print(keep("soak", {"workers": arguments.workers, **figures}))
    sys.exit(0 if sound else 1)


if __name__ == "__main__":
    main()
