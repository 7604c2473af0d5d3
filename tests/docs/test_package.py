"""What `pip install .` puts on a machine is all that the program reads at run time."""

from __future__ import annotations

import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
ROOMS = ("bot", "corpus", "index", "web")


def test_every_data_file_of_a_room_is_in_the_package() -> None:
    """A screen that misses its word list fails closed on every message, and only where it was installed."""
    listed = subprocess.run(["git", "ls-files", *ROOMS], capture_output=True, text=True, cwd=ROOT, check=False)
    if listed.returncode:
        pytest.skip("not a git checkout")
    data = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]["package-data"]
    packaged = {
        path.relative_to(ROOT).as_posix() for room in ROOMS for each in data[room] for path in (ROOT / room).glob(each)
    }
    wanted = {name for name in listed.stdout.split() if not name.endswith((".py", "README.md"))}
    assert {name for name in wanted if (ROOT / name).exists()} - packaged == set()
