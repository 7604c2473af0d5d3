"""How fast one question is, cold and warm, against the floor and against others with the same model and passages.

    python -m benchmarks.speed --index INDEX --peers PYTHON [--rounds 5] [--only cold|warm]

PYTHON is an environment with what benchmarks/peers.txt names (`scripts/bench` makes it). Cold: whole processes, from
start to end, all of them once in each round, so that a busy machine slows all alike; a ratio is the median over the
rounds of the ratio within one round. Warm: each in one process of its own, once in each round, the same questions.
`turn` is everything from the visitor's words to the verified Reply; `encoding` the encoder alone, in the same process.
CPU seconds stand beside seconds: they hardly depend on what else the machine does. Keeps benchmarks/results/speed.json.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.cold import programs
from benchmarks.results import keep
from benchmarks.serving import Server

ROOT = Path(__file__).resolve().parent.parent
RIVALS = ("txtai", "haystack", "st-faiss", "bm25s")
QUESTION = "How long should I ice my ankle?"

_ENVIRONMENT = {
    "HF_HUB_OFFLINE": "1",
    "TOKENIZERS_PARALLELISM": "false",
    "HAYSTACK_TELEMETRY_ENABLED": "False",
}


@dataclass(frozen=True, slots=True)
class Run:
    """One process from start to end: seconds on the wall and on the processor, megabytes at its largest."""

    seconds: float
    cpu: float
    megabytes: float


def process(command: Sequence[str]) -> Run:
    """Run it; raises CalledProcessError where it fails."""
    started = time.perf_counter()
    with tempfile.TemporaryFile() as said:
        child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=said, env={**os.environ, **_ENVIRONMENT})
        _, status, usage = os.wait4(child.pid, 0)
        took = time.perf_counter() - started
        child.returncode = os.waitstatus_to_exitcode(status)
        if status:
            said.seek(0)
            raise subprocess.CalledProcessError(child.returncode, command, stderr=said.read())
    return Run(took, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def prepare(index: Path, python: Path, folder: Path, names: Sequence[str] = RIVALS) -> str:
    """Build each of the others on the passages of the current generation, once; the folder of the model they load."""
    from index.model import find
    from index.store import IndexFolder

    model = str(find(None).folder)
    generation = IndexFolder(index).current()
    lines = [json.dumps({"id": passage.id, "text": passage.embedded_text}) for passage in generation.passages]
    (folder / "passages.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    for name in names:
        built = folder / f"{name}.{generation.name}"
        if not built.exists():
            process(rival(python, "build", name, folder, model))
            built.touch()
    return model


def rival(python: Path, what: str, name: str, folder: Path, model: str, *more: str) -> list[str]:
    """The command of one of the others."""
    return [str(python), str(ROOT / "benchmarks" / "rivals.py"), what, name, str(folder), model, *more]


def questions() -> list[str]:
    """What visitors of the bundled articles ask, answerable or not."""
    found = []
    for name in ("single", "unanswerable"):
        lines = (ROOT / "tests" / "questions" / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
        found += [str(json.loads(line)["question"]) for line in lines]
    return found


def cold(index: Path, python: Path, folder: Path, model: str, rounds: int) -> dict[str, Any]:
    """Whole processes."""
    ours = programs(index, QUESTION)
    commands = {"footnote": ours["footnote"], "floor": ours["floor"]}
    commands |= {name: rival(python, "ask", name, folder, model, QUESTION) for name in RIVALS}
    commands |= {
        "footnote --help": [sys.executable, "-c", "from web.cli import main; main()", "--help"],
        "python -c pass": [sys.executable, "-c", "pass"],
    }
    measured: dict[str, list[Run]] = {name: [] for name in commands}
    ready: list[float] = []
    for command in commands.values():  # finds its files on the disk, the others in memory
        process(command)
    for _ in range(rounds):
        for name, command in commands.items():
            measured[name].append(process(command))
        ready.append(until_ready(index))
    middle = {name: _middle(runs) for name, runs in measured.items()}
    for name, figures in middle.items():
        print(f"{name:16}" + "".join(f"  {key} {value:8.3f}" for key, value in figures.items()), flush=True)
    extra = [a.seconds - b.seconds for a, b in _pairs(measured, "footnote --help", "python -c pass")]
    floors = [run.seconds for run in measured["floor"]]
    return {
        "rounds": rounds,
        "programs": middle,
        "of_floor": _ratio(measured, "footnote", "floor"),
        "of_floor_cpu": _ratio(measured, "footnote", "floor", cpu=True),
        "times_faster_than": {name: _ratio(measured, name, "footnote") for name in RIVALS},
        "times_less_cpu_than": {name: _ratio(measured, name, "footnote", cpu=True) for name in RIVALS},
        "peak_mb": round(max(run.megabytes for run in measured["footnote"]), 1),
        "help_ms_more_than_pass": round(statistics.median(extra) * 1e3, 1),
        "serve_ready_seconds": round(statistics.median(ready), 3),
        "serve_ready_of_floor": round(statistics.median(a / b for a, b in zip(ready, floors, strict=True)), 2),
    }


def until_ready(index: Path) -> float:
    """Seconds from the start of `footnote serve` to the first yes of /readyz."""
    started = time.perf_counter()
    server = Server(index)
    try:
        while time.perf_counter() - started < 120:
            try:
                connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=5)
                connection.request("GET", "/readyz")
                if connection.getresponse().status == 200:
                    return time.perf_counter() - started
            except OSError:
                pass
            time.sleep(0.02)
        raise RuntimeError(server.said()[-2000:])
    finally:
        server.__exit__(None, None, None)


def warm(index: Path, python: Path, folder: Path, model: str, rounds: int) -> dict[str, Any]:
    """Each in one process, the same questions."""
    asked = questions()
    measured: dict[str, list[list[float]]] = {name: [] for name in ("turn", "encoding", *RIVALS)}
    for _ in range(rounds):
        own = _answers([sys.executable, "-m", "benchmarks.speed", "--index", str(index), "--only", "turns"], asked)
        for name in ("turn", "encoding"):
            measured[name].append(own[name])
        for name in RIVALS:
            measured[name].append(_answers(rival(python, "warm", name, folder, model), asked))

    def share(times: list[float], part: float) -> float:
        return sorted(times)[int(len(times) * part)]

    def ratio(name: str, other: str, part: float) -> float:
        both = zip(measured[name], measured[other], strict=True)
        return round(statistics.median(share(a, part) / share(b, part) for a, b in both), 2)

    programs_ = {
        name: {f"p{p * 100:.0f}_ms": round(statistics.median(share(t, p) for t in runs), 2) for p in (0.5, 0.99)}
        for name, runs in measured.items()
    }
    for name, figures in programs_.items():
        print(f"{name:10} p50 {figures['p50_ms']:8.2f} ms   p99 {figures['p99_ms']:8.2f} ms", flush=True)
    return {
        "rounds": rounds,
        "questions": len(asked),
        "programs": programs_,
        "p50_of_encoding": ratio("turn", "encoding", 0.5),
        "p99_of_encoding": ratio("turn", "encoding", 0.99),
        "times_faster_than": {name: ratio(name, "turn", 0.5) for name in RIVALS},
    }


def turns(index: Path, asked: Sequence[str]) -> dict[str, list[float]]:
    """Milliseconds of a whole turn and of the encoder alone, question by question in turn."""
    from bot.bot import Bot
    from bot.conversation import Conversation, Message

    bot = Bot.open(index)

    def turn(text: str) -> object:
        return bot.reply(Conversation((Message("visitor", text),)))

    def encoding(text: str) -> object:
        return bot.generation.encoder.encode([text])

    runs: dict[str, Callable[[str], object]] = {"turn": turn, "encoding": encoding}
    took: dict[str, list[float]] = {name: [] for name in runs}
    for text in asked[:20]:
        turn(text)
    for text in asked:
        for name, run in runs.items():
            started = time.perf_counter()
            run(text)
            took[name].append((time.perf_counter() - started) * 1e3)
    return took


def _answers(command: Sequence[str], asked: Sequence[str]) -> Any:  # noqa: ANN401 - JSON
    given = "\n".join(asked)
    environment = {**os.environ, **_ENVIRONMENT}
    done = subprocess.run(command, check=True, input=given, stdout=subprocess.PIPE, text=True, env=environment)
    return json.loads(done.stdout.splitlines()[-1])


def _pairs(measured: dict[str, list[Run]], name: str, other: str) -> list[tuple[Run, Run]]:
    return list(zip(measured[name], measured[other], strict=True))


def _ratio(measured: dict[str, list[Run]], name: str, other: str, *, cpu: bool = False) -> float:
    pairs = _pairs(measured, name, other)
    return round(statistics.median(a.cpu / b.cpu if cpu else a.seconds / b.seconds for a, b in pairs), 2)


def _middle(runs: Sequence[Run]) -> dict[str, float]:
    return {
        "seconds": round(statistics.median(run.seconds for run in runs), 3),
        "cpu_seconds": round(statistics.median(run.cpu for run in runs), 3),
        "peak_mb": round(max(run.megabytes for run in runs), 1),
    }


def main() -> None:
    """Measure, print, keep."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--index", type=Path, required=True)
    parser.add_argument("--peers", type=Path, help="a Python with what benchmarks/peers.txt names")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--work", type=Path, default=ROOT / "var" / "bench", help="where the others keep their indexes")
    parser.add_argument("--only", choices=["cold", "warm", "turns"], help="print that alone, keep nothing")
    arguments = parser.parse_args()
    if arguments.only == "turns":
        print(json.dumps(turns(arguments.index, sys.stdin.read().splitlines())))
        return
    if arguments.peers is None:
        parser.error("name a Python with the peers: --peers PYTHON (scripts/bench makes it)")
    from index.store import IndexFolder

    folder = arguments.work.absolute()
    folder.mkdir(parents=True, exist_ok=True)
    model = prepare(arguments.index, arguments.peers, folder)
    figures: dict[str, dict[str, Any]] = {}
    for part, measure in (("cold", cold), ("warm", warm)):
        if arguments.only in (None, part):
            figures[part] = measure(arguments.index, arguments.peers, folder, model, arguments.rounds)
    if arguments.only:
        print(json.dumps(figures, indent=2))
        return
    sizes = {"passages": len(IndexFolder(arguments.index).current().passages)}
    print(keep("speed", {**_headline(figures), **sizes, **figures}))


def _headline(figures: dict[str, Any]) -> dict[str, float]:
    """The numbers that have targets, first."""
    cold_, warm_ = figures["cold"], figures["warm"]
    return {
        "cold_of_floor": cold_["of_floor"],
        "cold_times_faster_than_txtai": cold_["times_faster_than"]["txtai"],
        "cold_peak_mb": cold_["peak_mb"],
        "help_ms_more_than_pass": cold_["help_ms_more_than_pass"],
        "serve_ready_of_floor": cold_["serve_ready_of_floor"],
        "warm_p50_of_encoding": warm_["p50_of_encoding"],
        "warm_p99_of_encoding": warm_["p99_of_encoding"],
        "warm_times_faster_than_txtai": warm_["times_faster_than"]["txtai"],
    }


if __name__ == "__main__":
    main()
