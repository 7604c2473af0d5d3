"""What a search costs as a site grows, exact and approximate, 100 to 1,000,000 passages, and what the build chooses.

    python -m benchmarks.growth --index INDEX [--largest 1000000] [--public ../shared/eval/public]

The larger the site of INDEX the better. Its passages come first, then their sentences, both in random order; beyond
those, variants of them: one plus 0.2 to 0.6 times the difference of two others, of length 1 again. So a variant lies as
near to its text as another wording or another article on the same subject (cosine 0.93 to 0.79), in directions in which
real texts differ. Whether that resembles real text is measured: `nearest_cosine` and `fiftieth_cosine` are the medians
over the questions of the best and of the fiftieth hit, at sizes with and without variants.

For each size `index.vectors.write_dense` makes what a build makes, and the other kind besides (below 1,000 passages an
approximate index has too little to learn from). Each is opened in a process of its own, which encodes and searches the
questions in turn: the encoding is the floor. Asked are those of MedQuAD where --public is given, for an index of its
documents (benchmarks/scale.py), else the project's own; for questions on something else than the site, less is found.
Resident is what the process grew by from before it opened the vectors to after the last search; `threads` are those
that FAISS may use for one search. The model of each kind is fixed + each * passages, by least squares of the relative
errors, so that small sizes count as much as large ones.
Needs memory of six times the vectors (10 GB for a million of 384 numbers). Keeps benchmarks/results/growth.json.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from benchmarks import scale, speed
from benchmarks.results import keep
from index.store import IndexFolder
from index.vectors import APPROXIMATE_FROM, DenseIndex, write_dense

if TYPE_CHECKING:
    from index.generation import Generation

Vectors = NDArray[np.float32]
Kind = Literal["exact", "approximate"]

SIZES = (100, 1_000, 3_000, 10_000, 30_000, 100_000, 300_000, 1_000_000)
KINDS: tuple[Kind, ...] = ("exact", "approximate")
FOUND = 50
WANTED = 0.99
QUESTIONS = 200
ROUNDS = 3

_MODELLED = ("p50_ms", "build_seconds", "resident_mb")
_LEARNS_FROM = 1_000
_AT_ONCE = 50_000


@dataclass(frozen=True, slots=True)
class Model:
    """What something costs: `fixed`, and `each` for every passage; `off` is its largest relative error where fitted."""

    fixed: float
    each: float
    off: float = 0.0

    def at(self, passages: float) -> float:
        """The cost at so many passages."""
        return self.fixed + self.each * passages


def fitted(sizes: Sequence[float], costs: Sequence[float]) -> Model:
    """The model with the least squares of relative errors, neither part below 0; costs of 0 or less are left out."""
    known = [(size, cost) for size, cost in zip(sizes, costs, strict=True) if cost > 0]
    if not known:
        return Model(0.0, 0.0)
    passages, paid = np.array(known, dtype=np.float64).T
    parts = np.stack([1 / paid, passages / paid], axis=1)
    fixed, each = (float(part) for part in np.linalg.lstsq(parts, np.ones(len(paid)), rcond=None)[0])
    if fixed < 0:
        fixed, each = 0.0, _alone(parts[:, 1])
    elif each < 0:
        fixed, each = _alone(parts[:, 0]), 0.0
    return Model(fixed, each, float(np.max(np.abs(parts @ (fixed, each) - 1))))


def _alone(part: NDArray[np.float64]) -> float:
    return float(part.sum() / (part @ part))


def crossing(before: Model, after: Model) -> float | None:
    """From how many passages `after` costs less than `before`: 0 if always, None if never."""
    saved = before.each - after.each
    if saved <= 0:
        return None if after.fixed >= before.fixed else 0.0
    return max(0.0, (after.fixed - before.fixed) / saved)


def kind_of(data: bytes) -> Kind:
    """What `write_dense` chose, by the first four bytes of what it wrote."""
    return "exact" if data[:4] == b"IxFI" else "approximate"


def recall(found: Sequence[Sequence[int]], truth: Sequence[Sequence[int]]) -> float:
    """The mean share of the true rows that were found."""
    shares = [len({*one} & {*other}) / len(other) for one, other in zip(found, truth, strict=True)]
    return float(np.mean(shares))


def texts(generation: Generation, most: int, chance: np.random.Generator) -> Vectors:
    """At most so many different vectors of an index: those of its passages, then those of their sentences."""
    passages = generation.dense.vectors(range(len(generation.passages)))
    parts = [_shuffled(passages, chance)]
    if len(parts[0]) < most:
        sentences = np.concatenate([generation.sentences.of(row) for row in range(len(passages))])
        parts.append(_shuffled(unit(sentences), chance))
    return np.concatenate(parts)[:most]


def _shuffled(vectors: Vectors, chance: np.random.Generator) -> Vectors:
    _, places = np.unique(vectors.round(5), axis=0, return_index=True)
    return np.asarray(vectors[chance.permutation(places)], dtype=np.float32)


def grown(known: Vectors, size: int, chance: np.random.Generator) -> Vectors:
    """So many vectors: the known ones, then variants of them."""
    made = np.empty((size, known.shape[1]), dtype=np.float32)
    made[: len(known)] = known[:size]
    for start in range(min(len(known), size), size, _AT_ONCE):
        count = min(_AT_ONCE, size - start)
        one, towards, away = (known[chance.integers(0, len(known), count)] for _ in range(3))
        step = chance.uniform(0.2, 0.6, (count, 1)).astype(np.float32)
        made[start : start + count] = unit(one + step * (towards - away))
    return made


def unit(vectors: NDArray[np.floating]) -> Vectors:
    """The vectors at length 1."""
    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9), dtype=np.float32)


def asked_of(public: Path | None) -> list[str]:
    """The questions: of MedQuAD, or the project's own."""
    return scale.questions(public, QUESTIONS) if public else speed.questions()


