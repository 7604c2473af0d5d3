"""What `footnote serve` bears, driven by wrk (Debian: wrk), beside the encoder alone and beside txtai's API server.

    python -m benchmarks.load --index INDEX [--peers PYTHON] [--seconds 10]

For 1 and 2 workers and 1, 8, 64 and 256 concurrent visitors who ask again as soon as they are answered, no question
twice. The rate of one client is set out of reach and the queue holds 256, all else is as shipped. `encoder` is what the
encoder alone reaches on the same texts with a thread for each core, measured before and after each line: wrk and HTTP
share those cores with the service, so that the share is of what one machine can do with a client on it. `minimum` is
the queue's arithmetic: visitors / throughput. Then `overload`: the queue as shipped and ten times as many visitors as
fit into it and the threads, while four more ask every 50 ms and are timed one by one: how many are told 503 with
Retry-After, and how long those wait who are accepted. Keeps benchmarks/results/load.json.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from benchmarks.results import keep
from benchmarks.serving import Server, free_port
from benchmarks.speed import ROOT, prepare, questions

if TYPE_CHECKING:
    from index.encoder import Encoder

WORKERS = (1, 2)
VISITORS = (1, 8, 64, 256)
OVER = 10
PROBES = 4


def different() -> list[str]:
    """Questions of visitors, no two alike: those of the set, each with ever another sentence before it."""
    return [f"I have been running for {number} weeks. {text}" for number in range(1, 61) for text in questions()]


def chats(texts: Sequence[str], file: Path) -> Path:
    """The requests of our service."""
    bodies = (json.dumps({"messages": [{"role": "visitor", "text": text}]}) for text in texts)
    file.write_text("".join(f"POST /api/v1/chat {body}\n" for body in bodies), encoding="utf-8")
    return file


def searches(texts: Sequence[str], file: Path) -> Path:
    """The requests of txtai's."""
    file.write_text("".join(f"GET /search?query={quote(text)}&limit=5\n" for text in texts), encoding="utf-8")
    return file


def wrk(
    url: str, requests: Path, visitors: int, seconds: float, *, first: int = 0, pause: int | None = None
) -> dict[str, Any]:
    """Drive a service; with a `pause` (ms) each visitor has a thread of its own, and the accepted are timed."""
    environment = {**os.environ, "REQUESTS": str(requests), "FIRST": str(first)}
    if pause is not None:
        environment |= {"PAUSE": str(pause), "TIMES": "1"}
    threads = 1 if pause is None else visitors
    command = ["wrk", "-t", str(threads), "-c", str(visitors), "-d", f"{seconds:.0f}s", "--timeout", "60s"]
    command += ["-s", str(ROOT / "benchmarks" / "load.lua"), url]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env=environment)
    return _read(done.stdout.partition("RESULT\n")[2])


def _read(text: str) -> dict[str, Any]:
    statuses: dict[str, int] = {}
    found: dict[str, Any] = {"retry_after": 0, "times": []}
    for line in text.splitlines():
        name, *values = line.split()
        if name == "statuses":
            for code, count in zip(values[::2], values[1::2], strict=True):
                statuses[code] = statuses.get(code, 0) + int(count)
        elif name == "times":
            found["times"] += [float(value) for value in values]
        elif name == "retry_after":
            found[name] += int(float(values[0]))
        else:
            found[name] = float(values[0])
    broken = sum(int(found.get(f"error_{kind}", 0)) for kind in ("connect", "read", "write", "timeout"))
    refused = sum(count for code, count in statuses.items() if code != "200")
    return {
        "accepted_per_second": round(statuses.get("200", 0) / found["seconds"], 1),
        "p50_ms": round(found["p50_ms"], 1),
        "p99_ms": round(found["p99_ms"], 1),
        "statuses": statuses,
        "errors": broken + refused,
        "broken_connections": broken,
        "retry_after": found["retry_after"],
        "times": sorted(found["times"]),
    }


def encoding(encoder: Encoder, texts: Sequence[str], seconds: float = 2.0) -> float:
    """Questions a second that the encoder alone reaches, one text at a time on as many threads as there are cores."""
    cores = len(os.sched_getaffinity(0))
    until = time.perf_counter() + seconds

    def work(start: int) -> int:
        done = 0
        while time.perf_counter() < until:
            encoder.encode([texts[(start + done * cores) % len(texts)]])
            done += 1
        return done

    started = time.perf_counter()
    with ThreadPoolExecutor(cores) as pool:
        done = sum(pool.map(work, range(cores)))
    return done / (time.perf_counter() - started)


def ours(index: Path, encoder: Encoder, texts: Sequence[str], requests: Path, seconds: float) -> list[dict[str, Any]]:
    """Every number of workers with every number of visitors."""
    lines = []
    first = 0
    for workers in WORKERS:
        options = {"FOOTNOTE_WORKERS": str(workers), "FOOTNOTE_ANSWER_QUEUE": str(max(VISITORS))}
        with Server(index, environment=options) as server:
            wrk(server.url, requests, 8, 3)
            for visitors in VISITORS:
                before = encoding(encoder, texts)
                found = wrk(server.url, requests, visitors, seconds, first=(first := first + 1307))
                found.pop("times")
                alone = statistics.mean((before, encoding(encoder, texts)))
                rate = found["accepted_per_second"]
                line = {"workers": workers, "visitors": visitors, **found, "encoder_per_second": round(alone, 1)}
                line |= {"share_of_encoder": round(rate / alone, 3)}
                line |= {"minimum_ms": round(visitors / rate * 1e3, 1) if rate else None}
                line["memory_mb"] = server.memory()["resident"]
                print(line, flush=True)
                lines.append(line)
    return lines


