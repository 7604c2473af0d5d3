"""What a person who amends the rules can cause."""

from __future__ import annotations

from corpus.errors import FootnoteError


class RuleError(FootnoteError):
    """An entry of the safety rules is wrong; `file` and `line` say where."""

    def __init__(self, file: str, line: int, message: str) -> None:
        super().__init__(f"{file}, line {line}: {message}")
        self.file = file
        self.line = line
