"""Gives memory back between tests, so that a run of thousands stays in a few gigabytes.

A test that loads an encoder and an index leaves them to the collector of cycles, and glibc keeps
what was freed: measured, each loaded search held 500 MB to the end of the run, 100 MB after this.
A pytest plugin, listed in ``tests/conftest.py``.
"""

import ctypes
import gc
import os
from collections.abc import Generator

import psutil
import pytest

_GROWTH_BYTES = 300 * 2**20  # collecting takes half a second: only where it is worth it

_process = psutil.Process(os.getpid())
_libc = ctypes.CDLL(None)
_kept = 0


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_teardown() -> Generator[None, object, object]:
    result = yield
    give_back_memory()
    return result


def give_back_memory() -> None:
    """Collect and return memory if the process grew by much since the last time."""
    global _kept  # noqa: PLW0603 -- one process, one figure
    if _process.memory_info().rss < _kept + _GROWTH_BYTES:
        return
    gc.collect()
    if hasattr(_libc, "malloc_trim"):  # glibc
        _libc.malloc_trim(0)
    _kept = _process.memory_info().rss
