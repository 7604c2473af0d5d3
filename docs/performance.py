"""The page on speed, from what the benchmarks kept: what was measured, what met its target and what missed it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from docs import growth
from docs.figures import RESULTS
from docs.tables import origin, table

PAGE = Path(__file__).parent / "performance.md"

_NOTE = "<!-- Written by `make docs` from benchmarks/results; change docs/performance.py, not this page. -->\n\n"

_HEAD = """# Performance

Seconds depend on the machine and on what else it does. So what to compare are the ratios to a floor or to a peer of
the same run; what stands in seconds, milliseconds or megabytes holds for the machine and the moment that are named
beside it. `make bench` measures anew: the load only where `wrk` is installed, int8 and real text only with
`PUBLIC=FOLDER`, a folder of public question sets. It keeps each with commit, machine and versions in
`benchmarks/results/`; `make docs` writes this page. A target that was missed stays in the table as missed. A note in
bold says what was wrong with a run; what such a run measured is not to be relied on.

The **floor** of a cold question is a script that imports numpy, onnxruntime, tokenizers and faiss, opens the
encoder and the vectors of the same generation and searches once. The floor of a warm question is the encoder
alone on the same text. The **peers** search the same passages, with the same model in the form they load
themselves (sentence-transformers, 32 bits, where Footnote uses its own 8-bit export), as their documentation
shows it. They only search; a turn of Footnote also looks for red flags, understands the message, decides
whether to answer, and checks every quote.
"""


@dataclass(frozen=True, slots=True)
class Target:
    """What was wanted of one figure: `most` or `least`, from the record `name` under the dotted `path`."""

    what: str
    name: str
    path: str
    most: float | None = None
    least: float | None = None


TARGETS = (
    Target("`footnote ask --json`, whole process, to the floor", "speed", "cold.of_floor", most=1.3),
    Target("the same, peak memory, MB", "speed", "cold.peak_mb", most=200),
    Target("txtai's whole process to ours, times", "speed", "cold.times_faster_than.txtai", least=12),
    Target("`footnote --help` more than `python -c pass`, ms", "speed", "cold.help_ms_more_than_pass", most=150),
    Target("`footnote serve` ready, to the floor", "speed", "cold.serve_ready_of_floor", most=2),
    Target("a whole turn to its encoding, p50", "speed", "warm.p50_of_encoding", most=2),
    Target("a whole turn to its encoding, p99", "speed", "warm.p99_of_encoding", most=5),
    Target("txtai's search alone to a whole turn, times", "speed", "warm.times_faster_than.txtai", least=5),
    Target(
        "throughput at 64 visitors to the encoder alone on these cores", "load", "share_of_encoder_at_64", least=0.6
    ),
    Target("p99 at 64 visitors, ms", "load", "p99_ms_at_64", most=150),
    Target("the same to the queue's arithmetic minimum (instead of 150 ms)", "load", "p99_of_minimum_at_64", most=1),
    Target("requests that failed below capacity", "load", "errors", most=0),
    Target("throughput to txtai's API server, times", "load", "times_txtai_api", least=8),
    Target(
        "passages a second in a build to `SentenceTransformer.encode`",
        "building",
        "times_sentence_transformers",
        least=2,
    ),
    Target("what a serving machine installs, MB", "size", "installed_to_answer_mb", most=350),
    Target(
        "nDCG@10 that int8 loses of fp32, the worse of two public sets", "precision", "ndcg_lost_at_most", most=0.01
    ),
    Target("right answers on the seeds that int8 loses of fp32", "precision", "right_answers_lost", most=0.01),
    Target("recall@50 of what a build chooses, the worst size", "growth", "smallest_recall_at_50", least=0.99),
)


def page(folder: Path = RESULTS) -> str:
    """The whole page."""
    records = _records(folder)
    parts = [_NOTE + _HEAD, _targets(records)]
    sections = (("speed", _speed), ("load", _load), ("precision", _precision), ("growth", growth.section))
    parts += [make(records[name]) for name, make in sections if name in records]
    if "scale" in records:
        parts.append(growth.real(records["scale"]))
    return "\n".join(parts)


def images(folder: Path = RESULTS) -> dict[str, str]:
    """The plots of the page by file name."""
    return growth.images(_records(folder))


def _records(folder: Path) -> dict[str, Any]:
    return {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.json"))}


def _targets(records: dict[str, Any]) -> str:
    rows = []
    for target in TARGETS:
        value = _value(records, target)
        wanted = f"≤ {target.most:g}" if target.most is not None else f"≥ {target.least:g}"
        rows.append([target.what, wanted, "not measured" if value is None else f"{value:,g}", _verdict(target, value)])
    return "## Targets\n\n" + table(["what", "wanted", "measured", ""], rows)


def _value(records: dict[str, Any], target: Target) -> float | None:
    found: Any = records.get(target.name, {}).get("figures")
    if target.path == "p99_of_minimum_at_64" and found and any(_cut_short(line) for line in _at(found, 64)):
        return None
    for key in target.path.split("."):
        found = found.get(key) if isinstance(found, dict) else None
    return float(found) if isinstance(found, (int, float)) else None


def _at(figures: dict[str, Any], visitors: int) -> list[dict[str, Any]]:
    return [line for line in figures["footnote"] if line["visitors"] == visitors]


def _verdict(target: Target, value: float | None) -> str:
    if value is None:
        return ""
    kept = value <= target.most if target.most is not None else value >= (target.least or 0)
    return "met" if kept else "**missed**"


def _speed(record: dict[str, Any]) -> str:
    figures = record["figures"]
    cold, warm = figures["cold"], figures["warm"]
    # A process starts with the peak of the one that started it, so that less than this cannot be seen.
    least = cold["programs"]["python -c pass"]["peak_mb"]
    programs = [
        [name, each["seconds"], each["cpu_seconds"], _peak(each["peak_mb"], least), *_beside(cold, name)]
        for name, each in cold["programs"].items()
    ]
    times = [
        [name, each["p50_ms"], each["p99_ms"], warm["times_faster_than"].get(name, "")]
        for name, each in warm["programs"].items()
    ]
    return (
        f"## A cold question\n\nWhole processes over {figures['passages']} passages, one question, medians of"
        f" {cold['rounds']} rounds in each of which every program ran once. CPU seconds hardly depend on what else the"
        f" machine does: of those, a question costs {cold['of_floor_cpu']:g} times the floor. `footnote"
        " serve` is ready after"
        f" {cold['serve_ready_seconds']:g} s. {origin(record)}\n\n"
        + table(["program", "seconds", "CPU seconds", "peak MB", "times ours", "times our CPU"], programs)
        + f"\n## A warm question\n\n{warm['questions']} different questions, each in one process that was warmed up,"
        f" medians of {warm['rounds']} rounds. `turn` is all of Footnote, `encoding` its encoder alone in the same"
        " process, bm25s looks at words alone.\n\n" + table(["what", "p50 ms", "p99 ms", "times a turn (p50)"], times)
    )


def _peak(megabytes: float, least: float) -> str:
    return f"{megabytes:g}" if megabytes > least + 1 else f"≤ {megabytes:g}"


def _beside(cold: dict[str, Any], name: str) -> tuple[Any, Any]:
    return cold["times_faster_than"].get(name, ""), cold["times_less_cpu_than"].get(name, "")


def _load(record: dict[str, Any]) -> str:
    figures = record["figures"]
    rows = [
        [
            line["workers"],
            line["visitors"],
            line["accepted_per_second"],
            line["encoder_per_second"],
            f"{line['share_of_encoder']:.0%}",
            _bounded(line, "p50_ms"),
            _bounded(line, "p99_ms"),
            line["minimum_ms"],
            line["errors"],
            line["memory_mb"],
        ]
        for line in figures["footnote"]
    ]
    head = [
        "workers",
        "visitors",
        "a second",
        "encoder",
        "share",
        "p50 ms",
        "p99 ms",
        "minimum ms",
        "errors",
        "MB each",
    ]
    over = figures["overload"]
    statuses = ", ".join(f"{count:,} × {status}" for status, count in over["statuses"].items())
    parts = [
        "## Under load\n\nDriven by wrk with `benchmarks/load.lua` from the same machine, so that client,"
        " HTTP and answers"
        " share the cores on which the encoder alone was measured before and after each line. Each visitor"
        " asks again as"
        " soon as answered; no question comes twice. The rate of one client is set out of reach and the"
        " queue holds 256;"
        f" `minimum` is visitors / throughput; `>` marks times of a line too short for its"
        f" queue, which lack those who still waited at its end. {origin(record)}\n\n",
        table(head, rows),
        f"\n**Overload.** {over['visitors']} visitors, ten times what the queue as shipped and the threads"
        f" hold: {statuses};"
        f" accepted {over['accepted_per_second']:g} a second ({over['accepted_share_of_capacity']:.0%} of capacity);"
        f" broken connections {over['broken_connections']}; {over['refused_with_retry_after'] or 0:.0%} of"
        " the refused were"
        f" told when to come back. {_extra(over)} A full queue alone takes {_ms(over['full_queue_ms'])}.\n",
    ]
    if figures["txtai"]:
        keys = ("visitors", "accepted_per_second", "p50_ms", "p99_ms", "errors")
        theirs = [[line[key] for key in keys] for line in figures["txtai"]]
        parts.append("\ntxtai's API server, the same passages and questions:\n\n")
        parts.append(table(["visitors", "a second", "p50 ms", "p99 ms", "errors"], theirs))
    return "".join(parts)


def _precision(record: dict[str, Any]) -> str:
    figures = record["figures"]
    rows = [
        [name, of["documents"], of["questions"], *pair.split("/"), f"{value:.4f}", f"{value / best - 1:+.2%}"]
        for name, of in figures["sets"].items()
        for best in [of["ndcg_at_10"]["fp32/fp32"]]
        for pair, value in of["ndcg_at_10"].items()
    ]
    seeds = figures["seeds"]
    right = [[name, *(f"{of[name]:.4f}" for of in seeds.values())] for name in next(iter(seeds.values()))]
    return (
        "## int8 against fp32\n\nPassages and questions encoded in either, the vectors of passages alone searched."
        f" {origin(record)}\n\n"
        + table(["set", "documents", "questions", "passages in", "questions in", "nDCG@10", "to fp32"], rows)
        + "\nThe bundled articles indexed with either, asked the project's own questions"
        " ([what each figure is](evaluation.md)):\n\n" + table(["figure", *seeds], right)
    )


def _cut_short(line: dict[str, Any]) -> bool:
    """Whether a line was too short for its queue: those still waiting at its end are missing from its times."""
    seconds = sum(line["statuses"].values()) / line["accepted_per_second"] if line["accepted_per_second"] else 0.0
    return line["minimum_ms"] is None or line["minimum_ms"] > seconds * 1e3 / 4


def _bounded(line: dict[str, Any], name: str) -> str:
    return f"> {line[name]:g}" if _cut_short(line) else f"{line[name]:g}"


def _extra(over: dict[str, Any]) -> str:
    """What four more visitors got, who asked every 50 ms."""
    if over["accepted_p50_ms"] is None:
        return "None of the four extra visitors got an answer in that time."
    waited = f"{_ms(over['accepted_p50_ms'])} (p50) and {_ms(over['accepted_p99_ms'])} (p99)"
    return f"Four more who asked every 50 ms and were accepted waited {waited}."


def _ms(value: float) -> str:
    return f"{value:,.0f} ms"
