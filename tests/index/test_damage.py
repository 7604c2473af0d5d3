"""Each file of an index in turn: cut short, emptied, one bit changed, removed, replaced by a folder."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from corpus.article import Article
from corpus.errors import FootnoteError
from index.builder import BuildReport
from index.errors import IndexDamaged, OtherFormat
from index.generation import Generation
from index.manifest import FORMAT, read_manifest
from index.store import IndexFolder
from index.verify import verify
from tests.index.files import FILES as GENERATION_FILES

Build = Callable[..., BuildReport]
Hurt = Callable[[Path], None]


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def _empty(path: Path) -> None:
    path.write_bytes(b"")


def _flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def _remove(path: Path) -> None:
    path.unlink()


def _folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


FILES = [*GENERATION_FILES, "attachments/note.txt"]


class Note:
    name = "note.txt"

    def make(self, generation: Generation) -> bytes:
        return b"a note"


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory, encoder_folder: Path, articles: list[Article]) -> Path:
    from index.builder import build

    folder = tmp_path_factory.mktemp("whole") / "index"
    build(articles, folder, model=encoder_folder, attachments=[Note()])
    return folder


@pytest.fixture
def generation_folder(whole: Path, tmp_path: Path) -> Path:
    shutil.copytree(whole, tmp_path / "index")
    index = IndexFolder(tmp_path / "index")
    return index.folder(index.current_name())


def test_the_list_of_files_is_complete(generation_folder: Path) -> None:
    assert {*FILES, "manifest.json"} == {
        path.relative_to(generation_folder).as_posix() for path in generation_folder.rglob("*") if path.is_file()
    }


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("hurt", [_cut, _empty, _flip, _remove, _folder])
def test_damage_to_any_file_is_found_and_named(name: str, hurt: Hurt, generation_folder: Path) -> None:
    hurt(generation_folder / name)
    problems = verify(generation_folder)
    assert problems
    assert name in str(problems[0])
    assert "\n" not in str(problems[0])
    assert "footnote index" in str(problems[0])


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("hurt", [_cut, _empty, _remove, _folder])
def test_a_file_missing_or_of_another_length_is_found_when_opening(
    name: str, hurt: Hurt, generation_folder: Path
) -> None:
    hurt(generation_folder / name)
    with pytest.raises(IndexDamaged, match=name):
        Generation.open(generation_folder)


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("where", [0.0, 0.1, 0.3, 0.7, 0.9, 1.0])
def test_one_flipped_bit_never_changes_what_an_article_says(
    name: str, where: float, generation_folder: Path, articles: list[Article]
) -> None:
    path = generation_folder / name
    data = bytearray(path.read_bytes())
    data[int(where * (len(data) - 1))] ^= 0x10
    path.write_bytes(data)
    texts = {article.id: article.text for article in articles}
    try:
        generation = Generation.open(generation_folder)
        for passage in generation.passages:
            assert texts[passage.article_id][passage.start : passage.end] == passage.text
        assert {key: article.text for key, article in generation.articles.items()} == texts
    except FootnoteError as error:
        assert "\n" not in str(error)


def test_a_file_too_many_is_found(generation_folder: Path) -> None:
    (generation_folder / "extra.txt").write_text("x")
    assert "does not belong" in str(verify(generation_folder)[0])


@pytest.mark.parametrize("change", [-1, 1])
def test_another_format_is_refused_with_the_mend(change: int, generation_folder: Path) -> None:
    path = generation_folder / "manifest.json"
    path.write_text(path.read_text().replace(f'"format": {FORMAT}', f'"format": {FORMAT + change}', 1))
    with pytest.raises(OtherFormat, match="index build"):
        Generation.open(generation_folder)


def test_a_manifest_changed_by_hand_is_noticed(generation_folder: Path) -> None:
    path = generation_folder / "manifest.json"
    path.write_text(path.read_text().replace('"articles": 3', '"articles": 4', 1))
    with pytest.raises(IndexDamaged, match="manifest"):
        read_manifest(generation_folder)


@pytest.mark.parametrize("text", ["", "nonsense\n", "000001-abcdef", "../../etc\n", "\n", "000001-abcde\n", "\xff\n"])
def test_a_pointer_that_names_no_generation_is_damage(text: str, whole: Path, tmp_path: Path) -> None:
    shutil.copytree(whole, tmp_path / "index")
    (tmp_path / "index" / "current").write_text(text, encoding="latin-1")
    with pytest.raises(IndexDamaged):
        IndexFolder(tmp_path / "index").current()


def test_a_pointer_to_a_generation_that_is_gone_is_damage(whole: Path, tmp_path: Path) -> None:
    shutil.copytree(whole, tmp_path / "index")
    (tmp_path / "index" / "current").write_text("000009-abcdef\n")
    with pytest.raises(IndexDamaged, match="missing"):
        IndexFolder(tmp_path / "index").current()


def test_a_lost_pointer_is_damage_and_not_an_empty_folder(whole: Path, tmp_path: Path) -> None:
    shutil.copytree(whole, tmp_path / "index")
    (tmp_path / "index" / "current").unlink()
    with pytest.raises(IndexDamaged):
        IndexFolder(tmp_path / "index").current()
    assert IndexFolder(tmp_path / "index").exists()


@pytest.mark.parametrize("name", FILES)
def test_after_any_damage_the_next_build_is_sound(
    name: str, generation_folder: Path, encoder_folder: Path, articles: list[Article]
) -> None:
    from index.builder import build

    _flip(generation_folder / name)
    folder = generation_folder.parents[1]
    build(articles, folder, model=encoder_folder)
    index = IndexFolder(folder)
    assert verify(index.folder(index.current_name())) == []
