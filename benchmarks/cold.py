"""What one question costs as a whole process, beside the least it could cost and beside sentence-transformers alone.

    python -m benchmarks.cold --index INDEX [--runs 5] [--question TEXT]

footnote  `footnote ask --json QUESTION` on the built index
floor     a script that imports numpy, onnxruntime, tokenizers and faiss, opens the same encoder and the same vectors,
          and searches once: what no Python program of this kind can undercut
st        sentence-transformers loads the bundled model, encodes the question, and searches the same vectors

Prints median seconds, their ratio to `st`, and the peak memory of each. The first run of each is thrown away, so that
all find their files in the page cache. Not a test: seconds depend on what else the machine does.
"""

from __future__ import annotations

import argparse
import compileall
import os
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from index.encoder import MODEL_FILE, TOKENIZER_FILE
from index.generation import ENCODER_FOLDER
from index.store import IndexFolder
from index.vectors import DENSE_FILE

_ROOT = Path(__file__).resolve().parent.parent

_ASK = "import sys; from web.cli import main; sys.argv[0] = 'footnote'; main()"

_FLOOR = """
import sys
import faiss, numpy as np, onnxruntime as ort
from tokenizers import Tokenizer
model, tokenizer, vectors, question = sys.argv[1:5]
options = ort.SessionOptions()
options.intra_op_num_threads = 1
session = ort.InferenceSession(model, options, providers=["CPUExecutionProvider"])
ids = np.array([Tokenizer.from_file(tokenizer).encode(question).ids], dtype=np.int64)
feed = {put.name: ids if put.name == "input_ids" else np.ones_like(ids) for put in session.get_inputs()}
found = [out for out in session.run(None, feed)]
index = faiss.read_index(vectors)
query = next(out.reshape(1, -1) for out in found if out.size == index.d).astype(np.float32)
print(index.search(query, 5)[1].tolist())
"""

_ST = """
import sys
import faiss
from sentence_transformers import SentenceTransformer
folder, vectors, question = sys.argv[1:4]
model = SentenceTransformer(folder, device="cpu", local_files_only=True)
query = model.encode([question], normalize_embeddings=True)
print(faiss.read_index(vectors).search(query, 5)[1].tolist())
"""


@dataclass(frozen=True, slots=True)
class Cost:
    """What the runs of one program took: seconds of each, peak resident memory of the largest."""

    seconds: tuple[float, ...]
    megabytes: float


def measure(command: list[str], runs: int) -> Cost:
    """Run the command once for the page cache, then `runs` times; raises CalledProcessError where it fails."""
    environment = {**os.environ, "HF_HUB_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "false"}
    seconds: list[float] = []
    peak = 0
    for number in range(runs + 1):
        started = time.perf_counter()
        child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=environment)
        _, status, usage = os.wait4(child.pid, 0)
        took = time.perf_counter() - started
        if status:
            raise subprocess.CalledProcessError(status, command, stderr=child.stderr.read() if child.stderr else b"")
        child.returncode = 0
        if number:
            seconds.append(took)
            peak = max(peak, usage.ru_maxrss)
    return Cost(tuple(seconds), peak / 1024)


def programs(index: Path, question: str) -> dict[str, list[str]]:
    """The three commands, with byte code beside each module, as what is installed has it: a machine may be told to
    write none by itself, and would compile our modules and not the others' with every run."""
    from index.model import find

    for package in ("corpus", "index", "bot", "web"):
        compileall.compile_dir(_ROOT / package, quiet=1)
    folder = IndexFolder(index)
    generation = folder.folder(folder.current_name())
    encoder, vectors = generation / ENCODER_FOLDER, str(generation / DENSE_FILE)
    python = [sys.executable, "-c"]
    return {
        "footnote": [*python, _ASK, "ask", "--json", "--index", str(index), question],
        "floor": [*python, _FLOOR, str(encoder / MODEL_FILE), str(encoder / TOKENIZER_FILE), vectors, question],
        "st": [*python, _ST, str(find(None).folder), vectors, question],
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--index", type=Path, required=True)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--question", default="How long should I ice my ankle?")
    arguments = parser.parse_args()
    costs = {
        name: measure(command, arguments.runs)
        for name, command in programs(arguments.index, arguments.question).items()
    }
    yardstick = statistics.median(costs["st"].seconds)
    print(f"{'program':10} {'median s':>9} {'least s':>8} {'of st':>6} {'peak MB':>8}")
    for name, cost in costs.items():
        middle = statistics.median(cost.seconds)
        print(f"{name:10} {middle:9.2f} {min(cost.seconds):8.2f} {middle / yardstick:6.3f} {cost.megabytes:8.0f}")


if __name__ == "__main__":
    main()
