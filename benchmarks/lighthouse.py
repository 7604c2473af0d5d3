"""Lighthouse on a page of another site, with the widget and without: no score may be lower for it.

    python -m benchmarks.lighthouse [--runs 5]

Needs Node; `LIGHTHOUSE` may name the program (default: npx lighthouse@12.8.2, the last for Node 20). Throttling is
by devtools, not simulated: the simulation charges 200 ms for any script at all, which no browser shows.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from tests.browser.conftest import HostSite, RunningServer, start
from tests.web.fakes import FakeAnswerer
from web.settings import ServiceSettings

_CATEGORIES = ("performance", "accessibility", "best-practices")
_AUDITS = ("largest-contentful-paint", "total-blocking-time", "cumulative-layout-shift")


def report(url: str) -> dict[str, Any]:
    """One run."""
    program = os.environ.get("LIGHTHOUSE", "npx --yes lighthouse@12.8.2").split()
    chromium = os.environ.get("FOOTNOTE_CHROMIUM") or shutil.which("chromium") or ""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "report.json"
        command = [
            *program,
            url,
            "--quiet",
            "--output=json",
            f"--output-path={out}",
            f"--only-categories={','.join(_CATEGORIES)}",
            "--throttling-method=devtools",
            "--chrome-flags=--headless=new --no-sandbox --disable-gpu",
        ]
        subprocess.run(command, check=True, env={**os.environ, "CHROME_PATH": chromium}, stderr=subprocess.DEVNULL)
        made: dict[str, Any] = json.loads(out.read_text(encoding="utf-8"))
    return made


def median(reports: list[dict[str, Any]]) -> dict[str, float]:
    """The median of each score and each audit."""
    scores = {name: statistics.median(r["categories"][name]["score"] for r in reports) for name in _CATEGORIES}
    values = {name: statistics.median(r["audits"][name]["numericValue"] for r in reports) for name in _AUDITS}
    return scores | values


def main() -> None:
    """Run both pages in turn and print them side by side."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    runs = parser.parse_args().runs
    site = HostSite()
    host = RunningServer(site.app())
    service = start(FakeAnswerer(), ServiceSettings(allowed_origins=(host.url,)))
    site.service = service.url
    reports: dict[str, list[dict[str, Any]]] = {"bare": [], "plain": []}
    for _ in range(runs):
        for page, made in reports.items():
            made.append(report(f"{host.url}/{page}.html"))
    service.stop()
    host.stop()
    bare, plain = median(reports["bare"]), median(reports["plain"])
    print(f"{'median of ' + str(runs):28} {'bare page':>10} {'with widget':>12}")
    for name in (*_CATEGORIES, *_AUDITS):
        print(f"{name:28} {bare[name]:10.3f} {plain[name]:12.3f}")


if __name__ == "__main__":
    main()
