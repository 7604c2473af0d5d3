"""The manifest of a generation: what it was made from and with, and the hash of every file in it."""

from __future__ import annotations

import hashlib
import zlib
from pathlib import Path

import msgspec

from index.encoder import EncoderCard
from index.errors import IndexDamaged, OtherFormat

FORMAT = 3
"""Raise when files are added, dropped or read differently; an index of another format is refused, not guessed at."""

MANIFEST_FILE = "manifest.json"


class FileEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Size in bytes, CRC-32 and sha256 of one file: the first two are quick to check, the last is proof."""

    size: int
    crc32: int
    sha256: str


class Counts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How much a generation holds."""

    articles: int
    passages: int
    sentences: int
    tokens: int


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a generation is; `content` is a hash over its files alone, so equal content has equal hashes everywhere.

    `settings` names the code that cut and analysed the texts, `sources` are what `index build` was called with (empty:
    the bundled articles), `files` maps each path inside the generation to its size and hash. `seal` is the hash of the
    manifest itself.
    """

    format: int
    name: str
    created: str
    footnote: str
    content: str
    encoder: EncoderCard
    settings: dict[str, str]
    counts: Counts
    sources: tuple[str, ...]
    attachments: tuple[str, ...]
    files: dict[str, FileEntry]
    seal: str = ""

    def encoded(self) -> bytes:
        """The bytes of the file, with its seal."""
        sealed = msgspec.structs.replace(self, seal=_seal(self))
        return msgspec.json.format(msgspec.json.encode(sealed)) + b"\n"


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a generation's folder; raises IndexDamaged or OtherFormat."""
    path = folder / MANIFEST_FILE
    try:
        data = path.read_bytes()
        found = msgspec.json.decode(data, type=_Version).format
        if found != FORMAT:
            raise OtherFormat(folder, found, FORMAT)
        manifest = msgspec.json.decode(data, type=Manifest)
    except OSError as error:
        raise IndexDamaged(path, "it is missing or cannot be read") from error
    except msgspec.DecodeError as error:
        raise IndexDamaged(path, "it is not what was written") from error
    if data != manifest.encoded():
        raise IndexDamaged(path, "it is not what was written")
    return manifest


def content_hash(files: dict[str, FileEntry]) -> str:
    """The hash over all files of a generation, independent of when and where it was made."""
    lines = (f"{name}\0{entry.size}\0{entry.sha256}\n" for name, entry in sorted(files.items()))
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def file_entry(path: Path) -> FileEntry:
    """Size and hash of a file as it lies on the disk."""
    digest, checksum, size = hashlib.sha256(), 0, 0
    with path.open("rb") as file:
        while piece := file.read(1 << 20):
            digest.update(piece)
            checksum = zlib.crc32(piece, checksum)
            size += len(piece)
    return FileEntry(size, checksum, digest.hexdigest())


def _seal(manifest: Manifest) -> str:
    return hashlib.sha256(msgspec.json.encode(msgspec.structs.replace(manifest, seal=""))).hexdigest()


class _Version(msgspec.Struct):
    format: int