def overload(index: Path, requests: Path, seconds: float, rate: float) -> dict[str, Any]:
    """Ten times as many visitors as the service takes in, and how those fare who are accepted."""
    from web.settings import ServiceSettings

    shipped = ServiceSettings()
    visitors = OVER * (shipped.answer_queue + shipped.answer_threads)
    options = {"FOOTNOTE_ANSWER_QUEUE": str(shipped.answer_queue)}
    with Server(index, environment=options) as server, ThreadPoolExecutor(1) as pool:
        wrk(server.url, requests, 8, 3)
        flood = pool.submit(wrk, server.url, requests, visitors, seconds)
        time.sleep(1)
        probed = wrk(server.url, requests, PROBES, seconds - 2, first=5003, pause=50)
        flooded = flood.result()
    accepted = probed["times"]
    refused = flooded["statuses"].get("503", 0)
    answered = sum(flooded["statuses"].values())
    figures = {
        "visitors": visitors,
        "asked_per_second": round(answered / seconds, 1),
        "accepted_per_second": flooded["accepted_per_second"],
        "accepted_share_of_capacity": round(flooded["accepted_per_second"] / rate, 3),
        "statuses": flooded["statuses"],
        "refused_with_retry_after": round(flooded["retry_after"] / refused, 4) if refused else None,
        "broken_connections": flooded["broken_connections"],
        "probes": probed["statuses"],
        "accepted_p50_ms": _share(accepted, 0.5),
        "accepted_p99_ms": _share(accepted, 0.99),
        "full_queue_ms": round((shipped.answer_queue + shipped.answer_threads) / rate * 1e3, 1),
    }
    print(figures, flush=True)
    return figures


def _share(times: Sequence[float], part: float) -> float | None:
    return times[int(len(times) * part)] if times else None


def theirs(index: Path, python: Path, texts: Sequence[str], folder: Path, seconds: float) -> list[dict[str, Any]]:
    """txtai's API server as its documentation starts it, with the same passages and model."""
    prepare(index, python, folder, ("txtai",))
    requests = searches(texts, folder / "searches.txt")
    lines = []
    with _txtai(python, folder) as url:
        wrk(url, requests, 8, 3)
        for visitors in (1, 8, 64):
            found = wrk(url, requests, visitors, seconds, first=visitors * 31)
            found.pop("times")
            if found["errors"]:
                raise RuntimeError(f"txtai's API server did not answer: {found['statuses']}")
            lines.append({"visitors": visitors, **found})
            print("txtai", lines[-1], flush=True)
    return lines


@contextmanager
def _txtai(python: Path, folder: Path) -> Iterator[str]:
    port = free_port()
    environment = {**os.environ, "CONFIG": str(folder / "txtai.yml"), "HF_HUB_OFFLINE": "1"}
    command = [str(python), "-m", "uvicorn", "txtai.api:app", "--port", str(port), "--log-level", "error"]
    server = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}"
    try:
        for _ in range(600):
            try:
                with urllib.request.urlopen(f"{url}/search?query=ankle", timeout=10):
                    break
            except OSError:
                time.sleep(0.2)
        yield url
    finally:
        server.terminate()
        server.wait(30)


def main() -> None:
    """Drive, print, keep."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--index", type=Path, required=True)
    parser.add_argument("--peers", type=Path, help="a Python with what benchmarks/peers.txt names")
    parser.add_argument("--seconds", type=float, default=10.0, help="of each line")
    parser.add_argument("--work", type=Path, default=ROOT / "var" / "bench")
    arguments = parser.parse_args()
    if shutil.which("wrk") is None:
        parser.error("wrk is missing: install it (Debian: sudo apt-get install wrk)")
    from index.store import IndexFolder

    folder = arguments.work.absolute()
    folder.mkdir(parents=True, exist_ok=True)
    texts = different()
    encoder = IndexFolder(arguments.index).current().encoder
    with tempfile.TemporaryDirectory() as name:
        requests = chats(texts, Path(name) / "chats.txt")
        lines = ours(arguments.index, encoder, texts, requests, arguments.seconds)
        most = max(line["accepted_per_second"] for line in lines if line["workers"] == 1)
        over = overload(arguments.index, requests, arguments.seconds, most)
    peers = theirs(arguments.index, arguments.peers, texts, folder, arguments.seconds) if arguments.peers else []
    print(keep("load", {**_headline(lines, over, peers), "footnote": lines, "overload": over, "txtai": peers}))


def _headline(lines: list[dict[str, Any]], over: dict[str, Any], peers: list[dict[str, Any]]) -> dict[str, Any]:
    """The numbers that have targets, first: of the better number of workers with 64 visitors."""
    best = max((line for line in lines if line["visitors"] == 64), key=lambda line: line["accepted_per_second"])
    figures = {
        "share_of_encoder_at_64": best["share_of_encoder"],
        "p99_ms_at_64": best["p99_ms"],
        "p99_of_minimum_at_64": round(best["p99_ms"] / best["minimum_ms"], 2),
        "errors": sum(line["errors"] for line in lines),
        "overload_accepted_p99_ms": over["accepted_p99_ms"],
        "overload_share_of_capacity": over["accepted_share_of_capacity"],
    }
    theirs_best = max((line["accepted_per_second"] for line in peers), default=0.0)
    if theirs_best:
        figures["times_txtai_api"] = round(best["accepted_per_second"] / theirs_best, 2)
    return figures


if __name__ == "__main__":
    main()
