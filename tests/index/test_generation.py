"""What opening lets through is still checked when it is used: the branches that only rare damage takes."""

from __future__ import annotations

import errno
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import msgspec
import numpy as np
import pytest

from corpus.article import Article
from index import verify as checks
from index.builder import BuildReport
from index.errors import BuildFault, IndexDamaged, IndexUnwritable, NoIndex
from index.generation import Generation, _checksum, _reader
from index.manifest import read_manifest
from index.store import IndexFolder
from index.verify import verify, verify_hashes

Build = Callable[..., BuildReport]


class Note:
    name = "note.txt"

    def make(self, generation: Generation) -> bytes:
        return b"a note"


@pytest.fixture
def index(build_index: Build, tmp_path: Path) -> IndexFolder:
    build_index(attachments=[Note()])
    return IndexFolder(tmp_path / "index")


@pytest.fixture
def folder(index: IndexFolder) -> Path:
    return index.folder(index.current_name())


def test_a_row_that_is_no_article_is_named() -> None:
    class Row:
        def line(self, row: int) -> bytes:
            return b"{}"

    with pytest.raises(IndexDamaged, match="row 3 cannot be read"):
        _reader(Row(), Article, Path("articles.jsonl"))(3)  # type: ignore[arg-type]  # all that is asked of it


def test_passages_are_a_sequence(index: IndexFolder) -> None:
    passages = index.current().passages
    assert passages[-1] == passages[len(passages) - 1]
    assert list(passages[1:3]) == [passages[1], passages[2]]
    for outside in (len(passages), -len(passages) - 1):
        with pytest.raises(IndexError):
            passages[outside]


def test_files_of_different_sizes_are_damage(folder: Path) -> None:
    manifest = read_manifest(folder)
    counts = msgspec.structs.replace(manifest.counts, passages=manifest.counts.passages + 1)
    with pytest.raises(IndexDamaged, match="different numbers of passages"):
        Generation(folder, msgspec.structs.replace(manifest, counts=counts), threads=1)


def test_a_generation_that_is_not_there_is_no_index(tmp_path: Path) -> None:
    with pytest.raises(NoIndex):
        Generation.open(tmp_path / "nowhere")


