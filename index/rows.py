"""Records as JSON lines, found by row without reading the ones before: an offset and a checksum for each."""

from __future__ import annotations

import mmap
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from index.errors import IndexDamaged


@dataclass(frozen=True, slots=True)
class RowPlaces:
    """Where each row lies: `offsets` int64[rows + 1] into the file, `checksums` uint32[rows] (CRC-32 of the line)."""

    offsets: NDArray[np.int64]
    checksums: NDArray[np.uint32]


def write_rows(file: IO[bytes], rows: Iterable[bytes]) -> RowPlaces:
    """Write one JSON document per line; the rows must hold no line break of their own."""
    offsets, checksums = [0], []
    for row in rows:
        line = row + b"\n"
        file.write(line)
        offsets.append(offsets[-1] + len(line))
        checksums.append(zlib.crc32(line))
    return RowPlaces(np.asarray(offsets, dtype=np.int64), np.asarray(checksums, dtype=np.uint32))


class Rows:
    """Reads single rows from a memory-mapped file and checks each against its checksum."""

    def __init__(self, path: Path, offsets: NDArray[Any], checksums: NDArray[Any]) -> None:
        self._path = path
        self._offsets = offsets
        self._checksums = checksums
        if len(offsets) != len(checksums) + 1:
            raise IndexDamaged(path, "its table of rows does not fit")
        self._map: mmap.mmap | bytes
        try:
            with path.open("rb") as file:
                empty = path.stat().st_size == 0
                self._map = b"" if empty else mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        except (OSError, ValueError) as error:
            raise IndexDamaged(path, "it is missing or cannot be read") from error
        if len(self._map) != offsets[-1]:
            raise IndexDamaged(path, "it is not as long as it was")

    def __len__(self) -> int:
        return len(self._checksums)

    def line(self, row: int) -> bytes:
        """The bytes of one row; raises IndexDamaged if they are not the ones that were written."""
        line = self._map[self._offsets[row] : self._offsets[row + 1]]
        if zlib.crc32(line) != self._checksums[row]:
            raise IndexDamaged(self._path, f"row {row} is not what was written")
        return line
