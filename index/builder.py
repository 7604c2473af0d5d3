"""Builds a generation out of articles: cut, write, encode, verify, switch.

The content of a generation depends on its articles, the encoder and the code that cuts and analyses (`settings`)
alone. What did not change is taken over from the current generation, byte for byte what a build from nothing gives.
"""

from __future__ import annotations

import hashlib
import importlib.util
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Protocol, runtime_checkable

import msgspec

from corpus.article import Article
from index.arrays import ArrayWriter
from index.contradictions import Contradiction, contradictions
from index.cutting import TextWriter
from index.draft import Draft, Step, no_step
from index.duplicates import near_duplicates
from index.embed import Embedder
from index.encoder import ENCODER_FILES, Encoder, EncoderCard
from index.errors import BuildFault, IndexFault
from index.export import DEFAULT_PRECISION, Precision, cached_export
from index.generation import (
    ATTACHMENTS_FOLDER,
    ENCODER_FOLDER,
    PLACES_FILE,
    Generation,
)
from index.manifest import FORMAT, MANIFEST_FILE, Counts, Manifest, content_hash
from index.progress import Progress, no_progress
from index.store import KEEP, IndexFolder, writing
from index.verify import verify, verify_hashes

_CODE = {
    "texts": (
        "corpus.article",
        "corpus.sentences",
        "index.passage",
        "index.passages",
        "index.outline",
        "index.words",
        "index.lexical",
        "index.duplicates",
        "index.measures",
        "index.contradictions",
        "index.cutting",
    ),
    "vectors": ("index.encoder", "index.embed", "index.quantised", "index.projection", "index.tokens", "index.vectors"),
}
"""Modules whose code decides what is stored for an article; where it changed, nothing is taken over."""


class Attachment(Protocol):
    """Something that an outer room adds to each generation, made with the generation's own encoder and passages."""

    @property
    def name(self) -> str:
        """File name, without folders."""

    def make(self, generation: Generation) -> bytes:
        """The bytes, from the draft generation: verified, complete but for the attachments, not yet published."""


