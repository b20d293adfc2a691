"""Keeping a daemon's memory small: what was freed goes back to the machine."""

from __future__ import annotations

import ctypes
import gc

# Parameters of man 3 mallopt.
M_TRIM_THRESHOLD, M_MMAP_THRESHOLD, M_ARENA_MAX = -1, -3, -8
LARGE = 128 * 1024  # bytes from which a block is mapped by itself, and unmapped when it is freed
ARENAS = 2  # heaps that native threads share; by default each gets its own and keeps it


def bound_heap() -> None:
    """Tell the C library not to hoard. Without glibc nothing happens.

    Left alone it raises the limit of what it maps singly with every large block that is freed, so that the buffers of
    one image upload stay with the process for ever, once for each native thread.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is None:
        return
    for parameter, value in ((M_MMAP_THRESHOLD, LARGE), (M_TRIM_THRESHOLD, LARGE), (M_ARENA_MAX, ARENAS)):
        mallopt(parameter, value)


def freeze() -> None:
    """Call in a parent before it forks: what is loaded now is loaded for good.

    Kept out of every collection, its pages stay shared with the workers.
    """
    gc.collect()
    gc.freeze()
