"""The files that a browser loads: composed once at start from `web/static/` and the texts of a locale.

A file's address holds the hash of its bytes, so it may be kept for ever. `loader.js` holds no setting: its bytes change
with a release alone, so a page may hold it by its hash (SRI); `widget.js` is the same with the site's colour, and has
no hash in its address. Composing puts the style sheet, the texts of a locale and the site's settings into the panel,
so that opening the chat costs one request; the loader asks for the panel by name, not by hash. Loader, panel and their
style sheets come minified from `web/static/built/` (see web.minify); the readable sources lie beside it.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import msgspec

from bot.reply import Action
from corpus.errors import FootnoteError
from web.settings import ServiceSettings

_FOLDER = Path(__file__).parent
Texts = Mapping[str, str | dict[str, str]]


class Locale(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The strings of one language: those that the panel needs, those of the launcher, and those of pages alone."""

    launcher: dict[str, str]
    panel: dict[str, str | dict[str, str]]
    pages: dict[str, str]

    @property
    def texts(self) -> dict[str, str | dict[str, str]]:
        """All strings that pages may use."""
        return {**self.panel, **self.pages}


class AssetError(FootnoteError):
    """A locale file or a source of the widget is not as it must be."""


@dataclass(frozen=True)
class Asset:
    """One file as it is served."""

    name: str
    content: bytes
    media_type: str

    @cached_property
    def hash(self) -> str:
        """The start of its sha256: part of its address."""
        return hashlib.sha256(self.content).hexdigest()[:16]

    @cached_property
    def gzipped(self) -> bytes:
        """The content, compressed; the same bytes on every run."""
        return gzip.compress(self.content, 9, mtime=0)

    @cached_property
    def integrity(self) -> str:
        """The value for a script tag's `integrity`."""
        return "sha384-" + base64.b64encode(hashlib.sha384(self.content).digest()).decode("ascii")

    @property
    def path(self) -> str:
        """Its lasting address on this service."""
        return f"/assets/{self.hash}/{self.name}"


@dataclass(frozen=True, slots=True)
class Assets:
    """All files by name (`loader.js`, `widget.js`, `panel.en.js`, `site.css`) and the texts by locale."""

    files: Mapping[str, Asset]
    locales: Mapping[str, Locale]

    def __getitem__(self, name: str) -> Asset:
        return self.files[name]


def compose_assets(settings: ServiceSettings, emergency: tuple[Action, ...]) -> Assets:
    """Make every file for a service with these settings; raises AssetError when a source is broken."""
    locales = _locales(_FOLDER / "locales")
    files = [_asset("site.css", _accent(_source("site.css"), settings), "text/css")]
    files.append(_asset("icon.svg", _accent(_source("icon.svg"), settings), "image/svg+xml"))
    panels = {}
    for name, locale in sorted(locales.items()):
        files.append(_asset(f"panel.{name}.js", _panel(settings, emergency, locale.texts), "text/javascript"))
        panels[name] = [locale.launcher["open"], locale.launcher["offline"]]
    for name, brand in (("loader.js", ""), ("widget.js", _brand(settings))):
        loader = _fill(_built("loader.js"), {"CSS": _built("launcher.css") + brand, "PANELS": panels})
        files.append(_asset(name, loader, "text/javascript"))
    return Assets({file.name: file for file in files}, locales)


def _panel(settings: ServiceSettings, emergency: tuple[Action, ...], texts: Texts) -> str:
    site = {
        "name": settings.site_name,
        "search": settings.search_url,
        "contact": settings.contact,
        "contactUrl": settings.contact_url,
        "emergency": [asdict(action) for action in emergency],
        "max": settings.max_message_characters,
        "wait": int(settings.answer_seconds * 1000) + 5000,
        "starters": settings.starters,
        "feedback": settings.feedback,
        "kept": settings.keep_feedback or None,
    }
    css = _built("panel.css") + _brand(settings)
    return _fill(
        _say(_built("panel.js"), spoken(texts, settings)),
        {"CSS": css, "SITE": {key: value for key, value in site.items() if value is not None}},
    )


def spoken(texts: Texts, settings: ServiceSettings) -> Texts:
    """The words of a locale as they are true with these settings: visitors are told what is kept of theirs."""
    changed: dict[str, str | dict[str, str]] = {}
    if settings.keep_questions:
        changed["about"] = f"{texts['about']} {_kept(texts, 'keptQuestions', settings)}"
    if settings.keep_feedback:
        changed["why"] = f"{texts['whyKept']} {_kept(texts, 'keptFeedback', settings)}"
    return {**texts, **changed}


def _kept(texts: Texts, key: str, settings: ServiceSettings) -> str:
    return str(texts[key]).replace("{n}", str(settings.keep_days))


def _say(source: str, texts: Texts) -> str:
    """`source` with the words of a locale in place of each `TEXTS.key`; raises AssetError for a key it lacks."""

    def words(key: re.Match[str]) -> str:
        if key[1] not in texts:
            raise AssetError(f"widget source: no locale has the text {key[1]!r}")
        return _json(texts[key[1]])

    return re.sub(r"\bTEXTS\.(\w+)", words, source)


def _source(name: str) -> str:
    return (_FOLDER / "static" / name).read_text(encoding="utf-8")


def _built(name: str) -> str:
    """The minified file without its first line, which names its source."""
    return _source(f"built/{name}").partition("\n")[2].strip()


def _fill(source: str, values: Mapping[str, Any]) -> str:
    for name, value in values.items():
        if source.count(f"__{name}__") != 1:
            raise AssetError(f"widget source: __{name}__ must stand in it once; reinstall footnote")
        source = source.replace(f"__{name}__", _json(value))
    return source


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _accent(css: str, settings: ServiceSettings) -> str:
    return css.replace("ACCENT", settings.accent)


def _brand(settings: ServiceSettings) -> str:
    """The site's colour for the widget, where it is not that of the style sheets."""
    return "" if settings.accent == ServiceSettings().accent else f":host{{--brand:{settings.accent}}}"


def _asset(name: str, text: str, media_type: str) -> Asset:
    return Asset(name, text.encode("utf-8"), f"{media_type}; charset=utf-8")


def _locales(folder: Path) -> dict[str, Locale]:
    """The string tables, each checked to hold exactly the keys of English."""
    locales: dict[str, Locale] = {}
    for path in sorted(folder.glob("*.json")):
        try:
            locales[path.stem] = msgspec.json.decode(path.read_bytes(), type=Locale)
        except msgspec.MsgspecError as error:
            raise AssetError(f"locales/{path.name}: {error}") from error
    english = locales["en"]
    for name, locale in locales.items():
        wrong = set(english.launcher) ^ set(locale.launcher) | set(english.texts) ^ set(locale.texts)
        if wrong:
            raise AssetError(f"locales/{name}.json: these keys are missing or unknown: {', '.join(sorted(wrong))}")
    return locales
