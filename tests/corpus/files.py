"""Small PDF and Word files, written byte by byte."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from xml.sax.saxutils import escape

_TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/document.xml" ContentType='
    '"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'
)
_RELS = (
    '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" '
    'Target="word/document.xml"/></Relationships>'
)
_CORE = (
    '<?xml version="1.0"?><cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/'
    'core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/">'
    "<dc:title>Sore heels</dc:title><dc:creator>Ann Example</dc:creator>"
    "<dcterms:created>2025-03-04T10:00:00Z</dcterms:created></cp:coreProperties>"
)
_STYLES = '<?xml version="1.0"?><w:styles xmlns:w="{ns}">{styles}</w:styles>'
_NAMESPACE = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_NAMES = {"Heading1": "heading 1", "Heading2": "heading 2", "Title": "Title", "ListBullet": "List Bullet"}


def word(paragraphs: Sequence[tuple[str, str]], *, body: str = "", prolog: str = "", core: str = _CORE) -> bytes:
    """A Word document of paragraphs, each a style ("" for none) and its text; `body` is XML put behind them."""
    styles = "".join(
        f'<w:style w:type="paragraph" w:styleId="{id}"><w:name w:val="{name}"/></w:style>'
        for id, name in _NAMES.items()
    )
    written = "".join(
        f'<w:p><w:pPr><w:pStyle w:val="{style}"/></w:pPr>'
        f'<w:r><w:t xml:space="preserve">{escape(text)}</w:t></w:r></w:p>'
        for style, text in paragraphs
    )
    document = (
        f'<?xml version="1.0"?>{prolog}<w:document xmlns:w="{_NAMESPACE}"><w:body>{written}{body}</w:body></w:document>'
    )
    return packed(
        {
            "[Content_Types].xml": _TYPES,
            "_rels/.rels": _RELS,
            "word/document.xml": document,
            "word/styles.xml": _STYLES.format(ns=_NAMESPACE, styles=styles),
            "docProps/core.xml": core,
        }
    )


def packed(parts: dict[str, str | bytes]) -> bytes:
    """A zip file."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return buffer.getvalue()


Row = tuple[str, float, float]
"""A line of a page: its words, the size of its letters, its height on the page."""


def pdf(pages: Sequence[Sequence[Row]], *, info: str = "") -> bytes:
    """A PDF of pages of lines, in one font."""
    objects = ["<< /Type /Catalog /Pages 2 0 R >>", ""]
    kids = []
    objects.append("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>")
    for page in pages:
        lines = "".join(f"BT /F1 {size} Tf 1 0 0 1 72 {y} Tm ({_string(text)}) Tj ET\n" for text, size, y in page)
        objects.append(f"<< /Length {len(lines)} >>\nstream\n{lines}\nendstream")
        kids.append(len(objects) + 1)
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents {len(objects)} 0 R "
            "/Resources << /Font << /F1 3 0 R >> >> >>"
        )
    objects[1] = f"<< /Type /Pages /Count {len(kids)} /Kids [{' '.join(f'{kid} 0 R' for kid in kids)}] >>"
    objects.append(f"<< {info} >>")
    out, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, start=1):
        places.append(len(out))
        out += f"{number} 0 obj\n{content}\nendobj\n".encode("latin-1")
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    size = len(objects) + 1
    return out + (
        f"xref\n0 {size}\n0000000000 65535 f \n{table}trailer\n<< /Size {size} /Root 1 0 R /Info {size - 1} 0 R >>\n"
        f"startxref\n{len(out)}\n%%EOF\n"
    ).encode("latin-1")


def _string(text: str) -> str:
    return text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")


def wrapped(text: str, top: float, *, size: float = 11, width: int = 60, leading: float = 14) -> list[Row]:
    """The lines of a paragraph that begins at the height `top`."""
    rows: list[str] = [""]
    for token in text.split():
        if rows[-1] and len(rows[-1]) + 1 + len(token) > width:
            rows.append(token)
        else:
            rows[-1] = f"{rows[-1]} {token}".strip()
    return [(row, size, top - place * leading) for place, row in enumerate(rows)]


HEELS_PDF = pdf([[("Sore heels", 24.0, 740.0), *wrapped("Heels hurt after a long walk. Rest them for a week.", 700)]])
"""A small sound PDF."""
