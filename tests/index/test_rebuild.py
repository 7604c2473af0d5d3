from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from corpus.errors import FootnoteError
from index.builder import BuildOptions
from index.errors import BuildFault, NoIndex
from index.rebuild import Rebuilt, UnknownArticle, add, read_sources, rebuild, remove
from index.store import IndexFolder
from index.watch import SCHEDULE, watch


@pytest.fixture
def site(tmp_path: Path) -> Path:
    folder = tmp_path / "site"
    folder.mkdir()
    (folder / "soil.md").write_text("# Soil\n\nSoil is dug in spring. It rests in winter.\n")
    (folder / "seeds.md").write_text("# Seeds\n\n## When\n\nSow in April. Water daily.\n")
    return folder


@pytest.fixture
def options(encoder_folder: Path) -> BuildOptions:
    return BuildOptions(model=encoder_folder)


def names(folder: Path) -> list[str]:
    return list(IndexFolder(folder).current().articles)


def test_a_folder_is_read_and_built(site: Path, options: BuildOptions, tmp_path: Path) -> None:
    rebuilt = rebuild([str(site)], tmp_path / "index", options)
    assert names(tmp_path / "index") == ["seeds", "soil"]
    assert not rebuilt.failed


def test_a_source_that_fails_is_told_and_the_rest_is_built(site: Path, options: BuildOptions, tmp_path: Path) -> None:
    rebuilt = rebuild([str(site), str(tmp_path / "nowhere.md")], tmp_path / "index", options)
    assert rebuilt.failed
    assert names(tmp_path / "index") == ["seeds", "soil"]


def test_sources_that_give_nothing_leave_the_index_alone(site: Path, options: BuildOptions, tmp_path: Path) -> None:
    name = rebuild([str(site)], tmp_path / "index", options).report.generation
    with pytest.raises(BuildFault):
        rebuild([str(tmp_path / "nowhere.md")], tmp_path / "index", options)
    assert IndexFolder(tmp_path / "index").current_name() == name


def test_an_article_whose_file_can_no_longer_be_read_stays_as_it_was(
    site: Path, options: BuildOptions, tmp_path: Path
) -> None:
    rebuild([str(site)], tmp_path / "index", options)
    (site / "soil.md").write_text("")
    (site / "seeds.md").write_text("# Seeds\n\nSow in May.\n")
    rebuilt = rebuild([str(site)], tmp_path / "index", options)
    assert rebuilt.failed
    assert rebuilt.kept == {str(site / "soil.md"): ("soil",)}
    assert rebuilt.report.unchanged == ("soil",)
    assert rebuilt.report.changed == ("seeds",)


def test_an_article_whose_file_was_deleted_is_gone(site: Path, options: BuildOptions, tmp_path: Path) -> None:
    files = [str(site / "soil.md"), str(site / "seeds.md")]
    rebuild(files, tmp_path / "index", options)
    (site / "soil.md").unlink()
    rebuilt = rebuild(files, tmp_path / "index", options)
    assert rebuilt.kept == {}
    assert rebuilt.report.removed == ("soil",)


def test_a_folder_that_is_not_there_keeps_its_articles_and_is_told(
    site: Path, options: BuildOptions, tmp_path: Path
) -> None:
    (tmp_path / "rain.md").write_text("# Rain\n\nRain is collected in a butt.\n")
    sources = [str(site), str(tmp_path / "rain.md")]
    rebuild(sources, tmp_path / "index", options)
    site.rename(tmp_path / "unmounted")
    rebuilt = rebuild(sources, tmp_path / "index", options)
    assert rebuilt.kept == {str(site): ("seeds", "soil")}
    assert names(tmp_path / "index") == ["rain", "seeds", "soil"]


def test_what_failed_and_is_no_longer_a_source_is_not_kept(site: Path, options: BuildOptions, tmp_path: Path) -> None:
    rebuild([str(site)], tmp_path / "index", options)
    (site / "soil.md").write_text("")
    rebuilt = rebuild([str(site / "seeds.md")], tmp_path / "index", options)
    assert rebuilt.report.removed == ("soil",)
    assert not rebuilt.failed


def test_added_articles_stand_beside_those_that_were_there(site: Path, options: BuildOptions, tmp_path: Path) -> None:
    rebuild([str(site)], tmp_path / "index", options)
    (tmp_path / "rain.md").write_text("# Rain\n\nRain is collected in a butt.\n")
    report = add([str(tmp_path / "rain.md")], tmp_path / "index").report
    assert report.added == ("rain",)
    assert names(tmp_path / "index") == ["rain", "seeds", "soil"]
    assert IndexFolder(tmp_path / "index").current().manifest.sources == (str(site), str(tmp_path / "rain.md"))


def test_an_added_article_replaces_the_one_of_the_same_id(site: Path, options: BuildOptions, tmp_path: Path) -> None:
    rebuild([str(site)], tmp_path / "index", options)
    (site / "soil.md").write_text("# Soil\n\nSoil is never dug.\n")
    assert add([str(site / "soil.md")], tmp_path / "index").report.changed == ("soil",)
    assert "never" in IndexFolder(tmp_path / "index").current().articles["soil"].text


def test_adding_and_building_end_in_the_same_content(site: Path, options: BuildOptions, tmp_path: Path) -> None:
    rebuild([str(site / "soil.md")], tmp_path / "index", options)
    add([str(site / "seeds.md")], tmp_path / "index")
    rebuild([str(site)], tmp_path / "whole", options)
    one, other = (IndexFolder(tmp_path / name).current().manifest.content for name in ("index", "whole"))
    assert one == other


