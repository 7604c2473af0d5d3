"""A generation: one immutable, complete index in a folder, opened for reading.

Opening maps the files and checks that each is what was written; only of large ones nothing is read. Rows of articles
and passages are decoded, and checked against their checksums, when they are asked for.
"""

from __future__ import annotations

import hashlib
import mmap
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TypeVar, overload

import msgspec

from corpus.article import Article
from index.arrays import Arrays
from index.encoder import Encoder
from index.errors import IndexDamaged, NoIndex
from index.lexical import LEXICAL_FILE, LexicalIndex
from index.manifest import Manifest, read_manifest
from index.passage import Passage
from index.rows import Rows
from index.tokens import TOKENS_FILE, TokenVectors
from index.vectors import DENSE_FILE, SENTENCES_FILE, DenseIndex, SentenceVectors
from index.wordless import WordlessEncoder

ARTICLES_FILE, PASSAGES_FILE, PLACES_FILE = "articles.jsonl", "passages.jsonl", "places.safetensors"
T = TypeVar("T")

ENCODER_FOLDER, ATTACHMENTS_FOLDER = "encoder", "attachments"

_CHECKED_WHEN_OPENED = 32 << 20
"""Files up to this size are read through and checked at every opening, which costs 0.25 ms a megabyte (CRC-32, one
core); larger ones, which only a site of thousands of articles has, by `footnote index verify` and before a switch."""


def _reader(rows: Rows, kind: type[T], path: Path) -> Callable[[int], T]:
    # Not a method: a cached one would tie its object into a circle, and the files would stay mapped after a switch.
    decoder = msgspec.json.Decoder(kind)

    def read(number: int) -> T:
        try:
            return decoder.decode(rows.line(number))
        except msgspec.DecodeError as error:
            raise IndexDamaged(path, f"row {number} cannot be read") from error

    return read


class Articles(Mapping[str, Article]):
    """The articles of a generation by id, in order of their ids; decoded when asked for."""

    def __init__(self, rows: Rows, ids: Sequence[str], path: Path) -> None:
        self._rows = rows
        self._numbers = {article_id: number for number, article_id in enumerate(ids)}
        self._read = lru_cache(maxsize=256)(_reader(rows, Article, path))

    def line(self, article_id: str) -> bytes:
        """The stored bytes of one article."""
        return self._rows.line(self._numbers[article_id])

    def number(self, article_id: str) -> int:
        """The place of an article in the order of ids."""
        return self._numbers[article_id]

    def __getitem__(self, article_id: str) -> Article:
        return self._read(self._numbers[article_id])

    def __iter__(self) -> Iterator[str]:
        return iter(self._numbers)

    def __len__(self) -> int:
        return len(self._numbers)


class Passages(Sequence[Passage]):
    """The passages of a generation by row, article after article in text order; decoded when asked for."""

    def __init__(self, rows: Rows, path: Path) -> None:
        self._rows = rows
        self._read = lru_cache(maxsize=4096)(_reader(rows, Passage, path))

    def line(self, row: int) -> bytes:
        """The stored bytes of one passage."""
        return self._rows.line(row)

    @overload
    def __getitem__(self, index: int) -> Passage: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Passage]: ...
    def __getitem__(self, index: int | slice) -> Passage | Sequence[Passage]:
        if isinstance(index, slice):
            return [self._read(row) for row in range(*index.indices(len(self)))]
        row = int(index) + len(self) if index < 0 else int(index)
        if not 0 <= row < len(self):
            raise IndexError(index)
        return self._read(row)

    def __len__(self) -> int:
        return len(self._rows)


