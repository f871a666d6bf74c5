"""One heap for all threads of a process, where the C library would give each its own."""

from __future__ import annotations

import ctypes

M_ARENA_MAX = -8
"""glibc's `malloc.h`."""


def share_heap() -> bool:
    """Have all threads take memory from one heap; return whether the C library could be told so.

    glibc gives every thread one of its own, of which each keeps what its largest piece of work once took: 80 to 90 MB
    of eight threads that search 100,000 passages; a build of 56,000 grew to 632 MB, now to 410 and no further. Python's
    threads take turns in any case (docs/decisions/0830).

    For the first lines of a process: a thread that ends leaves its heap to the next one, whatever was said meanwhile.
    Told when all was loaded, a worker came to have two that grew, with 60 MB in pieces that nothing fitted into.
    """
    try:
        return bool(ctypes.CDLL(None).mallopt(M_ARENA_MAX, 1))
    except (OSError, AttributeError, TypeError):  # Not glibc.
        return False
