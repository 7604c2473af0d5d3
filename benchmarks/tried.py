"""How many inputs the tests made up, and how many of them failed: `python -m benchmarks.tried [ROOM ...]`.

Runs the tests that draw their inputs (hypothesis; for requests schemathesis, from the OpenAPI document) and adds up
what each says it tried, by room of `tests/`. What was drawn and could not be used is not counted. Exit status that of
the tests. A run of all rooms is kept in benchmarks/results/tried.json.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from benchmarks.results import keep

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("corpus", "index", "bot", "web")

_DRAWS = re.compile(r"^\s*@given|\.parametrize\(\)$", re.MULTILINE)
_TEST = re.compile(r"^tests/(\w+)/\S+::\w+")
_TRIED = re.compile(r"^\s+- (\d+) passing, (\d+) failing,")


def drawing(rooms: Iterable[str]) -> list[str]:
    """The test files of these rooms that draw inputs."""
    files = (path for room in rooms for path in sorted((ROOT / "tests" / room).rglob("test_*.py")))
    return [path.relative_to(ROOT).as_posix() for path in files if _DRAWS.search(path.read_text(encoding="utf-8"))]


def counted(lines: Iterable[str]) -> tuple[Counter[str], Counter[str]]:
    """Inputs tried and inputs that failed, by room, from the statistics that hypothesis prints."""
    tried, failed, room = Counter[str](), Counter[str](), ""
    for line in lines:
        if test := _TEST.match(line):
            room = test[1]
        elif numbers := _TRIED.match(line):
            tried[room] += int(numbers[1]) + int(numbers[2])
            failed[room] += int(numbers[2])
    return tried, failed


def main() -> None:
    """Run, add up, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("rooms", nargs="*", metavar="ROOM", help=f"of {', '.join(ROOMS)}; all by default")
    rooms = parser.parse_args().rooms or list(ROOMS)
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--hypothesis-show-statistics"]
    done = subprocess.run([*command, *drawing(rooms)], stdout=subprocess.PIPE, text=True, cwd=ROOT, check=False)
    tried, failed = counted(done.stdout.splitlines())
    if done.returncode:
        print(done.stdout)
    for room in rooms:
        print(f"{room:8} {tried[room]:7} tried  {failed[room]} failed")
    print(f"{'all':8} {tried.total():7} tried  {failed.total()} failed")
    if set(rooms) == set(ROOMS):
        print(keep("tried", {"tried": tried.total(), "failed": failed.total(), "tried_by_room": dict(tried)}))
    sys.exit(done.returncode)


if __name__ == "__main__":
    main()
