"""Numpy must not wake a second thread for the small products of a question: ten times the time on a busy machine."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

_SEEN = """
import os, sys
class Watch:
    def find_spec(self, name, *_):
        if name == "numpy":
            print(os.environ.get("OPENBLAS_NUM_THREADS"))
sys.meta_path.insert(0, Watch())
import {module}
"""


@pytest.mark.parametrize("module", ["bot.bot", "bot.answering.compose", "bot.safety.features", "index.search"])
def test_the_number_of_threads_is_set_before_numpy_is_imported(module: str) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "OPENBLAS_NUM_THREADS"}
    done = subprocess.run(
        [sys.executable, "-c", _SEEN.format(module=module)], env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.split()[:1] == ["1"]