def test_a_list_of_another_number_of_articles_is_damage(index: IndexFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    generation = index.current()
    places = {name: generation.places[name] for name in ("article_offsets", "article_checksums")}
    places["article_ids"] = np.frombuffer(b"one", dtype=np.uint8)
    monkeypatch.setattr(generation, "places", places)
    with pytest.raises(IndexDamaged, match="another number of articles"):
        _ = generation.articles


@pytest.mark.parametrize("way", [Generation.attachment, Generation.attachment_source])
def test_an_attachment_is_checked_whichever_way_it_is_read(
    index: IndexFolder, folder: Path, way: Callable[[Generation, str], object]
) -> None:
    fresh = index.current()
    note = folder / "attachments" / "note.txt"
    note.write_bytes(b"b note")
    with pytest.raises(IndexDamaged, match="not what was written"):
        way(fresh, "note.txt")
    note.unlink()
    with pytest.raises(IndexDamaged, match="cannot be read"):
        way(fresh, "note.txt")


def test_an_attachment_that_was_read_is_kept(index: IndexFolder, folder: Path) -> None:
    kept = index.current().load()
    (folder / "attachments" / "note.txt").unlink()
    assert kept.attachment("note.txt") == b"a note"
    assert kept.attachment("none") is None
    kept.close()


def test_an_attachment_is_given_by_its_path_or_once_it_is_held_by_its_bytes(index: IndexFolder, folder: Path) -> None:
    kept, fresh = index.current().load(), index.current()
    assert fresh.attachment_source("note.txt") == folder / "attachments" / "note.txt"
    assert kept.attachment_source("note.txt") == b"a note"
    assert fresh.attachment_source("none") is None


def test_a_content_hash_that_does_not_fit_is_found(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "content_hash", lambda files: "other")
    assert "content hash does not fit" in str(verify_hashes(folder)[0])


def test_counts_and_lengths_that_do_not_fit_are_found(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    honest = Generation.open

    def counted(place: Path, **rest: Any) -> Generation:  # noqa: ANN401  # as it is called
        generation = honest(place, **rest)
        counts = msgspec.structs.replace(generation.manifest.counts, sentences=0)
        encoder = msgspec.structs.replace(generation.manifest.encoder, dimension=3)
        generation.manifest = msgspec.structs.replace(generation.manifest, counts=counts, encoder=encoder)
        return generation

    monkeypatch.setattr(Generation, "open", counted)
    told = [str(problem) for problem in verify(folder, hashes=False)]
    assert "do not hold as much" in told[0]
    assert "not as long as those of its encoder" in told[1]


def test_a_passage_that_its_article_does_not_hold_is_found(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    honest = Generation.open

    def moved(place: Path, **rest: Any) -> Generation:  # noqa: ANN401
        generation = honest(place, **rest)
        articles = {
            key: Article(key, article.title, "x" + article.text, article.sections, article.metadata, article.origin)
            for key, article in generation.articles.items()
        }
        generation.__dict__["articles"] = _Numbered(articles, generation)
        return generation

    monkeypatch.setattr(Generation, "open", moved)
    assert "is not what its article" in str(verify(folder, hashes=False)[0])


class _Numbered(dict[str, Article]):
    """Articles that lie elsewhere, in the order of the index."""

    def __init__(self, articles: dict[str, Article], generation: Generation) -> None:
        super().__init__(articles)
        self.number = generation.articles.number


def test_vectors_that_do_not_fit_their_texts_are_found(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    generation = Generation.open(folder)

    def encode(texts: list[str]) -> np.ndarray:
        return -generation.dense.vectors(np.arange(len(texts)))

    monkeypatch.setattr("index.encoder.Encoder.encode", lambda self, texts: encode(texts))
    assert "is not found by its own words" in str(verify(folder, hashes=False)[0])


def test_texts_without_a_vector_are_passed_over(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("index.encoder.Encoder.encode", lambda self, texts: np.zeros((len(texts), 16), np.float32))
    monkeypatch.setattr(
        "index.vectors.DenseIndex.vectors", lambda self, rows: np.zeros((len(rows), 16), dtype=np.float32)
    )
    assert verify(folder, hashes=False) == []
    assert verify(folder, samples=0, hashes=False) == []


def test_a_damaged_pointer_still_means_that_there_is_an_index(index: IndexFolder) -> None:
    (index.path / "current").write_bytes(b"\xff")
    assert index.exists()


def test_a_generation_under_another_name_is_damage(index: IndexFolder, folder: Path) -> None:
    folder.rename(folder.with_name("000009-aaaaaa"))
    (index.path / "current").write_text("000009-aaaaaa\n", encoding="ascii")
    with pytest.raises(IndexDamaged, match="it holds generation"):
        index.current()


def test_a_switch_while_opening_opens_the_newer_generation(
    index: IndexFolder, build_index: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = index.current_name()
    build_index()
    new = index.current_name()
    names = iter((old, new, new))
    (index.folder(old) / "manifest.json").unlink()
    monkeypatch.setattr(IndexFolder, "current_name", lambda self: next(names))
    assert index.current().name == new


def test_a_place_without_locks_is_said_to_be_one(index: IndexFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> NoReturn:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr("index.store.fcntl.flock", refuse)
    with pytest.raises(IndexUnwritable, match="No locks available"), index.lock():
        pass


def test_at_least_one_generation_is_kept(index: IndexFolder) -> None:
    with pytest.raises(BuildFault, match="at least one"):
        index.prune(0)


def test_without_its_encoder_a_generation_opens_and_says_so(index: IndexFolder, folder: Path) -> None:
    (folder / "encoder" / "model.onnx").unlink()
    with pytest.raises(IndexDamaged):
        index.current()
    generation = index.current(wordless=True)
    encoder = generation.encoder
    assert encoder.blind
    assert not encoder.encode(["words"]).any()
    assert [len(each.token_ids) for each in encoder.encode_tokens(["a", "b"])] == [0, 0]
    assert not encoder.is_word("word")
    assert encoder.lexicon() == []


def test_an_empty_file_has_a_checksum_too(tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    assert _checksum(tmp_path / "empty") == 0


def test_a_sound_index_is_there(index: IndexFolder) -> None:
    assert index.exists()


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(IndexUnwritable, match="cannot be written"), IndexFolder(tmp_path / "file" / "index").lock():
        pass
