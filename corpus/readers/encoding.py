"""Bytes to text: the encoding is found, never asked for."""

from __future__ import annotations

import codecs
import re

from corpus.errors import SourceError
from corpus.readers.document import Raw

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_TYPICAL_WESTERN = re.compile(r"[‘’“”–—…•\u00a0°²³½¼¾£€©®™áàâäãåæçéèêëíìîïñóòôöõøœúùûüßÁÀÂÄÅÆÇÉÈÊËÑÓÖØŒÚÜ]")
_ENCODINGS = (
    *("cp1250", "cp1251", "cp1252", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "cp1258", "cp874", "koi8_r"),
    *("iso8859_2", "shift_jis", "euc_jp", "gb18030", "big5", "euc_kr"),
)
"""The encodings that web pages come in; the detector's full list takes Windows texts for old Macintosh ones."""

_SAMPLE = 100_000
_MAX_CONTROLS = 0.002
"""Share of control characters above which data is no text; ordinary texts have none, compressed data over 0.05."""


def text_of(raw: Raw) -> str:
    """The text of `raw`; raises SourceError when it is no text in any encoding that is known."""
    for bom, encoding in _BOMS:
        if raw.data.startswith(bom):
            return _checked(_strict(raw, encoding), raw)
    head = raw.data[:1000]
    if head.count(0) * 4 > len(head):
        little = head[1::2].count(0) > head[::2].count(0)
        return _checked(_strict(raw, "utf-16-le" if little else "utf-16-be"), raw)
    for named in ("utf-8", raw.charset):
        if named and (text := _try(raw.data, named)) is not None:
            return _checked(text, raw)
    return _checked(_guessed(raw), raw)


def _guessed(raw: Raw) -> str:
    western = _try(raw.data, "cp1252")
    if western is not None and _is_western(western):
        return western
    from charset_normalizer import from_bytes

    best = from_bytes(raw.data[:_SAMPLE], cp_isolation=list(_ENCODINGS)).best()
    if best is None:
        raise SourceError(raw.origin, "is no text that can be read; save it as UTF-8")
    return _strict(raw, best.encoding)


def _is_western(text: str) -> bool:
    """Whether all but a few of the characters outside ASCII are those that Western European texts use."""
    sample = text[:_SAMPLE]
    foreign = [character for character in sample if not character.isascii()]
    typical = sum(map(bool, map(_TYPICAL_WESTERN.match, foreign)))
    return len(foreign) * 4 <= len(sample) and typical * 10 >= len(foreign) * 9


def _try(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except (UnicodeDecodeError, LookupError):
        return None


def _strict(raw: Raw, encoding: str) -> str:
    text = _try(raw.data, encoding)
    if text is None:
        raise SourceError(raw.origin, f"looks like {encoding} but has bytes that are not; save it as UTF-8")
    return text


def _checked(text: str, raw: Raw) -> str:
    sample = text[:_SAMPLE]
    if len(_CONTROLS.findall(sample)) > max(len(sample) * _MAX_CONTROLS, 3):
        raise SourceError(raw.origin, "is no text (it is full of control characters); give an article")
    return text
