"""What a growing site costs: the section of the page on speed, and its plots."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bot.evaluation.plot import Frame, Line
from docs.plots import decades, standalone, steps
from docs.tables import origin, table

Figures = Mapping[str, Any]
Points = list[tuple[float, float]]

_KINDS = ("exact", "approximate")
_COSTS = {"p50_ms": "one search, p50, ms", "build_seconds": "building, s", "resident_mb": "memory, MB"}
_LEAST_SECONDS = 0.001


def section(record: Figures) -> str:
    """The models, what crosses where, the plots and the table."""
    figures = record["figures"]
    head = ["passages", "real", "chosen", "nearest", "50th"]
    head += [f"{kind}: {what}" for kind in _KINDS for what in ("p50 ms", "p99 ms", "built s", "MB")]
    head += ["recall@50", "of an encoding"]
    asked = "those of MedQuAD" if figures.get("asked") == "MedQuAD" else "the project's own"
    return (
        "## Growth\n\nThe vectors of one index, searched exactly (FAISS IndexFlatIP) and approximately (product"
        " quantisation of four bits, then exact cosines of ten times as many as asked for), both made by"
        f" `index/vectors.py`. The questions are {asked}. {figures['real_vectors']:,} vectors are of real text,"
        " the rest variants of them"
        " (`benchmarks/growth.py` says how); `nearest` and `50th` are median cosines of the best and the fiftieth hit,"
        " which show how far variants resemble real text. `of an encoding` sets the search in what a build chooses"
        f" beside encoding the question, {figures['encoding_p50_ms']:g} ms. {origin(record)}\n\n"
        "![What one search costs against the size of the site](images/performance-search.svg)\n"
        "![What building the vectors costs](images/performance-build.svg)\n"
        "![What memory they take](images/performance-memory.svg)\n\n"
        f"{_choice(figures)}\n\n{_models(figures)}\n{table(head, [_row(size) for size in figures['sizes']])}"
    )


def real(record: Figures) -> str:
    """Indexes of real text, whole."""
    names = ["documents", "passages", "turn_p50_ms", "search_p50_ms", "encoding_p50_ms", "build_seconds"]
    names += ["index_mb", "server_memory_mb"]
    rows = [[_shown(size[name]) for name in names] for size in record["figures"]["sizes"]]
    return (
        "## Real text\n\nWhole indexes of MedQuAD documents, built and asked as a site's own are; `search` is dense,"
        f" by words, and late interaction together. {origin(record)}\n\n"
        + table([name.replace("_", " ").replace("mb", "MB") for name in names], rows)
    )


def images(records: Figures) -> dict[str, str]:
    """The plots by file name; none where growth was not measured."""
    if "growth" not in records:
        return {}
    figures = records["growth"]["figures"]
    texts = records.get("scale", {"figures": {"sizes": []}})["figures"]["sizes"]
    return {
        "performance-search.svg": _search(figures, texts),
        "performance-build.svg": _build(figures, texts),
        "performance-memory.svg": _memory(figures, texts),
    }


def _choice(figures: Figures) -> str:
    cross, start = figures["crossing_passages"], figures["approximate_from"]
    saved = figures["saved_of_encoding_where_chosen"]
    crossing = (
        "The approximate index costs less at no size"
        if cross is None
        else f"By the models the approximate index answers faster from {cross:,} passages"
    )
    return (
        f"{crossing}; a build chooses it from {start:,}, where the difference has grown to {saved:.0%} of an encoding."
        " Below, the exact one finds everything and needs no learning."
        f" At {figures['largest_passages']:,} passages the chosen index takes"
        f" {figures['search_of_encoding_at_largest']:.2g} encodings."
    )


def _models(figures: Figures) -> str:
    rows = [
        [kind, _COSTS[name], f"{of['fixed']:g} + {of['each_million']:g} × millions", f"{of['off_by_at_most']:.0%}"]
        for kind, costs in figures["models"].items()
        for name, of in costs.items()
    ]
    return table(["index", "cost", "model", "off by at most"], rows)


def _row(size: Figures) -> list[object]:
    row: list[object] = [f"{size['passages']:,}", f"{size['real']:,}", size["chosen"]]
    row += [size["nearest_cosine"], size["fiftieth_cosine"]]
    for kind in _KINDS:
        of = size.get(kind)
        names = ("p50_ms", "p99_ms", "build_seconds", "resident_mb")
        row += [_shown(of[name]) for name in names] if of else [""] * len(names)
    chosen = size[size["chosen"]]
    return [*row, f"{chosen['recall_at_50']:.4f}", f"{chosen['p50_of_encoding']:.2f}"]


def _shown(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.2g}" if value < 10 else f"{value:.1f}"


def _search(figures: Figures, texts: Sequence[Figures]) -> str:
    sizes = figures["sizes"]
    chosen = Line("what a build chooses", [(s["passages"], s[s["chosen"]]["p50_ms"]) for s in sizes], "chosen")
    encoding = figures["encoding_p50_ms"]
    lines = [chosen, *_kinds(figures, "p50_ms", "one search")]
    lines += _texts(texts, "search_p50_ms", "search", "real text: whole search")
    lines += _texts(texts, "turn_p50_ms", "turn", "real text: whole turn")
    ends = [point[0] for line in lines for point in line.points]
    lines.append(Line("encoding the question", [(min(ends), encoding), (max(ends), encoding)], "floor"))
    said = "Milliseconds against the number of passages, both logarithmic: one search of each kind, and whole turns."
    return _plot("What one question costs", said, "ms, p50", lines)


def _build(figures: Figures, texts: Sequence[Figures]) -> str:
    lines = [
        *_kinds(figures, "build_seconds", "vectors"),
        *_texts(texts, "build_seconds", "turn", "real text: whole build"),
    ]
    said = (
        "Seconds to build against the number of passages, both logarithmic: the index of the vectors, and everything."
    )
    return _plot("What building costs", said, "seconds", lines, _LEAST_SECONDS)


def _memory(figures: Figures, texts: Sequence[Figures]) -> str:
    lines = [*_kinds(figures, "resident_mb", "vectors")]
    lines += _texts(texts, "server_memory_mb", "turn", "real text: whole server")
    said = "Megabytes resident against the number of passages, both logarithmic: the vectors, and a whole server."
    return _plot("What memory is taken", said, "MB", lines)


def _kinds(figures: Figures, cost: str, what: str) -> list[Line]:
    """Of both kinds the model as a line and what was measured as dots."""
    found = []
    for kind in _KINDS:
        dots: Points = [(size["passages"], size[kind][cost]) for size in figures["sizes"] if kind in size]
        model = figures["models"][kind][cost]
        curve = (
            [(n, model["fixed"] + model["each_million"] * n / 1e6) for n in steps(dots[0][0], dots[-1][0])]
            if dots
            else []
        )
        found.append(Line(f"{kind}: {what}", curve, kind, dots))
    return found


def _texts(texts: Sequence[Figures], cost: str, style: str, name: str) -> list[Line]:
    points: Points = [(size["passages"], size[cost]) for size in texts]
    return [Line(name, points, style, points)] if points else []


def _plot(title: str, said: str, unit: str, lines: Sequence[Line], least: float = 0.0) -> str:
    shown = [Line(each.name, _from(each.points, least), each.style, _from(each.dots, least)) for each in lines]
    points = [point for line in shown for point in (*line.points, *line.dots)]
    across, up = decades(x for x, _ in points), decades((y for _, y in points), least)
    return standalone(Frame(title, said, "passages", unit, across, up), shown)


def _from(points: Sequence[tuple[float, float]], least: float) -> Points:
    return [(x, y) for x, y in points if y > 0 and y >= least]
