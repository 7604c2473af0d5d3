"""Makes `web/static/built/` from the widget's sources: `python -m web.minify`, after each change of one of them.

Only whoever changes the widget needs this, and Node; what it makes is committed, so an install needs neither. Each
built file opens with the hash of its source, and a test holds them together.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

ESBUILD = "esbuild@0.28.2"
SOURCES = ("loader.js", "panel.js", "launcher.css", "panel.css")
FOLDER = Path(__file__).parent / "static"


def stamp(source: bytes) -> str:
    """The first line of the file that is built from `source`."""
    return f"/* {hashlib.sha256(source).hexdigest()[:16]} */"


def build(name: str) -> None:
    """Write the built form of one source; raises CalledProcessError with what esbuild said."""
    source = (FOLDER / name).read_bytes()
    command = os.environ.get("ESBUILD", "").split() or ["npx", "--yes", ESBUILD]
    loader = Path(name).suffix.removeprefix(".")
    flags = ["--minify", "--target=es2022,chrome125,firefox129,safari17.5", "--charset=utf8", f"--loader={loader}"]
    made = subprocess.run([*command, *flags], input=source, stdout=subprocess.PIPE, check=True).stdout
    (FOLDER / "built").mkdir(exist_ok=True)
    (FOLDER / "built" / name).write_bytes(stamp(source).encode("ascii") + b"\n" + made)


if __name__ == "__main__":
    for source_name in SOURCES:
        build(source_name)
        sys.stderr.write(f"{source_name}\n")
