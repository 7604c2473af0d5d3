"""The thorough check of a generation: every hash, every row, every offset, the sizes of all parts, sample questions."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from index.errors import IndexDamaged, IndexFault
from index.generation import Generation
from index.manifest import MANIFEST_FILE, content_hash, file_entry, read_manifest

SAMPLES = 8
"""Passages that are encoded again and searched for; enough to notice an encoder that does not fit its vectors."""

_SAME = 0.999
"""Cosine between a stored vector and the same text encoded now, at least; other processors round differently."""


def verify(folder: Path, *, samples: int = SAMPLES, hashes: bool = True) -> list[IndexFault]:
    """Everything that is wrong with the generation in this folder; empty if nothing is.

    `hashes` may be left out by who has just computed them.
    """
    checks: list[Callable[[], Iterator[IndexFault]]] = [
        *([lambda: _files(folder)] if hashes else []),
        lambda: _rows(folder),
        lambda: _searches(folder, samples),
    ]
    return next((problems for problems in map(_problems, checks) if problems), [])


def verify_hashes(folder: Path) -> list[IndexFault]:
    """Only whether every file is what was written."""
    return _problems(lambda: _files(folder))


def _problems(check: Callable[[], Iterator[IndexFault]]) -> list[IndexFault]:
    try:
        return list(check())
    except IndexFault as fault:
        return [fault]


def _files(folder: Path) -> Iterator[IndexFault]:
    manifest = read_manifest(folder)
    for name, entry in manifest.files.items():
        path = folder / name
        try:
            found = file_entry(path)
        except OSError:
            yield IndexDamaged(path, "it is missing or cannot be read")
            continue
        if found != entry:
            yield IndexDamaged(path, "it is not what was written")
    if content_hash(manifest.files) != manifest.content:
        yield IndexDamaged(folder / MANIFEST_FILE, "its content hash does not fit its files")
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and name != MANIFEST_FILE and name not in manifest.files:
            yield IndexDamaged(path, "it does not belong to this generation")


def _rows(folder: Path) -> Iterator[IndexFault]:
    generation = Generation.open(folder)
    counts = generation.manifest.counts
    sizes = (len(generation.articles), generation.sentences.total, generation.tokens.total)
    if sizes != (counts.articles, counts.sentences, counts.tokens):
        yield IndexDamaged(folder, "its files do not hold as much as the manifest says")
    if generation.dense.dimension != generation.manifest.encoder.dimension:
        yield IndexDamaged(folder, "its vectors are not as long as those of its encoder")
    for article_id in generation.articles:
        article = generation.articles[article_id]
        for row in generation.passages_of(article_id):
            passage = generation.passages[row]
            fits = passage.article_id == article_id and article.text[passage.start : passage.end] == passage.text
            inside = all(
                passage.start <= sentence.span.start <= sentence.span.end <= passage.end
                for sentence in passage.sentences
            )
            if not (fits and inside):
                yield IndexDamaged(folder, f"passage {passage.id} is not what its article {article_id} says there")


def _searches(folder: Path, samples: int) -> Iterator[IndexFault]:
    generation = Generation.open(folder)
    size = len(generation.passages)
    if not samples or not size:
        return
    rows = np.unique(np.linspace(0, size - 1, min(samples, size)).astype(np.int64))
    texts = [generation.passages[int(row)].embedded_text for row in rows]
    fresh = generation.encoder.encode(texts)
    for row, vector, stored in zip(rows, fresh, generation.dense.vectors(rows), strict=True):
        if not stored.any() and not vector.any():
            continue
        found, scores = generation.dense.search(vector, 1)
        if float(vector @ stored) < _SAME or (found[0] != row and scores[0] < float(vector @ stored) - 1e-4):
            yield IndexDamaged(folder, f"passage {row} is not found by its own words")
