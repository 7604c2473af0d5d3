"""Arrays in one memory-mapped file, in the safetensors format (https://github.com/huggingface/safetensors).

An open standard that many tools read, without pickle: 8 bytes with the length of a JSON header, the header, then the
plain bytes of each array. Written and read here rather than by the safetensors library, because that one copies each
array into memory, and because a build must be able to append to an array that is larger than memory.
"""

from __future__ import annotations

import mmap
import struct
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import IO, Any

import msgspec
import numpy as np
from numpy.typing import DTypeLike, NDArray

from index.errors import IndexDamaged

_DTYPES: Mapping[str, Any] = {
    "F32": np.dtype("<f4"),
    "F16": np.dtype("<f2"),
    "I64": np.dtype("<i8"),
    "I32": np.dtype("<i4"),
    "U32": np.dtype("<u4"),
    "U16": np.dtype("<u2"),
    "I8": np.dtype("i1"),
    "U8": np.dtype("u1"),
}
_CODES = {dtype: code for code, dtype in _DTYPES.items()}
_HEADER = 4096
"""Bytes kept free for the header, so that it can be written last; room for about 40 arrays."""


class _Entry(msgspec.Struct, forbid_unknown_fields=True):
    dtype: str
    shape: list[int]
    data_offsets: tuple[int, int]


class ArrayWriter:
    """Writes arrays one after the other into an open file; `append` streams rows into one array without holding it."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._entries: dict[str, _Entry] = {}
        self._position = 0
        file.write(b" " * (8 + _HEADER))

    def add(self, name: str, array: NDArray[Any]) -> None:
        """Write a whole array under a name."""
        append = self.stream(name, array.dtype, array.shape[1:])
        append(array)

    def stream(self, name: str, dtype: DTypeLike, tail: tuple[int, ...]) -> Callable[[NDArray[Any]], None]:
        """Begin an array of `dtype` and shape `(rows, *tail)`; what is returned appends rows to it.

        No other array may be begun before the last rows were appended.
        """
        self._align()
        entry = _Entry(_CODES[np.dtype(dtype).newbyteorder("<")], [0, *tail], (self._position, self._position))
        self._entries[name] = entry

        def append(part: NDArray[Any]) -> None:
            data = np.ascontiguousarray(part, dtype=_DTYPES[entry.dtype]).tobytes()
            self._file.write(data)
            self._position += len(data)
            entry.shape[0] += part.shape[0]
            entry.data_offsets = (entry.data_offsets[0], self._position)

        return append

    def close(self) -> None:
        """Write the header; the file stays open for its owner to flush."""
        header = msgspec.json.encode(self._entries)
        if len(header) > _HEADER:
            raise ValueError("too many arrays for one file")
        self._file.seek(0)
        self._file.write(struct.pack("<Q", _HEADER) + header.ljust(_HEADER))
        self._file.seek(0, 2)

    def _align(self) -> None:
        padding = -self._position % 8
        if padding:
            # The format forbids holes: the padding is an array of its own.
            self._file.write(b"\0" * padding)
            self._entries[f"_{self._position}"] = _Entry("U8", [padding], (self._position, self._position + padding))
            self._position += padding


class Arrays(Mapping[str, NDArray[Any]]):
    """The arrays of one file, memory-mapped and read-only: nothing is read before it is touched."""

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            with path.open("rb") as file:
                self._map = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        except (OSError, ValueError) as error:
            raise IndexDamaged(path, "it is missing or empty") from error
        try:
            self._arrays = dict(self._read())
        except (struct.error, msgspec.DecodeError, KeyError, ValueError) as error:
            raise IndexDamaged(path, "its header cannot be read") from error

    def _read(self) -> Iterator[tuple[str, NDArray[Any]]]:
        (length,) = struct.unpack_from("<Q", self._map, 0)
        base = 8 + length
        if base > len(self._map):
            raise ValueError("header longer than the file")
        for name, entry in msgspec.json.decode(self._map[8:base], type=dict[str, _Entry]).items():
            dtype = _DTYPES[entry.dtype]
            start, end = entry.data_offsets
            count = int(np.prod(entry.shape, dtype=np.int64))
            if min(entry.shape, default=0) < 0 or count * dtype.itemsize != end - start or base + end > len(self._map):
                raise ValueError("array outside the file")
            array = np.frombuffer(self._map, dtype=dtype, count=count, offset=base + start)
            yield name, array.reshape(entry.shape)

    def let_go(self) -> None:
        """Take what was read of the file off this process; the system keeps it as long as it has room, and the arrays
        stay as they are."""
        if hasattr(mmap, "MADV_DONTNEED"):  # not on Windows
            self._map.madvise(mmap.MADV_DONTNEED)

    def __getitem__(self, name: str) -> NDArray[Any]:
        try:
            return self._arrays[name]
        except KeyError:
            raise IndexDamaged(self._path, f"it has no array `{name}`") from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._arrays)

    def __len__(self) -> int:
        return len(self._arrays)
