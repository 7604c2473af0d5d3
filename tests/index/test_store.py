from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from corpus.article import Article
from index.builder import BuildReport
from index.errors import IndexFault, IndexLocked, NoIndex
from index.store import IndexFolder
from index.verify import verify

Build = Callable[..., BuildReport]


def test_an_empty_folder_holds_no_index(tmp_path: Path) -> None:
    assert not IndexFolder(tmp_path).exists()
    with pytest.raises(NoIndex, match="footnote index build"):
        IndexFolder(tmp_path).current()


def test_a_folder_that_is_not_there_holds_no_index(tmp_path: Path) -> None:
    assert not IndexFolder(tmp_path / "nowhere").exists()


def test_rollback_makes_the_generation_before_current(
    build_index: Build, articles: list[Article], tmp_path: Path
) -> None:
    first = build_index(articles[:1]).generation
    build_index()
    index = IndexFolder(tmp_path / "index")
    assert index.rollback() == first
    assert list(index.current().articles) == ["watering"]


def test_rollback_with_nothing_earlier_says_so(build_index: Build, tmp_path: Path) -> None:
    build_index()
    with pytest.raises(IndexFault, match="no earlier generation"):
        IndexFolder(tmp_path / "index").rollback()


def test_rollback_passes_over_a_damaged_generation(build_index: Build, articles: list[Article], tmp_path: Path) -> None:
    first = build_index(articles[:1]).generation
    second = build_index(articles[:2]).generation
    build_index()
    index = IndexFolder(tmp_path / "index")
    (index.folder(second) / "dense.faiss").unlink()
    assert index.rollback() == first


def test_rollback_works_when_the_current_generation_is_damaged(
    build_index: Build, articles: list[Article], tmp_path: Path
) -> None:
    first = build_index(articles[:1]).generation
    second = build_index().generation
    index = IndexFolder(tmp_path / "index")
    (index.folder(second) / "manifest.json").write_text("{")
    assert index.rollback() == first


def test_numbers_go_on_after_a_rollback(build_index: Build, articles: list[Article], tmp_path: Path) -> None:
    build_index(articles[:1])
    build_index(articles[:2])
    IndexFolder(tmp_path / "index").rollback()
    assert build_index().generation.startswith("000003-")


def test_only_the_last_generations_are_kept(build_index: Build, articles: list[Article], tmp_path: Path) -> None:
    names = [build_index(chosen, keep=2).generation for chosen in (articles[:1], articles[:2], articles, articles[1:])]
    index = IndexFolder(tmp_path / "index")
    assert index.generations() == (names[3], names[2])
    assert {path.name for path in (tmp_path / "index" / "generations").iterdir()} == {names[2], names[3]}


def test_a_removed_generation_can_be_read_to_the_end(
    build_index: Build, articles: list[Article], tmp_path: Path
) -> None:
    build_index(articles[:1])
    old = IndexFolder(tmp_path / "index").current().load()
    for chosen in (articles[:2], articles, articles[1:]):
        build_index(chosen, keep=1)
    assert not old.folder.exists()
    assert old.passages[0].text
    assert old.encoder.encode(["x"]).shape == (1, 16)
    assert old.dense.search(old.encoder.encode(["x"])[0], 1)[0].shape == (1,)


def test_a_second_builder_is_turned_away(build_index: Build, tmp_path: Path) -> None:
    build_index()
    with IndexFolder(tmp_path / "index").lock(), pytest.raises(IndexLocked, match="another build is running"):
        build_index()


def test_the_lock_dies_with_its_process(build_index: Build, tmp_path: Path) -> None:
    build_index()
    program = (
        "import fcntl,os,signal,sys; file=open(sys.argv[1],'a'); fcntl.flock(file,fcntl.LOCK_EX);"
        "print('locked',flush=True); os.kill(os.getpid(),signal.SIGKILL)"
    )
    subprocess.run([sys.executable, "-c", program, str(tmp_path / "index" / "lock")], stdout=subprocess.PIPE)
    build_index(sources=["other"])


def test_of_concurrent_builders_one_wins_and_the_index_is_sound(
    build_index: Build, articles: list[Article], tmp_path: Path
) -> None:
    results: list[str] = []

    def work(chosen: list[Article]) -> None:
        try:
            results.append(build_index(chosen).generation)
        except IndexLocked:
            results.append("locked")

    threads = [threading.Thread(target=work, args=(articles[: 1 + number % 3],)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    index = IndexFolder(tmp_path / "index")
    assert index.current_name() in results
    assert verify(index.folder(index.current_name())) == []


def test_readers_see_a_whole_generation_throughout_many_switches(
    build_index: Build, articles: list[Article], tmp_path: Path
) -> None:
    build_index(articles[:1])
    index = IndexFolder(tmp_path / "index")
    stop = threading.Event()
    seen: set[str] = set()
    wrong: list[str] = []

    def read() -> None:
        while not stop.is_set():
            generation = index.current()
            seen.add(generation.name)
            for passage in generation.passages:
                article = generation.articles[passage.article_id]
                if article.text[passage.start : passage.end] != passage.text:
                    wrong.append(generation.name)

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    for number in range(12):
        build_index(articles[: 1 + number % 3])
    stop.set()
    for reader in readers:
        reader.join()
    assert not wrong
    assert len(seen) > 1


@pytest.mark.skipif(not Path("/proc/self/maps").exists(), reason="needs the list of mapped files")
def test_a_generation_lets_go_of_its_files_when_nobody_holds_it(build_index: Build, tmp_path: Path) -> None:
    build_index()
    index = IndexFolder(tmp_path / "index")
    for _ in range(5):
        generation = index.current().load()
        assert [passage.text for passage in generation.passages]
        assert [article.text for article in generation.articles.values()]
        generation.close()
        del generation
    assert str(tmp_path / "index" / "generations") not in Path("/proc/self/maps").read_text()
