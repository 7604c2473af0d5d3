"""What a machine that only answers installs, by package, and why each large one is there.

    python -m benchmarks.size                     # `pip install .` into a new environment, then measured
    python -m benchmarks.size --python PYTHON     # an environment that is there already

Sizes are those of the files, in MB of 1,000,000 bytes, kept in `benchmarks/results/size.json`. Exit status 1 above the
limit, or if torch is among them.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

from benchmarks.results import keep

ROOT = Path(__file__).resolve().parent.parent
LIMIT_MB = 350
LARGE_MB = 5

WHY = {
    "onnxruntime": "runs the query encoder",
    "numpy": "vectors, and every index file as an array",
    "faiss-cpu": "finds the nearest vectors",
    "tokenizers": "the encoder's own tokenizer",
    "rapidfuzz": "spelling distance, in C++ for each instruction set",
    "pip": "installed the rest; may be removed (the container does)",
    "setuptools": "comes with a new environment; may be removed (the container does)",
    "hf-xet": "wanted by huggingface-hub; never imported while answering",
    "huggingface-hub": "wanted by tokenizers; never imported while answering",
    "pydantic-core": "checks for FastAPI; loaded by `serve` alone",
    "footnote": "the program, its rules and its texts",
}

# Runs in the environment that is measured, so it may import the standard library alone.
_MEASURE = """
import importlib.metadata, json, pathlib, sysconfig
sizes, seen = {}, set()
for each in importlib.metadata.distributions():
    name = each.metadata["Name"].lower().replace("_", "-")
    for file in each.files or ():
        path = pathlib.Path(file.locate())
        if path.is_file():
            seen.add(path.resolve())
            sizes[name] = sizes.get(name, 0) + path.stat().st_size
base = pathlib.Path(sysconfig.get_path("purelib"))
rest = [p for p in base.rglob("*") if p.is_file() and p.resolve() not in seen]
sizes["(compiled at first use)"] = sum(p.stat().st_size for p in rest)
print(json.dumps(sizes))
"""


def main() -> int:
    """Measure, print the table, and say by the exit status whether the limit holds."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--python", type=Path, help="the interpreter of the environment to measure")
    parser.add_argument("--json", action="store_true", help="one JSON object: package to bytes")
    chosen = parser.parse_args()
    if chosen.python:
        sizes = measured(chosen.python)
    else:
        with tempfile.TemporaryDirectory() as folder:
            sizes = measured(_installed(Path(folder)))
    print(json.dumps(sizes) if chosen.json else table(sizes))
    total = round(sum(sizes.values()) / 1e6, 1)
    keep("size", {"installed_to_answer_mb": total, "allowed_mb": LIMIT_MB, "packages": len(sizes), "bytes": sizes})
    return int(total > LIMIT_MB or "torch" in sizes)


def _installed(folder: Path) -> Path:
    """A new environment with Footnote and nothing of its extras; its interpreter."""
    venv.create(folder, with_pip=True)
    python = folder / "bin" / "python"
    # A copy of what belongs to the package, because setuptools leaves a folder `build` behind where it builds.
    source = folder / "source"
    source.mkdir()
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    for room in ("bot", "corpus", "index", "web"):
        shutil.copytree(ROOT / room, source / room, ignore=shutil.ignore_patterns("__pycache__"))
    subprocess.run([python, "-m", "pip", "install", "--quiet", str(source)], check=True, capture_output=True)
    return python


def measured(python: Path) -> dict[str, int]:
    """Bytes of each package that the environment of `python` holds."""
    done = subprocess.run([python, "-I", "-c", _MEASURE], capture_output=True, text=True, check=True)
    sizes: dict[str, int] = json.loads(done.stdout)
    return sizes


def table(sizes: dict[str, int]) -> str:
    """The large packages, one a line with its reason, the small ones together, and the total against the limit."""
    large = sorted(((size, name) for name, size in sizes.items() if size >= LARGE_MB * 1e6), reverse=True)
    small = [size for size in sizes.values() if size < LARGE_MB * 1e6]
    lines = [f"{size / 1e6:7.1f} MB  {name:16}  {WHY.get(name, 'no reason written: add one')}" for size, name in large]
    lines.append(f"{sum(small) / 1e6:7.1f} MB  {len(small)} smaller packages")
    lines.append(f"{sum(sizes.values()) / 1e6:7.1f} MB  in all, of {LIMIT_MB} allowed; torch: {'torch' in sizes}")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
