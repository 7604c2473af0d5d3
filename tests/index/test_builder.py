from __future__ import annotations

import ast
import importlib.util
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from corpus.article import Article
from index.builder import _CODE, BuildReport
from index.errors import BuildFault
from index.generation import Generation
from index.manifest import Manifest, read_manifest
from index.store import IndexFolder

Build = Callable[..., BuildReport]


def manifest(folder: Path) -> Manifest:
    index = IndexFolder(folder)
    return read_manifest(index.folder(index.current_name()))


def test_a_build_makes_its_generation_current(build_index: Build, tmp_path: Path) -> None:
    report = build_index()
    assert report.published
    assert IndexFolder(tmp_path / "index").current().name == report.generation


def test_a_first_build_reports_every_article_as_added(build_index: Build) -> None:
    report = build_index()
    assert report.added == ("compost", "tools", "watering")
    assert (report.changed, report.removed, report.unchanged) == ((), (), ())


def test_a_second_build_of_the_same_articles_keeps_the_generation(build_index: Build) -> None:
    first, second = build_index(), build_index()
    assert not second.published
    assert second.generation == first.generation
    assert second.embedded == 0


def test_a_changed_article_is_reported_and_only_its_texts_are_encoded(
    build_index: Build, articles: list[Article], make_article: Callable[..., Article]
) -> None:
    build_index()
    changed = make_article("tools", "Tools for a garden", {"Spade": ["Clean it after use. Keep it dry."]})
    report = build_index([*articles[:2], changed])
    assert report.changed == ("tools",)
    assert report.unchanged == ("compost", "watering")
    assert report.embedded == 2  # the passage, and the one sentence that is new


def test_a_removed_article_is_gone_from_the_next_generation(
    build_index: Build, articles: list[Article], tmp_path: Path
) -> None:
    build_index()
    report = build_index(articles[:2])
    generation = IndexFolder(tmp_path / "index").current()
    assert report.removed == ("tools",)
    assert "tools" not in generation.articles
    assert all(passage.article_id != "tools" for passage in generation.passages)
    assert generation.lexical.document_frequency("spade") == 0
    assert "spade" not in generation.lexical.vocabulary()


@pytest.mark.parametrize("first", [[0], [0, 1], [1, 2], [2]])
def test_step_by_step_gives_the_same_bytes_as_all_at_once(
    first: list[int], build_index: Build, articles: list[Article], tmp_path: Path
) -> None:
    build_index([articles[number] for number in first])
    build_index()
    build_index(folder=tmp_path / "whole")
    assert manifest(tmp_path / "index").files == manifest(tmp_path / "whole").files
    assert manifest(tmp_path / "index").content == manifest(tmp_path / "whole").content


_TOPICS = ("spade", "rake", "barrow", "spade and rake", "")


