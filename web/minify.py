"""Makes `web/static/built/` from the widget's sources: `python -m web.minify`, after each change of one of them.

Only whoever changes the widget needs this, and Node; what it makes is committed, so an install needs neither. Each
built file opens with the hash of its source, and a test holds them together.
"""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
from pathlib import Path

# By the end of a source's name: the variable that names an installed program, the package otherwise, and its flags.
# Terser gives names that compress better, esbuild knows the style sheets of today.
TOOLS = {
    ".js": ("TERSER", "terser@5.51.2", ("--module", "--compress=passes=3", "--mangle", "--ecma=2020")),
    ".css": (
        "ESBUILD",
        "esbuild@0.28.2",
        ("--minify", "--target=chrome125,firefox129,safari17.5", "--charset=utf8", "--loader=css"),
    ),
}
SOURCES = ("loader.js", "panel.js", "launcher.css", "panel.css")
FOLDER = Path(__file__).parent / "static"


def stamp(source: bytes) -> str:
    """The first line of the file that is built from `source`."""
    return f"/* {hashlib.sha256(source).hexdigest()[:16]} */"


def build(name: str) -> None:
    """Write the built form of one source; raises CalledProcessError with what the program said."""
    source = (FOLDER / name).read_bytes()
    variable, package, flags = TOOLS[Path(name).suffix]
    command = os.environ.get(variable, "").split() or ["npx", "--yes", package]
    made = subprocess.run([*command, *flags], input=source, stdout=subprocess.PIPE, check=True).stdout
    if name.endswith(".css"):
        made = _tight(made)
    (FOLDER / "built").mkdir(exist_ok=True)
    (FOLDER / "built" / name).write_bytes(stamp(source).encode("ascii") + b"\n" + made)


def _tight(css: bytes) -> bytes:
    """Without the spaces that esbuild keeps in custom properties after colons and commas; no value needs one."""
    return re.sub(rb"([:,]) +", rb"\1", css).replace(b" !important", b"!important")


if __name__ == "__main__":
    for source_name in SOURCES:
        build(source_name)
        sys.stderr.write(f"{source_name}\n")
