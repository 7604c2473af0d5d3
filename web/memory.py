"""Gives memory that a generation held back to the system."""

from __future__ import annotations

import ctypes
import gc
import sys


def give_back() -> bool:
    """Return what has been freed to the system, as far as the C library can; whether it was asked to.

    glibc keeps what is freed for later, in pieces: after 36 exchanges a worker held 593 MB where it had begun with 254
    (`python -m benchmarks.swap`, benchmarks/results/swap.json, before this was there), though one alone was open.
    """
    gc.collect()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None) if sys.platform == "linux" else None
    if trim is None:  # musl, and other systems
        return False
    trim(0)
    return True