def measured(vectors: Vectors, index: Path, public: Path | None) -> dict[str, Any]:
    """What a build chooses for these vectors, and the other kind."""
    chosen, figures = _built(vectors, APPROXIMATE_FROM, index, public)
    of = {chosen: figures}
    if chosen == "approximate" or len(vectors) >= _LEARNS_FROM:
        other, figures = _built(vectors, 0 if chosen == "exact" else len(vectors) + 1, index, public)
        of[other] = figures
    rows = {kind: of[kind].pop("rows") for kind in of}
    cosines = {kind: of[kind].pop("cosines") for kind in of}
    for kind in of:
        of[kind]["recall_at_50"] = round(recall(rows[kind], rows["exact"]), 4)
    kinds = {kind: of[kind] for kind in KINDS if kind in of}
    return {"passages": len(vectors), "chosen": chosen, **cosines["exact"], **kinds}


def _built(vectors: Vectors, approximate_from: int, index: Path, public: Path | None) -> tuple[Kind, dict[str, Any]]:
    """Which kind was made, and its figures from a process of its own."""
    started = time.perf_counter()
    data = write_dense(vectors, approximate_from)
    seconds = time.perf_counter() - started
    kind, size = kind_of(data), len(data)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "dense.faiss"
        path.write_bytes(data)
        del data
        command = [sys.executable, "-m", "benchmarks.growth", "--index", str(index), "--search", str(path)]
        command += ["--public", str(public)] if public else []
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return kind, {"build_seconds": round(seconds, 6), "mb": round(size / 1e6, 2), **json.loads(done.stdout)}


def search(index: Path, path: Path, asked: Sequence[str]) -> dict[str, Any]:
    """Encode and search every question in turn, in this process; the rows of each besides the figures."""
    encoder = IndexFolder(index).current().encoder
    encoder.encode(asked[:20])
    before, started = _resident_mb(), time.perf_counter()
    dense = DenseIndex.open(path)
    opened = time.perf_counter() - started
    took: dict[str, list[float]] = {"encoding": [], "search": []}
    rows, cosines = [], []
    dense.search(encoder.encode(asked[:1])[0], FOUND)
    for turn in range(ROUNDS):
        for text in asked:
            started = time.perf_counter()
            vector = encoder.encode([text])[0]
            encoded = time.perf_counter()
            found, scores = dense.search(vector, FOUND)
            took["search"].append(time.perf_counter() - encoded)
            took["encoding"].append(encoded - started)
            if not turn:
                rows.append(found.tolist())
                cosines.append((float(scores[0]), float(scores[-1])))
    nearest, fiftieth = np.median(cosines, axis=0)
    import faiss

    return {
        "threads": faiss.omp_get_max_threads(),
        "opened_ms": round(opened * 1e3, 2),
        "resident_mb": round(_resident_mb() - before, 2),
        **_percentiles("", took["search"]),
        **_percentiles("encoding_", took["encoding"]),
        "p50_of_encoding": round(float(np.median(took["search"]) / np.median(took["encoding"])), 4),
        "cosines": {"nearest_cosine": round(float(nearest), 3), "fiftieth_cosine": round(float(fiftieth), 3)},
        "rows": rows,
    }


def _percentiles(name: str, took: Sequence[float]) -> dict[str, float]:
    return {f"{name}p{share}_ms": round(float(np.percentile(took, share)) * 1e3, 4) for share in (50, 99)}


