"""Whatever happens to a builder at whatever moment, readers see a whole generation, the old one or the new one."""

from __future__ import annotations

import errno
import json
import os
import random
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from corpus.article import Article
from index.builder import BuildReport
from index.errors import IndexUnwritable, NoIndex
from index.store import IndexFolder
from index.verify import verify

Build = Callable[..., BuildReport]
Kill = Callable[..., str]

_ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def builder() -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, str(Path(__file__).with_name("crashing.py"))]
    environment = {**os.environ, "PYTHONPATH": str(_ROOT), "OMP_NUM_THREADS": "1"}
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
    ) as process:
        yield process
        assert process.stdin is not None
        process.stdin.close()


@pytest.fixture
def kill(builder: subprocess.Popen[str], tmp_path: Path, encoder_folder: Path) -> Kill:
    """Builds these articles in another process that dies; returns its last words."""

    def run(articles: list[Article], **how: object) -> str:
        stored = tmp_path / "articles.json"
        stored.write_bytes(msgspec.json.encode(articles))
        task = {"articles": str(stored), "folder": str(tmp_path / "index"), "model": str(encoder_folder), **how}
        assert builder.stdin is not None
        assert builder.stdout is not None
        print(json.dumps(task), file=builder.stdin, flush=True)
        return builder.stdout.readline().strip()

    return run


def assert_whole(folder: Path, contents: set[tuple[str, ...]]) -> tuple[str, ...]:
    """The current generation is sound, answers, and holds exactly one of these sets of articles."""
    index = IndexFolder(folder)
    assert verify(index.folder(index.current_name())) == []
    generation = index.current()
    vector = generation.encoder.encode([generation.passages[0].embedded_text])[0]
    assert generation.dense.search(vector, 1)[0].tolist() == [0]
    held = tuple(generation.articles)
    assert held in contents
    return held


def test_killed_after_any_step_leaves_the_old_or_the_new_generation(
    build_index: Build, articles: list[Article], kill: Kill, tmp_path: Path
) -> None:
    folder = tmp_path / "index"
    old, new = ("compost", "watering"), ("compost", "tools", "watering")
    build_index(articles[:2])
    seen: dict[tuple[str, ...], int] = {}
    for number in range(1, 1000):
        words = kill(articles, die_at=number)
        held = assert_whole(folder, {old, new})
        seen[held] = seen.get(held, 0) + 1
        if words.startswith("built"):
            break
        assert words.startswith("killed after")
        if held == new:
            # Published already: what remains is cleaning up; set the stage again for the next step.
            build_index(articles[:2])
    else:
        pytest.fail("the build never came to its end")
    assert seen[old] >= 40
    assert seen[new] > 1
    assert not list((folder / "drafts").iterdir())


def test_killed_at_a_first_build_leaves_no_index_and_the_next_build_succeeds(
    build_index: Build, articles: list[Article], kill: Kill, tmp_path: Path
) -> None:
    for number in (*range(1, 36, 8), *range(36, 50)):
        assert kill(articles, die_at=number).startswith("killed after")
        try:
            IndexFolder(tmp_path / "index").current_name()
        except NoIndex:
            continue
        break
    assert_whole(tmp_path / "index", {("compost", "tools", "watering")})
    build_index()
    assert_whole(tmp_path / "index", {("compost", "tools", "watering")})


def test_killed_at_random_moments_leaves_the_old_or_the_new_generation(
    build_index: Build, articles: list[Article], kill: Kill, tmp_path: Path
) -> None:
    build_index(articles[:2])
    chance = random.Random(5)
    for _ in range(12):
        kill(articles, kill_after=chance.random() * 0.08)
        held = assert_whole(tmp_path / "index", {("compost", "watering"), ("compost", "tools", "watering")})
        if len(held) == 3:
            build_index(articles[:2])
    build_index()
    assert_whole(tmp_path / "index", {("compost", "tools", "watering")})


class _Fault:
    """Raises an error of the operating system after the given step; counts the steps."""

    def __init__(self, at: int, number: int) -> None:
        self.at, self.number, self.count = at, number, 0

    def __call__(self, name: str) -> None:
        self.count += 1
        if self.count == self.at:
            raise OSError(self.number, os.strerror(self.number), name)


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EACCES, errno.EIO, errno.EROFS])
def test_a_disk_that_fails_at_any_step_leaves_a_whole_generation(
    number: int, build_index: Build, articles: list[Article], tmp_path: Path
) -> None:
    folder = tmp_path / "index"
    build_index(articles[:2])
    for at in range(1, 1000, 3):
        fault = _Fault(at, number)
        try:
            build_index(step=fault)
        except IndexUnwritable as error:
            assert os.strerror(number) in str(error)
        held = assert_whole(folder, {("compost", "watering"), ("compost", "tools", "watering")})
        if fault.count < at:
            break
        if len(held) == 3:
            build_index(articles[:2])
    assert not list((folder / "drafts").iterdir())


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="mounting a small disk needs root")
def test_a_full_disk_leaves_the_old_generation_and_says_so(
    build_index: Build, articles: list[Article], make_article: Callable[..., Article], tmp_path: Path
) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=400k", "tmpfs", str(disk)], capture_output=True)
    if mounted.returncode:
        pytest.skip("this machine does not let us mount a small disk")
    try:
        build_index(articles[:2], folder=disk / "index")
        long = make_article("long", "Long", {"": [f"Sentence number {i} of many." for i in range(6000)]})
        with pytest.raises(IndexUnwritable, match="No space left"):
            build_index([*articles, long], folder=disk / "index")
        assert_whole(disk / "index", {("compost", "watering")})
        build_index(folder=disk / "index")
        assert_whole(disk / "index", {("compost", "tools", "watering")})
    finally:
        subprocess.run(["umount", "-l", str(disk)], check=True)


def test_a_folder_that_cannot_be_written_is_one_clear_line(build_index: Build, tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    with pytest.raises(IndexUnwritable, match="cannot be written") as raised:
        build_index(folder=blocked / "index")
    assert "\n" not in str(raised.value)


def test_a_failing_file_is_named(build_index: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    build_index()

    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(IndexUnwritable, match="No space left"):
        build_index(sources=["elsewhere"])