class Generation:
    """One immutable index; safe to share between threads. Use `Generation.open` or `IndexFolder.current`."""

    def __init__(self, folder: Path, manifest: Manifest, *, threads: int, wordless: bool = False) -> None:
        self.folder = folder
        self._wordless = wordless
        self.manifest = manifest
        self._threads = threads
        self._attachments: dict[str, bytes | None] = {}
        self.places = Arrays(folder / PLACES_FILE)
        self.dense = DenseIndex.open(folder / DENSE_FILE)
        self.sentences = SentenceVectors(folder / SENTENCES_FILE)
        self.tokens = TokenVectors(folder / TOKENS_FILE)
        self.lexical = LexicalIndex.open(folder / LEXICAL_FILE)
        path = folder / PASSAGES_FILE
        self.passages = Passages(Rows(path, self.places["passage_offsets"], self.places["passage_checksums"]), path)
        sizes = {self.dense.size, self.sentences.size, self.tokens.size, self.lexical.size, len(self.passages)}
        if sizes != {manifest.counts.passages}:
            raise IndexDamaged(folder, "its files hold different numbers of passages")

    @classmethod
    def open(cls, folder: Path, *, threads: int = 1, wordless: bool = False) -> Generation:
        """Open a generation's folder; `threads` is for the encoder.

        `wordless` does without the encoder, for when its files are missing or damaged: texts are compared by words.

        Raises NoIndex if the folder is not there, OtherFormat, or IndexDamaged naming the file.
        """
        if not folder.is_dir():
            raise NoIndex(folder)
        manifest = read_manifest(folder)
        check_files(folder, manifest, but=f"{ENCODER_FOLDER}/" if wordless else None)
        return cls(folder, manifest, threads=threads, wordless=wordless)

    @property
    def name(self) -> str:
        """The generation's name, such as `000012-3f9c1a`: its number, and the beginning of its content hash."""
        return self.manifest.name

    @cached_property
    def encoder(self) -> Encoder:
        """The query encoder; opened when first asked for."""
        if self._wordless:
            return WordlessEncoder(self.manifest.encoder)
        return Encoder.open(self.folder / ENCODER_FOLDER, threads=self._threads)

    @cached_property
    def articles(self) -> Articles:
        """The articles by id."""
        path = self.folder / ARTICLES_FILE
        rows = Rows(path, self.places["article_offsets"], self.places["article_checksums"])
        ids = self.places["article_ids"].tobytes().decode().split("\n") if len(rows) else []
        if len(ids) != len(rows):
            raise IndexDamaged(self.folder / PLACES_FILE, "it lists another number of articles")
        return Articles(rows, ids, path)

    def passages_of(self, article_id: str) -> range:
        """The rows of one article's passages."""
        number = self.articles.number(article_id)
        ends = self.places["article_passage_ends"]
        return range(int(ends[number - 1]) if number else 0, int(ends[number]))

    def attachment(self, name: str) -> bytes | None:
        """The bytes of an attachment, or None if there is none of this name; its hash is checked."""
        if name in self._attachments:
            return self._attachments[name]
        relative = f"{ATTACHMENTS_FOLDER}/{name}"
        entry = self.manifest.files.get(relative)
        if entry is None:
            return None
        path = self.folder / relative
        try:
            data = path.read_bytes()
        except OSError as error:
            raise IndexDamaged(path, "it cannot be read") from error
        if hashlib.sha256(data).hexdigest() != entry.sha256:
            raise IndexDamaged(path, "it is not what was written")
        return data

    def attachment_source(self, name: str) -> bytes | Path | None:
        """As `attachment`, for what a library reads from a file itself: its path, unless its bytes are held already."""
        entry = self.manifest.files.get(f"{ATTACHMENTS_FOLDER}/{name}")
        if name in self._attachments or entry is None:
            return self._attachments.get(name)
        path = self.folder / ATTACHMENTS_FOLDER / name
        try:
            with path.open("rb") as file:
                found = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as error:
            raise IndexDamaged(path, "it cannot be read") from error
        if found != entry.sha256:
            raise IndexDamaged(path, "it is not what was written")
        return path

    def load(self) -> Generation:
        """Open what is otherwise opened when first asked for, so that the folder may be removed meanwhile."""
        _ = self.encoder, self.articles
        for name in self.manifest.attachments:
            self._attachments[name] = self.attachment(name)
        return self

    def close(self) -> None:
        """Let go of everything that was cached; the files are unmapped when the last array that lies on them goes."""
        for name in ("encoder", "articles"):
            self.__dict__.pop(name, None)


def check_files(folder: Path, manifest: Manifest, *, but: str | None = None) -> None:
    """The quick check: each file is there and as long as it was, and all but the largest hold what they held.

    Files whose name begins with `but` are passed over.
    """
    for name, entry in manifest.files.items():
        if but is not None and name.startswith(but):
            continue
        path = folder / name
        try:
            size = path.stat().st_size
            checksum = _checksum(path) if size == entry.size <= _CHECKED_WHEN_OPENED else entry.crc32
        except OSError as error:
            raise IndexDamaged(path, "it is missing or cannot be read") from error
        if size != entry.size:
            raise IndexDamaged(path, f"it has {size} bytes where {entry.size} were written")
        if checksum != entry.crc32:
            raise IndexDamaged(path, "it is not what was written")


def _checksum(path: Path) -> int:
    with path.open("rb") as file:
        if path.stat().st_size == 0:
            return 0
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            return zlib.crc32(data)