def _resident_mb() -> float:
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * resource.getpagesize() / 1e6


def summary(sizes: Sequence[Mapping[str, Any]], real: int) -> dict[str, Any]:
    """What the sizes say together: the models, where they cross, and whether the choice is right."""
    models = {kind: {name: _model(sizes, kind, name) for name in _MODELLED} for kind in KINDS}
    exact, approximate = (models[kind]["p50_ms"] for kind in KINDS)
    cross = crossing(exact, approximate)
    encoding = float(np.median([size[kind]["encoding_p50_ms"] for size in sizes for kind in KINDS if kind in size]))
    saved = exact.at(APPROXIMATE_FROM) - approximate.at(APPROXIMATE_FROM)
    return {
        "crossing_passages": None if cross is None else round(cross),
        "approximate_from": APPROXIMATE_FROM,
        "smallest_recall_at_50": min(size[size["chosen"]]["recall_at_50"] for size in sizes),
        "largest_passages": sizes[-1]["passages"],
        "search_of_encoding_at_largest": sizes[-1][sizes[-1]["chosen"]]["p50_of_encoding"],
        "real_vectors": real,
        "encoding_p50_ms": round(encoding, 3),
        "saved_of_encoding_where_chosen": round(saved / encoding, 4),
        "models": {kind: {name: _written(each) for name, each in of.items()} for kind, of in models.items()},
        "sizes": list(sizes),
    }


def _model(sizes: Sequence[Mapping[str, Any]], kind: Kind, name: str) -> Model:
    known = [size for size in sizes if kind in size]
    return fitted([size["passages"] for size in known], [size[kind][name] for size in known])


def _written(model: Model) -> dict[str, float]:
    return {
        "fixed": float(f"{model.fixed:.4g}"),
        "each_million": float(f"{model.each * 1e6:.4g}"),
        "off_by_at_most": round(model.off, 2),
    }


def lines(figures: Mapping[str, Any]) -> Iterator[str]:
    """The models, the crossing and the choice in words."""
    for kind, models in figures["models"].items():
        for name, model in models.items():
            yield (
                f"{kind:12} {name:14} {model['fixed']:g} + {model['each_million']:g} per million passages"
                f" (off by {model['off_by_at_most']:.0%} at most)"
            )
    cross = figures["crossing_passages"]
    yield "approximate never costs less" if cross is None else f"approximate costs less from {cross:,} passages"
    yield (
        f"chosen from {figures['approximate_from']:,}, where it saves {figures['saved_of_encoding_where_chosen']:.0%}"
        f" of an encoding; smallest recall@50 of what is chosen {figures['smallest_recall_at_50']:.4f}"
    )


def _line(size: Mapping[str, Any], kind: Kind) -> str:
    of, mark = size[kind], "chosen" if size["chosen"] == kind else ""
    return (
        f"{size['passages']:>9,} {kind:12} built {of['build_seconds']:7.2f} s, opened {of['opened_ms']:5.1f} ms,"
        f" {of['mb']:8.1f} MB, {of['resident_mb']:8.1f} resident, p50 {of['p50_ms']:8.3f} ms, p99 {of['p99_ms']:8.3f},"
        f" {of['p50_of_encoding']:7.3f} of an encoding, recall@50 {of['recall_at_50']:.4f} {mark}"
    )


def main() -> int:
    """Measure each size, print, keep; exit status 1 where what is chosen finds too little."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--index", type=Path, required=True)
    parser.add_argument("--largest", type=int, default=SIZES[-1], help="leave larger sizes out")
    parser.add_argument("--public", type=Path, help="folder with medquad/: ask its questions")
    parser.add_argument("--search", type=Path, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.search:
        print(json.dumps(search(chosen.index, chosen.search, asked_of(chosen.public))))
        return 0
    sizes = [size for size in SIZES if size <= chosen.largest]
    if not sizes:
        parser.error(f"the smallest size is {SIZES[0]}")
    chance = np.random.default_rng(0)
    known = texts(IndexFolder(chosen.index).current(), sizes[-1], chance)
    vectors = grown(known, sizes[-1], chance)
    print(f"{len(known):,} real vectors", flush=True)
    points = []
    for size in sizes:
        points.append({"real": min(size, len(known)), **measured(vectors[:size], chosen.index, chosen.public)})
        print("\n".join(_line(points[-1], kind) for kind in KINDS if kind in points[-1]), flush=True)
    figures = summary(points, len(known)) | {"asked": "MedQuAD" if chosen.public else "own"}
    print("\n".join(lines(figures)))
    print(keep("growth", figures))
    return int(figures["smallest_recall_at_50"] < WANTED)


if __name__ == "__main__":
    sys.exit(main())
