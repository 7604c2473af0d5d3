"""What the service does under attack, in numbers: `python -m benchmarks.attack --index INDEX [--connections 10000]`.

Starts `footnote serve` on this machine and, from another process, does to it what strangers do on the open internet.
After each attack an honest visitor asks: the answer must come, and its time is printed. All limits are as shipped but
the rate of one client. Prints a line for each attack, and at the end memory and open files of the server, before and
after. Exit status 1 if any answer was missing or wrong. A run of full size is kept in benchmarks/results/attack.json.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import itertools
import random
import resource
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from benchmarks.results import keep
from benchmarks.serving import Server
from benchmarks.wire import chat, exchange

QUESTION = "How long should I ice my ankle?"
HEAD, BODY = chat([QUESTION])


async def honest(server: Server) -> float:
    """Ask as a visitor does; the seconds until the answer, or infinity when it was none."""
    began = time.perf_counter()
    try:
        async with asyncio.timeout(30):
            status, _, body = await exchange(server.port, HEAD + BODY)
            return time.perf_counter() - began if status == 200 and b'"kind":"answer"' in body else float("inf")
    except (OSError, TimeoutError):
        return float("inf")


async def many(number: int, one: Callable[[int], Awaitable[str]], at_once: int = 200) -> Counter[str]:
    """What came of `number` runs of `one`."""
    gate = asyncio.Semaphore(at_once)

    async def run(n: int) -> str:
        async with gate:
            try:
                async with asyncio.timeout(60):
                    return await one(n)
            except TimeoutError:
                return "no answer in 60 s"
            except OSError as error:
                return type(error).__name__

    return Counter(await asyncio.gather(*(run(n) for n in range(number))))


Attack = Callable[[Server, int], Awaitable[Counter[str]]]


async def malformed(server: Server, number: int) -> Counter[str]:
    """Requests that are none: broken heads, broken JSON, broken encodings, contradictory and huge lengths."""
    chance = random.Random(1)
    heads = [
        b"\x16\x03\x01\x02\x00\x01\x00\x01", b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"\x00" * 64 + b"\r\n\r\n",
        b"GET /%00 HTTP/1.1\r\nhost: x\r\n\r\n", b"GET / HTTP/1.1\r\nhost: x\r\n bad: fold\r\n\r\n",
        b"GET / HTTP/1.1\r\nhost: " + b"x" * 70_000 + b"\r\n\r\n", b"POST /chat HTTP/1.1\r\ncontent-length: -1\r\n\r\n",
        HEAD.replace(b"content-length: ", b"content-length: 9"),
        HEAD.replace(b"host: 127.0.0.1", b"host: a\r\nhost: b"),
        HEAD.replace(b"content-length", b"transfer-encoding: chunked\r\ncontent-length") + b"zz\r\n",
        b"POST /chat HTTP/1.1\r\nhost: x\r\ntransfer-encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        b"OPTIONS * HTTP/1.1\r\nhost: x\r\n\r\n", b"CONNECT evil.example:443 HTTP/1.1\r\nhost: x\r\n\r\n",
        b"GET http://evil.example/ HTTP/1.1\r\nhost: evil.example\r\n\r\n",
        b"GET /articles/..%2f..%2f..%2fetc%2fpasswd HTTP/1.1\r\nhost: x\r\n\r\n",
        b"GET /assets/../../../../etc/passwd HTTP/1.1\r\nhost: x\r\n\r\n",
        b"GET /chat HTTP/1.1\r\nhost: x\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n",
    ]  # fmt: skip
    bodies = [b"{", b"\xff\xfe", b"[" * 4000, b'{"messages":[{"role":"visitor","text":"\\ud800"}]}', b"null", b"1e999"]

    async def one(n: int) -> str:
        if n % 2:
            data = heads[n // 2 % len(heads)]
        else:
            body = bytearray(bodies[n // 2 % len(bodies)])
            for _ in range(chance.randrange(3)):
                body[chance.randrange(len(body))] = chance.randrange(256)
            data = HEAD.replace(str(len(BODY)).encode() + b"\r\n", str(len(body)).encode() + b"\r\n") + bytes(body)
        async with asyncio.timeout(20):
            status, _, answer = await exchange(server.port, data)
        leak = b"root:" in answer or b"Traceback" in answer
        return "LEAK" if leak else f"{status // 100}xx" if status else "closed"

    return await many(number, one, 50)


async def oversized(server: Server, number: int) -> Counter[str]:
    """Bodies of up to a megabyte, declared and in chunks."""

    async def one(n: int) -> str:
        size = 200_000 + n * 97 % 800_000
        if n % 2:
            data = HEAD.replace(str(len(BODY)).encode() + b"\r\n", str(size).encode() + b"\r\n") + b"x" * size
        else:
            chunk = b"%x\r\n%b\r\n" % (size, b"x" * size)
            data = HEAD.replace(b"content-length: " + str(len(BODY)).encode(), b"transfer-encoding: chunked") + chunk
        status, _, _ = await exchange(server.port, data)
        return str(status) if status else "closed"

    return await many(number, one, 20)


async def dropped(server: Server, number: int) -> Counter[str]:
    """Connections that end in the middle: of the head, of the body, while the answer is made."""
    cuts = itertools.cycle((1, 20, len(HEAD) - 2, len(HEAD), len(HEAD) + 10, len(HEAD) + len(BODY)))
    places = [next(cuts) for _ in range(number)]

    async def one(n: int) -> str:
        _, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write((HEAD + BODY)[: places[n]])
        await writer.drain()
        writer.transport.abort()
        return "dropped"

    return await many(number, one)


async def slow(server: Server, number: int) -> Counter[str]:
    """Clients that send a byte a second, of the head or of the body, until they are cut off."""

    async def one(n: int) -> str:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        data = HEAD + BODY
        sent = 0 if n % 2 else len(HEAD)
        writer.write(data[:sent])
        try:
            while not reader.at_eof() and sent < len(data):
                writer.write(data[sent : sent + 1])
                sent += 1
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(1):
                        answer = await reader.read(20)
                        return answer[9:12].decode() or "cut off"
        except ConnectionError:
            return "cut off"
        finally:
            writer.transport.abort()
        return "served"

    return await many(number, one, number)


async def left_open(server: Server, number: int) -> Counter[str]:
    """Connections that are opened and left; while they stand, visitors ask. Counts how many the server let go."""
    writers: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []
    opened: Counter[str] = Counter()
    asked: list[float] = []
    for n in range(number):
        try:
            address = (f"127.0.0.{2 + n % 200}", 0)  # one address has too few ports
            writers.append(await asyncio.open_connection("127.0.0.1", server.port, local_addr=address))
        except OSError as error:
            opened[type(error).__name__] += 1
        if n % 1000 == 999:
            asked.append(await honest(server))
    held = server.held()
    opened["opened"] = len(writers)
    opened["visitors answered meanwhile"] = sum(seconds < float("inf") for seconds in asked)
    opened["visitors in vain"] = len(asked) - opened["visitors answered meanwhile"]
    opened[f"server then at {held.total:.0f} MiB, files"] = held.files
    await asyncio.sleep(12)
    opened["let go by the server in 12 s"] = sum(reader.at_eof() or bool(reader.exception()) for reader, _ in writers)
    for _, writer in writers:
        writer.transport.abort()
    return opened


async def run(server: Server, connections: int, scale: float) -> tuple[bool, dict[str, Any]]:
    """All attacks in turn: whether no honest visitor was let down and nothing leaked, and the figures."""
    attacks: list[tuple[str, Attack, int]] = [
        ("malformed requests", malformed, int(4000 * scale)),
        ("oversized bodies", oversized, int(400 * scale)),
        ("dropped connections", dropped, int(4000 * scale)),
        ("slow clients", slow, int(500 * scale)),
        ("connections left open", left_open, connections),
    ]
    before = [await honest(server) for _ in range(20)]
    print(f"an honest question takes {sorted(before)[10] * 1000:.0f} ms (median of 20)", flush=True)
    at_first = server.held()
    faults = sum(seconds == float("inf") for seconds in before)
    came_of: dict[str, dict[str, int]] = {}
    for name, attack, number in attacks:
        came = await attack(server, number)
        after = await honest(server)
        faults += (after == float("inf")) + came["LEAK"] + came["5xx"] + came["visitors in vain"]
        told = ", ".join(f"{what} {count}" for what, count in came.most_common())
        print(f"{name}: {number}; {told}; then {after * 1000:.0f} ms", flush=True)
        came_of[name] = dict(came)
    await asyncio.sleep(2)
    at_end = server.held()
    faults += server.ended
    print(f"memory {at_first.total:.0f} MiB before, {at_end.total:.0f} MiB after", end="; ")
    print(f"open files {at_first.files} before, {at_end.files} after; {faults} faults")
    figures = {
        "tried": sum(number for *_, number in attacks),
        "faults": faults,
        "memory_mib_before": round(at_first.total, 1),
        "memory_mib_after": round(at_end.total, 1),
        "files_before": at_first.files,
        "files_after": at_end.files,
        "attacks": came_of,
    }
    return not faults, figures


def main() -> None:
    """Attack, print, keep."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--index", type=Path, required=True)
    parser.add_argument("--connections", type=int, default=10_000)
    parser.add_argument("--scale", type=float, default=1.0, help="share of the other attacks")
    arguments = parser.parse_args()
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    with Server(arguments.index, as_shipped=True) as server:
        sound, figures = asyncio.run(run(server, arguments.connections, arguments.scale))
    if arguments.connections >= 10_000 and arguments.scale >= 1:
        print(keep("attack", figures))
    sys.exit(0 if sound else 1)


if __name__ == "__main__":
    main()
