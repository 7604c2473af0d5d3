"""Word documents: mammoth makes HTML of their styles, the walk of HTML pages does the rest."""

from __future__ import annotations

import io
import zipfile

import mammoth
from lxml import etree, html

from corpus import outline
from corpus.article import Metadata
from corpus.characters import fold_line
from corpus.errors import SourceError
from corpus.readers import broken, layout, tree
from corpus.readers.document import Document, Raw

MAX_UNPACKED = 100_000_000
"""How many bytes all parts of a document may have unpacked; a book of 1,000 pages has about 20 million of text."""

_MAX_XML = 40_000_000
_MAX_RATIO = 200
"""How far one part may shrink when packed. XML of real documents shrinks 10 to 60 times, a bomb 1,000 times."""

_STYLES = """
p[style-name='Title'] => h1:fresh
p[style-name='Subtitle'] => p:fresh
p[style-name='Caption'] => figcaption:fresh
p[style-name='caption'] => figcaption:fresh
p[style-name^='List Bullet'] => ul > li:fresh
p[style-name^='List Number'] => ol > li:fresh
"""
_CORE = {
    "title": "{http://purl.org/dc/elements/1.1/}title",
    "author": "{http://purl.org/dc/elements/1.1/}creator",
    "published": "{http://purl.org/dc/terms/}created",
}


def read(raw: Raw) -> Document:
    """The text of a Word document with its headings, lists, tables and captions; pictures and comments are left out."""
    try:
        with zipfile.ZipFile(io.BytesIO(raw.data)) as archive:
            _check(archive, raw.origin)
            facts = _facts(archive)
        pictures = mammoth.images.img_element(_without_data)
        body = mammoth.convert_to_html(io.BytesIO(raw.data), style_map=_STYLES, convert_image=pictures).value
        root = html.fragment_fromstring(body, create_parent="div", parser=_parser())
        layout.dissolve(root)
    except broken.ERRORS as error:
        raise SourceError(raw.origin, "is a broken Word document; open it in Word and save it again") from error
    markdown = tree.to_markdown(root)
    outline.check_length(markdown, raw.origin)
    published = facts.get("published", "")[:10] or None
    return Document(
        markdown,
        title=None if markdown.startswith("# ") else facts.get("title"),
        metadata=Metadata(author=facts.get("author"), published=published),
    )


def _without_data(_: object) -> dict[str, str]:
    return {"src": ""}


def _parser() -> html.HTMLParser:
    return html.HTMLParser(huge_tree=False, no_network=True, remove_comments=True)


def _check(archive: zipfile.ZipFile, origin: str) -> None:
    """Refuses what would grow beyond all bounds, before a byte is unpacked."""
    parts = archive.infolist()
    if any(part.flag_bits & 1 for part in parts):
        raise SourceError(origin, "is locked with a password; save it without one")
    bomb = any(part.file_size > 1_000_000 and part.file_size > _MAX_RATIO * part.compress_size for part in parts)
    xml = sum(part.file_size for part in parts if part.filename.endswith((".xml", ".rels")))
    if bomb or xml > _MAX_XML or sum(part.file_size for part in parts) > MAX_UNPACKED:
        raise SourceError(origin, "unpacks to far more than an article; it is refused as a zip bomb")
    for part in parts:
        if part.filename.endswith((".xml", ".rels")) and b"<!DOCTYPE" in archive.read(part)[:1000]:
            raise SourceError(origin, "declares XML entities, which no Word document does; save it again in Word")


def _facts(archive: zipfile.ZipFile) -> dict[str, str]:
    """Title, author and date, where the document has them."""
    if "docProps/core.xml" not in archive.namelist():
        return {}
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    core = etree.fromstring(archive.read("docProps/core.xml"), parser)
    found = {name: fold_line(core.findtext(tag) or "") for name, tag in _CORE.items()}
    return {name: text for name, text in found.items() if text}