@runtime_checkable
class KeyedAttachment(Attachment, Protocol):
    """An attachment that does not depend on the articles, and need not be made anew for each generation."""

    def key(self, generation: Generation) -> str:
        """Names all that the bytes depend on (encoder fingerprint, hash of its sources and code); equal means equal."""


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a build did. `failed` pairs an article id with the reason; timings are seconds by stage.

    `published` is False when the current generation holds exactly this content already, and so stays current.
    """

    generation: str
    published: bool
    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    unchanged: tuple[str, ...]
    failed: tuple[tuple[str, str], ...]
    near_duplicates: tuple[tuple[str, str], ...]
    contradictions: tuple[Contradiction, ...]
    counts: Counts
    embedded: int
    reused: int
    encoder: EncoderCard
    notes: tuple[str, ...]
    seconds: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class BuildOptions:
    """How to build, apart from the articles; see `build`."""

    model: str | Path | None = None
    precision: Precision = DEFAULT_PRECISION
    attachments: tuple[Attachment, ...] = ()
    progress: Progress = no_progress
    keep: int = KEEP


def build(
    articles: Sequence[Article],
    folder: Path,
    *,
    model: str | Path | None = None,
    precision: Precision = DEFAULT_PRECISION,
    attachments: Sequence[Attachment] = (),
    sources: Sequence[str] = (),
    progress: Progress | None = None,
    keep: int = KEEP,
    step: Step = no_step,
) -> BuildReport:
    """Build a generation from exactly these articles, verify it, and make it current.

    `model` is a sentence-transformers model by name, folder or package, or the folder of an exported encoder; None is
    the bundled one. Whatever goes wrong, the generation that was current stays current. Raises BuildFault (no
    articles, or the result does not verify), ModelFault, IndexLocked, IndexUnwritable.
    """
    options = BuildOptions(model, precision, tuple(attachments), progress or no_progress, keep)
    index = IndexFolder(folder, step=step)
    with index.lock():
        return build_under_lock(articles, index, tuple(sources), options)


def build_under_lock(
    articles: Sequence[Article], index: IndexFolder, sources: tuple[str, ...], options: BuildOptions
) -> BuildReport:
    """Like `build`, for a caller that holds the lock already because it read the current generation first."""
    with writing(index.path):
        return _Build(index, sources, options).run(articles)


class _Build:
    """One build under the lock."""

    def __init__(self, index: IndexFolder, sources: tuple[str, ...], options: BuildOptions) -> None:
        self._index = index
        self._sources = sources
        self._options = options
        self._progress = options.progress
        self._notes: list[str] = []
        self._seconds: dict[str, float] = {}
        self._vectors: Generation | None = None
        self._current: Generation | None = None
        self._near_duplicates: tuple[tuple[str, str], ...] = ()
        self._contradictions: tuple[Contradiction, ...] = ()

    def run(self, articles: Sequence[Article]) -> BuildReport:
        unique, failed = _unique(articles)
        if not unique:
            raise BuildFault(
                self._index.path, "there is no article to build an index from; name a source that has some"
            )
        with self._timed("export"):
            exported = cached_export(self._options.model, self._index.encoders, precision=self._options.precision)
        settings = _settings()
        with self._timed("check"):
            previous = self._current = self._previous()
        with self._index.draft() as draft:
            texts = self._usable(previous, exported.card, settings)
            counts, embedder = self._write(draft, unique, exported.folder, texts)
            manifest = self._seal(draft, exported.card, settings, counts)
            before = _versions(previous)
            after = {article.id: _line(article) for article in unique}
            same = previous is not None and previous.manifest.content == manifest.content
            same = same and previous is not None and previous.manifest.sources == self._sources
            if not same:
                with self._timed("switch"):
                    draft.flush()
                    self._index.publish(draft, manifest.name)
            self._index.prune(self._options.keep)
        name = previous.name if same and previous else manifest.name
        return BuildReport(
            generation=name,
            published=not same,
            added=tuple(sorted(after.keys() - before.keys())),
            changed=tuple(sorted(key for key in after.keys() & before.keys() if after[key] != before[key])),
            removed=tuple(sorted(before.keys() - after.keys())),
            unchanged=tuple(sorted(key for key in after.keys() & before.keys() if after[key] == before[key])),
            failed=failed,
            near_duplicates=self._near_duplicates,
            contradictions=self._contradictions,
            counts=counts,
            embedded=embedder.embedded,
            reused=embedder.reused,
            encoder=exported.card,
            notes=tuple(self._notes),
            seconds=self._seconds,
        )

    def _previous(self) -> Generation | None:
        try:
            name = self._index.current_name()
            problems = verify_hashes(self._index.folder(name))
            if problems:
                raise problems[0]
            return Generation.open(self._index.folder(name))
        except IndexFault as fault:
            if self._index.path.joinpath("current").exists():
                self._notes.append(f"nothing was taken over from the current generation: {fault}")
            return None

    def _usable(self, previous: Generation | None, card: EncoderCard, settings: dict[str, str]) -> Generation | None:
        """The generation whose passages can be taken over as they are; remembers the one whose vectors can."""
        if previous is None or previous.manifest.encoder.fingerprint != card.fingerprint:
            return None
        if previous.manifest.settings.get("vectors") != settings["vectors"]:
            return None
        self._vectors = previous
        return previous if previous.manifest.settings == settings else None

    def _write(
        self, draft: Draft, articles: Sequence[Article], encoder_folder: Path, previous: Generation | None
    ) -> tuple[Counts, Embedder]:
        with self._timed("cut"):
            texts = TextWriter(articles, previous)
            places = texts.write(draft, self._progress)
            ids = [article.id for article in articles]
            self._near_duplicates = near_duplicates(ids, places["article_sketches"])
            text_of = {article.id: article.text for article in articles}
            self._contradictions = contradictions(places, ids, text_of.__getitem__)
        for name in ENCODER_FILES:
            draft.copy(encoder_folder / name, f"{ENCODER_FOLDER}/{name}")
        with self._timed("encode"):
            embedder = Embedder(Encoder.open(encoder_folder, parallel=0), self._vectors)
            sentences, tokens, keys = embedder.write(draft, texts.segments, self._progress)
        with draft.file(PLACES_FILE) as file:
            writer = ArrayWriter(file)
            for name, array in {**places, **keys}.items():
                writer.add(name, array)
            writer.close()
        return Counts(len(articles), texts.size, sentences, tokens), embedder

    def _seal(self, draft: Draft, card: EncoderCard, settings: dict[str, str], counts: Counts) -> Manifest:
        def write(attachments: tuple[str, ...]) -> Manifest:
            files = draft.entries()
            files.pop(MANIFEST_FILE, None)
            content = content_hash(files)
            manifest = Manifest(
                format=FORMAT,
                name=f"{self._index.next_number():06d}-{content[:6]}",
                created=datetime.now(UTC).isoformat(timespec="seconds"),
                footnote=_footnote_version(),
                content=content,
                encoder=card,
                settings=settings,
                counts=counts,
                sources=self._sources,
                attachments=attachments,
                files=files,
            )
            draft.write(MANIFEST_FILE, manifest.encoded())
            return manifest

        manifest = write(())
        with self._timed("verify"):
            problems = verify(draft.folder, hashes=False)
        if problems:
            raise BuildFault(
                self._index.path, f"the new generation does not verify, so it was not published: {problems[0]}"
            )
        if not self._options.attachments:
            return manifest
        with self._timed("attach"):
            generation = Generation.open(draft.folder)
            for attachment in self._options.attachments:
                self._attach(draft, attachment, generation)
            generation.close()
            return write(tuple(attachment.name for attachment in self._options.attachments))

    def _attach(self, draft: Draft, attachment: Attachment, generation: Generation) -> None:
        name = f"{ATTACHMENTS_FOLDER}/{attachment.name}"
        data = None
        if isinstance(attachment, KeyedAttachment):
            key = attachment.key(generation).encode()
            draft.write(f"{name}.key", key)
            if self._current is not None and self._current.attachment(f"{attachment.name}.key") == key:
                data = self._current.attachment(attachment.name)
        draft.write(name, attachment.make(generation) if data is None else data)

    @contextmanager
    def _timed(self, stage: str) -> Iterator[None]:
        started = time.perf_counter()
        try:
            yield
        finally:
            self._seconds[stage] = self._seconds.get(stage, 0.0) + time.perf_counter() - started


def _unique(articles: Sequence[Article]) -> tuple[list[Article], tuple[tuple[str, str], ...]]:
    """The articles in order of their ids, the first of each id; later ones of the same id have failed."""
    first: dict[str, Article] = {}
    failed: list[tuple[str, str]] = []
    for article in articles:
        kept = first.setdefault(article.id, article)
        if kept is not article:
            failed.append(
                (
                    article.id,
                    f"{article.origin or 'an article'} has the same id as {kept.origin or 'another'}; give it an id",
                )
            )
    return [first[key] for key in sorted(first)], tuple(failed)


def _line(article: Article) -> bytes:
    return msgspec.json.encode(article)


def _versions(previous: Generation | None) -> dict[str, bytes]:
    if previous is None:
        return {}
    return {key: previous.articles.line(key).rstrip(b"\n") for key in previous.articles}


def _settings() -> dict[str, str]:
    return {part: _code_hash(modules) for part, modules in _CODE.items()}


def _code_hash(modules: Sequence[str]) -> str:
    digest = hashlib.sha256()
    for module in modules:
        spec = importlib.util.find_spec(module)
        if spec is not None and spec.origin is not None:
            digest.update(Path(spec.origin).read_bytes())
    return digest.hexdigest()[:16]


def _footnote_version() -> str:
    try:
        return version("footnote")
    except PackageNotFoundError:
        return "unknown"
