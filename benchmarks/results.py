"""Keeps what a benchmark measured, with what it was measured on: `benchmarks/results/NAME.json`.

One file for each name, replaced by each run; its history is that of the repository. A figure without its commit,
machine and versions cannot be compared with anything.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "results"

_PACKAGES = ("footnote", "numpy", "onnxruntime", "tokenizers", "faiss-cpu", "msgspec", "fastapi", "uvicorn", "torch")


def keep(name: str, figures: Mapping[str, Any], *, folder: Path = FOLDER, also: tuple[str, ...] = ()) -> Path:
    """Write `figures` (JSON types) to `folder/NAME.json` and return that path; `also` names further packages.

    The file says besides: `commit` (with `changed` true where tracked files differ from it), `measured` (UTC),
    `machine` (processor, cores that this process may use, memory, load when kept) and `versions`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.json"
    record = {
        "name": name,
        "measured": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": _git("rev-parse", "HEAD"),
        "changed": bool(_git("status", "--porcelain", "--untracked-files=no")),
        "machine": machine(),
        "versions": {"python": platform.python_version(), **versions((*_PACKAGES, *also))},
        "figures": dict(figures),
    }
    path.write_text(json.dumps(record, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return path


def machine() -> dict[str, Any]:
    """The machine in words: ratios between figures of one file travel, seconds do not."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return {
        "processor": _field("/proc/cpuinfo", "model name") or platform.processor() or platform.machine(),
        "cores": cores,
        "memory_mb": int((_field("/proc/meminfo", "MemTotal") or "0").split()[0]) // 1024,
        "system": f"{platform.system()} {platform.release()}",
        "load": round(os.getloadavg()[0], 2),
    }


def versions(packages: tuple[str, ...]) -> dict[str, str]:
    """The installed version of each package; those that are not there are left out."""
    found = {}
    for package in packages:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


def _field(path: str, name: str) -> str | None:
    """The value of the first line `name : value` of a file of the kernel."""
    try:
        text = Path(path).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    return next((line.partition(":")[2].strip() for line in text.splitlines() if line.startswith(name)), None)


def _git(*arguments: str) -> str | None:
    command = ["git", "-C", str(Path(__file__).parent), *arguments]
    try:
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return None
