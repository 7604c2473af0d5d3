"""Runs `footnote` as a person would: in this process to be quick, or as a process of its own to be real."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

from click.testing import CliRunner

from web.cli import main

ROOT = Path(__file__).resolve().parents[2]

_START = "import sys; from web.cli import main; sys.argv[0] = 'footnote'; main()"


@dataclass(frozen=True)
class Outcome:
    """What a run of the command left behind."""

    status: int
    out: str
    err: str

    @property
    def complaint(self) -> str:
        """The one line that a failed run may print; anything more, or anything on standard output, is a defect."""
        assert self.status == 1, (self.status, self.err)
        assert self.out == ""
        assert "Traceback" not in self.err
        lines = [line for line in self.err.splitlines() if line.strip()]
        assert len(lines) == 1, self.err
        assert lines[0].startswith("footnote: "), self.err
        return lines[0]


def footnote(*arguments: str | Path, given: str | bytes = b"", env: Mapping[str, str] | None = None) -> Outcome:
    """Run the command in this process, through the same entry point as the console script."""
    status = 0
    argv = ["footnote", *map(str, arguments)]
    with CliRunner().isolation(input=given, env=env) as (out, err, _), patch.object(sys, "argv", argv):
        try:
            main()
        except SystemExit as ended:
            status = int(ended.code or 0)
        sys.stdout.flush()
        sys.stderr.flush()
        return Outcome(status, out.getvalue().decode(), err.getvalue().decode())


def process(*arguments: str | Path, given: str | bytes = b"") -> Outcome:
    """Run the command as a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", _START, *map(str, arguments)],
        input=given if isinstance(given, bytes) else given.encode(),
        capture_output=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
    )
    return Outcome(done.returncode, done.stdout.decode(), done.stderr.decode())
