"""What can go wrong with an index, for the person at the keyboard.

FootnoteError
└── IndexFault          anything about an index; carries the folder or file it speaks of
    ├── NoIndex         there is no index in this folder yet
    ├── IndexDamaged    a file is missing, cut short or changed
    ├── OtherFormat     the index was written by another version of Footnote
    ├── IndexLocked     another build is running
    ├── IndexUnwritable the folder cannot be written: permission, or the disk is full
    ├── ModelFault      the model is missing, not the one that was pinned, or of a kind that is not supported
    └── BuildFault      a build has nothing to build, or its result did not pass verification
"""

from __future__ import annotations

from pathlib import Path

from corpus.errors import FootnoteError


class IndexFault(FootnoteError):
    """Something about an index; `where` is the folder, file or model it speaks of."""

    def __init__(self, where: str | Path, message: str) -> None:
        super().__init__(f"{where}: {message}")
        self.where = str(where)


class NoIndex(IndexFault):
    """There is no index in this folder yet."""

    def __init__(self, where: str | Path) -> None:
        super().__init__(where, "there is no index here yet; make one with `footnote index build`")


class IndexDamaged(IndexFault):
    """A file of a generation is missing, cut short or changed."""

    def __init__(self, where: str | Path, what: str) -> None:
        super().__init__(
            where,
            f"the index is damaged: {what}; go back with `footnote index rollback`, or make it anew with "
            "`footnote index build`",
        )


class OtherFormat(IndexFault):
    """The index was written by a version of Footnote with another file format."""

    def __init__(self, where: str | Path, found: int, wanted: int) -> None:
        age = "an older" if found < wanted else "a newer"
        super().__init__(
            where,
            f"written by {age} version of Footnote (format {found}, this one reads {wanted}); "
            "make it anew with `footnote index build`",
        )


class IndexLocked(IndexFault):
    """Another process is building in the same folder."""

    def __init__(self, where: str | Path, holder: str) -> None:
        super().__init__(where, f"another build is running ({holder}); wait for it to end, then run this again")


class IndexUnwritable(IndexFault):
    """The folder cannot be written; the index that was current stays current."""

    def __init__(self, where: str | Path, reason: str) -> None:
        super().__init__(
            where,
            f"cannot be written ({reason}); the index that was there is unchanged; check the free space and the "
            "permissions, then run this again",
        )


class ModelFault(IndexFault):
    """The model is missing, is not the one that was pinned, or is of a kind that cannot be exported."""


class BuildFault(IndexFault):
    """A build has nothing to build, or its result did not pass its own verification."""
