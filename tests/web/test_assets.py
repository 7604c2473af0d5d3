"""The files of the widget: fresh, small, complete, and without a way to markup."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import pytest

import web.assets
import web.minify
from bot.reply import Action
from web.assets import AssetError, compose_assets
from web.minify import FOLDER, SOURCES, stamp
from web.settings import ServiceSettings

# What the unknown region shows, the longest of all.
NUMBERS = tuple(Action(f"Call {number}", f"tel:{number}") for number in ("112", "911", "999", "000"))
LOADER_BYTES = 1_500
WIDGET_BYTES = 10_000


@pytest.mark.parametrize("name", SOURCES)
def test_what_is_served_was_built_from_its_source(name: str) -> None:
    built = (FOLDER / "built" / name).read_text(encoding="utf-8")
    assert built.startswith(stamp((FOLDER / name).read_bytes())), "run: python -m web.minify"


def test_the_widget_is_as_small_as_promised() -> None:
    assets = compose_assets(ServiceSettings(), NUMBERS)
    loader, panel = len(assets["loader.js"].gzipped), len(assets["panel.en.js"].gzipped)
    assert loader <= LOADER_BYTES
    assert loader + panel <= WIDGET_BYTES


def test_the_widget_knows_no_way_from_a_string_to_markup() -> None:
    for name in ("loader.js", "panel.js"):
        source = (FOLDER / name).read_text(encoding="utf-8")
        for danger in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function"):
            assert danger not in source
        assert not re.search(r"https?://", source)
        assert "localStorage" not in source
        assert "document.cookie" not in source


def test_every_word_of_the_locale_is_used() -> None:
    table = json.loads((FOLDER.parent / "locales" / "en.json").read_text(encoding="utf-8"))
    source = (FOLDER / "panel.js").read_text(encoding="utf-8")
    assert [key for key in table["panel"] if f"TEXTS.{key}" not in source] == []


def test_the_panel_is_composed_whole() -> None:
    assets = compose_assets(ServiceSettings(site_name='A "clinic" </script>'), NUMBERS)
    panel = assets["panel.en.js"].content.decode("utf-8")
    assert "TEXTS." not in panel
    assert "__" not in re.sub(r"__proto__", "", panel)
    assert '"A \\"clinic\\" </script>"' in panel


def test_a_second_language_is_one_more_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _copy(tmp_path)
    table = json.loads((tmp_path / "locales" / "en.json").read_text(encoding="utf-8"))
    (tmp_path / "locales" / "de.json").write_text(json.dumps(table), encoding="utf-8")
    monkeypatch.setattr(web.assets, "_FOLDER", tmp_path)
    assert "panel.de.js" in compose_assets(ServiceSettings(), NUMBERS).files


def test_a_language_that_lacks_a_text_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _copy(tmp_path)
    table = json.loads((tmp_path / "locales" / "en.json").read_text(encoding="utf-8"))
    del table["panel"]["send"]
    (tmp_path / "locales" / "de.json").write_text(json.dumps(table), encoding="utf-8")
    monkeypatch.setattr(web.assets, "_FOLDER", tmp_path)
    with pytest.raises(AssetError, match="send"):
        compose_assets(ServiceSettings(), NUMBERS)


def _copy(target: Path) -> None:
    import shutil

    for name in ("static", "locales"):
        shutil.copytree(FOLDER.parent / name, target / name)


def test_a_file_of_a_language_that_cannot_be_read_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _copy(tmp_path)
    (tmp_path / "locales" / "de.json").write_text("{", encoding="utf-8")
    monkeypatch.setattr(web.assets, "_FOLDER", tmp_path)
    with pytest.raises(AssetError, match=r"locales/de\.json"):
        compose_assets(ServiceSettings(), NUMBERS)


def test_a_source_that_says_what_no_language_has_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _copy(tmp_path)
    panel = tmp_path / "static" / "built" / "panel.js"
    panel.write_text(panel.read_text(encoding="utf-8") + "TEXTS.nowhere", encoding="utf-8")
    monkeypatch.setattr(web.assets, "_FOLDER", tmp_path)
    with pytest.raises(AssetError, match="nowhere"):
        compose_assets(ServiceSettings(), NUMBERS)


def test_a_source_that_lost_its_place_for_a_setting_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _copy(tmp_path)
    for built in (tmp_path / "static" / "built").glob("*.js"):
        built.write_text(re.sub(r"__[A-Z]+__", "null", built.read_text(encoding="utf-8")), encoding="utf-8")
    monkeypatch.setattr(web.assets, "_FOLDER", tmp_path)
    with pytest.raises(AssetError, match="must stand in it once"):
        compose_assets(ServiceSettings(), NUMBERS)


def test_a_built_file_opens_with_the_hash_of_its_source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "panel.js").write_text("let  a  =  1;", encoding="utf-8")
    monkeypatch.setattr(web.minify, "FOLDER", tmp_path)
    reads_and_tells = "import sys; sys.stdin.read(); print(*sys.argv[1:])"
    smaller = tmp_path / "smaller.py"
    smaller.write_text(reads_and_tells, encoding="utf-8")
    monkeypatch.setenv("TERSER", f"{sys.executable} {smaller}")
    web.minify.build("panel.js")
    first, told = (tmp_path / "built" / "panel.js").read_text(encoding="utf-8").splitlines()
    assert first == stamp(b"let  a  =  1;")
    assert "--module" in told and "--mangle" in told


def test_a_built_style_sheet_keeps_no_space_that_says_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = ":host{--ink: light-dark(#000, #fff);--u: 1px !important;width:min(9px,100vw - 2px)}.panel a{top:0}"
    (tmp_path / "panel.css").write_text(made, encoding="utf-8")
    monkeypatch.setattr(web.minify, "FOLDER", tmp_path)
    same = tmp_path / "same.py"
    same.write_text("import sys; print(sys.stdin.read())", encoding="utf-8")
    monkeypatch.setenv("ESBUILD", f"{sys.executable} {same}")
    web.minify.build("panel.css")
    built = (tmp_path / "built" / "panel.css").read_text(encoding="utf-8").splitlines()[1]
    assert built == ":host{--ink:light-dark(#000,#fff);--u:1px!important;width:min(9px,100vw - 2px)}.panel a{top:0}"
