"""The texts of a draft: articles, their passages, and the words index over them.

An article that stands in the current generation as it is, is not cut and analysed again: its rows are taken over.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from corpus.article import Article
from index.arrays import ArrayWriter
from index.contradictions import Claim, claims, pack, unpack
from index.draft import Draft
from index.duplicates import sketch
from index.generation import ARTICLES_FILE, PASSAGES_FILE, Generation
from index.lexical import LEXICAL_FILE, LexicalWriter
from index.passage import Passage
from index.passages import passages as cut
from index.progress import Progress
from index.rows import write_rows
from index.words import analyse, words


@dataclass(frozen=True, slots=True)
class Taken:
    """Passages taken over from the current generation, by their rows there."""

    rows: range


@dataclass(frozen=True, slots=True)
class Fresh:
    """Passages that were cut now: for each its embedded text and the embedded texts of its sentences."""

    texts: list[tuple[str, tuple[str, ...]]]


Segment = Taken | Fresh


class TextWriter:
    """Writes the texts of a draft; `segments` say in row order where each passage came from."""

    def __init__(self, articles: Sequence[Article], previous: Generation | None) -> None:
        self.segments: list[Segment] = []
        self.size = 0
        self._articles = articles
        self._previous = previous
        self._lexical = LexicalWriter()
        self._lines = [msgspec.json.encode(article) for article in articles]
        self._ends: list[int] = []
        self._sketches: list[NDArray[np.int64]] = []
        self._claims: list[tuple[Claim, ...]] = []

    def write(self, draft: Draft, progress: Progress) -> dict[str, NDArray[Any]]:
        """Write the three files; returns the arrays that tell where everything lies in them."""
        with draft.file(ARTICLES_FILE) as file:
            articles = write_rows(file, self._lines)
        self._lexical.start_from(self._previous.lexical if self._previous else None)
        with draft.file(PASSAGES_FILE) as file:
            passages = write_rows(file, self._passages(progress))
        self._forget_what_is_gone()
        with draft.file(LEXICAL_FILE) as file:
            writer = ArrayWriter(file)
            self._lexical.write(writer)
            writer.close()
        ids = "\n".join(article.id for article in self._articles).encode()
        return {
            "article_ids": np.frombuffer(ids, dtype=np.uint8),
            "article_offsets": articles.offsets,
            "article_checksums": articles.checksums,
            "article_passage_ends": np.asarray(self._ends, dtype=np.int64),
            "article_sketches": np.stack(self._sketches),
            "passage_offsets": passages.offsets,
            "passage_checksums": passages.checksums,
            **pack(self._claims, [article.title for article in self._articles]),
        }

    def _passages(self, progress: Progress) -> Iterator[bytes]:
        with progress("Cutting articles", len(self._articles)) as advance:
            for article, line in zip(self._articles, self._lines, strict=True):
                if self._previous is not None and _holds(self._previous, article.id, line):
                    yield from self._taken(self._previous, article.id)
                else:
                    yield from self._fresh(article)
                self._ends.append(self.size)
                advance(1)

    def _taken(self, previous: Generation, article_id: str) -> Iterator[bytes]:
        rows = previous.passages_of(article_id)
        last = self.segments[-1] if self.segments else None
        if isinstance(last, Taken) and last.rows.stop == rows.start:
            self.segments[-1] = Taken(range(last.rows.start, rows.stop))
        else:
            self.segments.append(Taken(rows))
        self.size += len(rows)
        self._lexical.take(rows)
        number = previous.articles.number(article_id)
        self._sketches.append(previous.places["article_sketches"][number])
        self._claims.append(unpack(previous.places, number))
        for row in rows:
            yield previous.passages.line(row).rstrip(b"\n")

    def _fresh(self, article: Article) -> Iterator[bytes]:
        passages = cut(article)
        texts = [(passage.embedded_text, passage.embedded_sentences) for passage in passages]
        last = self.segments[-1] if self.segments else None
        if isinstance(last, Fresh):
            last.texts.extend(texts)
        else:
            self.segments.append(Fresh(texts))
        self.size += len(passages)
        self._sketches.append(sketch(article.text))
        self._claims.append(claims(article, passages))
        for passage in passages:
            self._lexical.add(analyse(passage.embedded_text), _words(passage))
            yield msgspec.json.encode(passage)

    def _forget_what_is_gone(self) -> None:
        """Take the words of passages that were not taken over out of the counts that were."""
        if self._previous is None:
            return
        taken = np.zeros(len(self._previous.passages), dtype=bool)
        for segment in self.segments:
            if isinstance(segment, Taken):
                taken[segment.rows.start : segment.rows.stop] = True
        for row in np.flatnonzero(~taken).tolist():
            self._lexical.forget(_words(self._previous.passages[row]))


def _words(passage: Passage) -> list[str]:
    return [word.text for word in words(passage.embedded_text)]


def _holds(previous: Generation, article_id: str, line: bytes) -> bool:
    return article_id in previous.articles and previous.articles.line(article_id) == line + b"\n"
