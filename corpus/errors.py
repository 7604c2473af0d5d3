"""Errors that are meant for the person at the keyboard.

    FootnoteError            one readable line: what happened and the mend
    ├── SourceError          a source cannot be read, or holds no article       (corpus)
    └── ...                  each room adds its own below this base

The command line prints the message and exits with status 1; nothing else is caught there.
"""


class FootnoteError(Exception):
    """Something a user can cause; the message says what happened and what to do about it."""


class SourceError(FootnoteError):
    """A source could not be turned into articles; `source` names it.

    `gone` where it plainly is no more (a deleted file, a page with status 404 or 410): then what was read from it
    before is not to be kept either.
    """

    def __init__(self, source: str, message: str, *, gone: bool = False) -> None:
        super().__init__(f"{source}: {message}")
        self.source = source
        self.gone = gone