@given(steps=st.lists(st.lists(st.tuples(st.sampled_from("abcdef"), st.sampled_from(_TOPICS)), min_size=1), min_size=2))
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_sequence_of_builds_ends_in_the_bytes_of_one_build(
    steps: list[list[tuple[str, str]]],
    build_index: Build,
    make_article: Callable[..., Article],
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder = tmp_path_factory.mktemp("sequence")
    chosen: list[Article] = []
    for step in steps:
        topics = dict(step)
        chosen = [
            make_article(name, f"About {name}", {"Use": [f"A {topic} is a tool. Clean the {topic}."] if topic else []})
            for name, topic in topics.items()
        ]
        build_index(chosen, folder=folder / "steps")
    build_index(chosen, folder=folder / "whole")
    assert manifest(folder / "steps").files == manifest(folder / "whole").files


def test_the_order_of_the_articles_makes_no_difference(
    build_index: Build, articles: list[Article], tmp_path: Path
) -> None:
    build_index()
    build_index(articles[::-1], folder=tmp_path / "other")
    assert manifest(tmp_path / "index").content == manifest(tmp_path / "other").content


def test_a_generation_is_named_after_its_number_and_content(build_index: Build, tmp_path: Path) -> None:
    report = build_index()
    assert report.generation == f"000001-{manifest(tmp_path / 'index').content[:6]}"


def test_of_two_articles_with_one_id_the_first_is_built_and_the_second_reported(
    build_index: Build, articles: list[Article], make_article: Callable[..., Article]
) -> None:
    twin = make_article("tools", "Other tools", {"": ["A rake."]})
    report = build_index([*articles, twin])
    assert [name for name, _ in report.failed] == ["tools"]
    assert report.counts.articles == 3


def test_a_build_from_nothing_is_refused_and_leaves_the_index_alone(build_index: Build, tmp_path: Path) -> None:
    name = build_index().generation
    with pytest.raises(BuildFault, match="no article"):
        build_index([])
    assert IndexFolder(tmp_path / "index").current_name() == name


def test_an_article_without_passages_is_kept(
    build_index: Build, articles: list[Article], make_article: Callable[..., Article], tmp_path: Path
) -> None:
    build_index([*articles, make_article("empty", "Nothing yet", {})])
    generation = IndexFolder(tmp_path / "index").current()
    assert list(generation.passages_of("empty")) == []
    assert generation.articles["empty"].text == "Nothing yet"


def test_an_index_of_articles_without_any_passage_can_be_built_and_searched(
    build_index: Build, make_article: Callable[..., Article], tmp_path: Path
) -> None:
    build_index([make_article("empty", "Nothing yet", {})])
    generation = IndexFolder(tmp_path / "index").current()
    rows, scores = generation.dense.search(generation.encoder.encode(["anything"])[0], 5)
    assert (len(rows), len(scores), len(generation.passages)) == (0, 0, 0)


_STORES = frozenset({"index.arrays", "index.draft", "index.errors", "index.generation", "index.progress", "index.rows"})
"""What `index.cutting` uses to read and write; how it lies on the disk is told by `index.manifest.FORMAT`."""


def _imported(module: str) -> set[str]:
    """The modules of the rooms that a module imports to run, and those that they import."""
    spec = importlib.util.find_spec(module)
    assert spec is not None and spec.origin is not None
    found = {module}
    for node in ast.walk(ast.parse(Path(spec.origin).read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.partition(".")[0] in ("corpus", "index"):
            whole = node.module in ("corpus", "index")
            names = {f"{node.module}.{alias.name}" for alias in node.names} if whole else {node.module}
            found.update(*map(_imported, names - _STORES))
    return found


def test_every_module_that_shapes_a_stored_text_decides_whether_it_is_taken_over() -> None:
    assert _imported("index.cutting") == set(_CODE["texts"])


class Shout:
    name = "shout.txt"

    def make(self, generation: Generation) -> bytes:
        return generation.passages[0].text.upper().encode()


def test_an_attachment_is_made_from_the_draft_and_read_back(build_index: Build, tmp_path: Path) -> None:
    build_index(attachments=[Shout()])
    generation = IndexFolder(tmp_path / "index").current()
    assert generation.attachment("shout.txt") == generation.passages[0].text.upper().encode()
    assert generation.attachment("whisper.txt") is None
    assert generation.manifest.attachments == ("shout.txt",)


class Slow:
    name = "slow.txt"

    def __init__(self, key: str) -> None:
        self.made = 0
        self._key = key

    def key(self, generation: Generation) -> str:
        return f"{generation.encoder.fingerprint} {self._key}"

    def make(self, generation: Generation) -> bytes:
        self.made += 1
        return self._key.encode()


def test_an_attachment_with_a_key_is_made_again_only_when_its_key_changes(
    build_index: Build, articles: list[Article], tmp_path: Path
) -> None:
    first, second, third = Slow("a"), Slow("a"), Slow("b")
    build_index(articles[:1], attachments=[first])
    build_index(articles[:2], attachments=[second])
    assert (first.made, second.made) == (1, 0)
    assert IndexFolder(tmp_path / "index").current().attachment("slow.txt") == b"a"
    build_index(articles, attachments=[third])
    assert third.made == 1
    assert IndexFolder(tmp_path / "index").current().attachment("slow.txt") == b"b"


class Broken:
    name = "broken"

    def make(self, generation: Generation) -> bytes:
        raise BuildFault("broken", "cannot be made; mend it")


def test_an_attachment_that_fails_leaves_the_old_generation_current(build_index: Build, tmp_path: Path) -> None:
    name = build_index().generation
    with pytest.raises(BuildFault, match="cannot be made"):
        build_index(attachments=[Broken()])
    assert IndexFolder(tmp_path / "index").current_name() == name


def test_nothing_is_taken_over_from_a_damaged_generation(build_index: Build, tmp_path: Path) -> None:
    name = build_index().generation
    path = IndexFolder(tmp_path / "index").folder(name) / "tokens.safetensors"
    data = bytearray(path.read_bytes())
    data[-20] ^= 4
    path.write_bytes(data)
    report = build_index()
    assert report.reused == 0
    assert "damaged" in report.notes[0]
    build_index(folder=tmp_path / "whole")
    assert manifest(tmp_path / "index").content == manifest(tmp_path / "whole").content


def test_a_copied_folder_can_be_served(build_index: Build, tmp_path: Path) -> None:
    build_index()
    shutil.copytree(tmp_path / "index", tmp_path / "copy")
    shutil.rmtree(tmp_path / "index")
    generation = IndexFolder(tmp_path / "copy").current()
    assert generation.encoder.encode([generation.passages[0].embedded_text]).shape == (1, 16)


def test_progress_is_told_for_every_stage_and_reaches_its_total(build_index: Build) -> None:
    from collections.abc import Iterator
    from contextlib import contextmanager

    told: dict[str, list[int]] = {}

    @contextmanager
    def progress(stage: str, total: int, /) -> Iterator[Callable[[int], None]]:
        told[stage] = [total, 0]

        def advance(amount: int) -> None:
            told[stage][1] += amount

        yield advance

    build_index(progress=progress)
    assert set(told) == {"Cutting articles", "Encoding passages", "Encoding sentences"}
    assert all(total == done > 0 for total, done in told.values())


def test_articles_that_say_nearly_the_same_are_reported(
    build_index: Build, articles: list[Article], make_article: Callable[..., Article]
) -> None:
    words = [f"word{number}" for number in range(200)]
    one = make_article("one", "One", {"": [" ".join(words) + "."]})
    other = make_article("other", "Other", {"": [" ".join([*words[:190], "but", "another", "end"]) + "."]})
    assert build_index([*articles, one, other]).near_duplicates == (("one", "other"),)