def test_a_removed_article_is_gone(site: Path, options: BuildOptions, tmp_path: Path) -> None:
    rebuild([str(site)], tmp_path / "index", options)
    assert remove(["soil"], tmp_path / "index").report.removed == ("soil",)
    assert names(tmp_path / "index") == ["seeds"]


def test_removing_an_article_that_is_not_there_changes_nothing(
    site: Path, options: BuildOptions, tmp_path: Path
) -> None:
    name = rebuild([str(site)], tmp_path / "index", options).report.generation
    with pytest.raises(UnknownArticle, match="no article `sand`"):
        remove(["soil", "sand"], tmp_path / "index")
    assert IndexFolder(tmp_path / "index").current_name() == name


@pytest.mark.parametrize("change", [add, remove])
def test_an_index_that_is_not_there_cannot_be_changed(
    change: Callable[[list[str], Path], Rebuilt], tmp_path: Path
) -> None:
    with pytest.raises(NoIndex):
        change(["x"], tmp_path / "index")


class _Watch:
    """A watch in a thread of its own."""

    def __init__(self, folder: Path, options: BuildOptions, every: float = SCHEDULE) -> None:
        self.told: list[Rebuilt | FootnoteError] = []
        self.stop = threading.Event()
        self._thread = threading.Thread(
            target=watch,
            args=(folder, self.told.append),
            kwargs={"options": options, "every": every, "stop": self.stop},
        )

    def __enter__(self) -> _Watch:
        self._thread.start()
        time.sleep(0.5)
        return self

    def __exit__(self, *_: object) -> None:
        self.stop.set()
        self._thread.join(30)
        assert not self._thread.is_alive()

    def wait(self, number: int, meanwhile: Callable[[], object] = lambda: None) -> None:
        for tenth in range(300):
            if len(self.told) >= number:
                return
            if tenth % 20 == 0:
                meanwhile()
            time.sleep(0.1)
        pytest.fail("the change was not noticed")


def test_a_watched_folder_is_rebuilt_when_a_file_appears_changes_or_goes(
    site: Path, options: BuildOptions, tmp_path: Path
) -> None:
    rebuild([str(site)], tmp_path / "index", options)
    with _Watch(tmp_path / "index", options) as watching:
        (site / "rain.md").write_text("# Rain\n\nRain is collected in a butt.\n")
        watching.wait(1)
        assert names(tmp_path / "index") == ["rain", "seeds", "soil"]
        (site / "soil.md").unlink()
        watching.wait(2)
        assert names(tmp_path / "index") == ["rain", "seeds"]


def test_a_watch_goes_on_after_a_rebuild_that_failed(site: Path, options: BuildOptions, tmp_path: Path) -> None:
    rebuild([str(site / "soil.md")], tmp_path / "index", options)
    with _Watch(tmp_path / "index", options) as watching:
        (site / "soil.md").write_text("")
        watching.wait(1)
        told = watching.told[0]
        assert isinstance(told, Rebuilt)
        assert told.failed
        assert names(tmp_path / "index") == ["soil"]
        (site / "soil.md").write_text("# Soil\n\nSoil is back.\n")
        watching.wait(2)
    assert "back" in IndexFolder(tmp_path / "index").current().articles["soil"].text


def test_what_is_added_while_a_watch_runs_stays_and_is_followed_too(
    site: Path, options: BuildOptions, tmp_path: Path
) -> None:
    rain = tmp_path / "elsewhere" / "rain.md"
    rain.parent.mkdir()
    rain.write_text("# Rain\n\nRain is collected in a butt.\n")
    rebuild([str(site)], tmp_path / "index", options)
    with _Watch(tmp_path / "index", options) as watching:
        add([str(rain)], tmp_path / "index")
        (site / "soil.md").write_text("# Soil\n\nSoil is never dug.\n")
        watching.wait(1)
        assert names(tmp_path / "index") == ["rain", "seeds", "soil"]
        # Until the watch looks at its sources again nobody follows the file, so it is saved more than once.
        watching.wait(2, meanwhile=lambda: rain.write_text("# Rain\n\nRain is let go.\n"))
    assert "let go" in IndexFolder(tmp_path / "index").current().articles["rain"].text


def test_a_watch_keeps_the_encoder_that_the_index_was_built_with(
    site: Path, options: BuildOptions, tmp_path: Path
) -> None:
    rebuild([str(site)], tmp_path / "index", options)
    with _Watch(tmp_path / "index", BuildOptions()) as watching:
        (site / "soil.md").write_text("# Soil\n\nSoil is never dug.\n")
        watching.wait(1)
    assert IndexFolder(tmp_path / "index").current().manifest.encoder.model == "letters"


def test_sites_alone_are_visited_by_schedule(
    site: Path, options: BuildOptions, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    harvest = read_sources([str(site)])
    monkeypatch.setattr("index.rebuild.read_sources", lambda named, *_: harvest)
    rebuild(["https://example.org/garden"], tmp_path / "index", options)
    with _Watch(tmp_path / "index", options, every=1.0) as watching:
        watching.wait(2)
    assert all(isinstance(told, Rebuilt) and not told.failed for told in watching.told)


def test_a_watch_with_nothing_to_follow_says_so(site: Path, options: BuildOptions, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    site.rename(tmp_path / "elsewhere" / "site")
    rebuild([str(tmp_path / "elsewhere" / "site")], tmp_path / "index", options)
    shutil.rmtree(tmp_path / "elsewhere")
    with pytest.raises(BuildFault, match="nothing to follow"):
        watch(tmp_path / "index", lambda _what: None)
