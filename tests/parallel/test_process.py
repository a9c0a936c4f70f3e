"""What a process asks of BLAS and of memory while workers run, and that it gives both back."""

import os
import platform
import threading

import numpy as np
import pytest

import attention as A
from attention.parallel.process import blas_threads


def test_the_blas_keeps_to_one_thread_while_workers_run_and_is_given_back() -> None:
    before = blas_threads()
    with A.Workers(2):
        assert set(blas_threads()) <= {1}
        with A.Workers(2):
            assert set(blas_threads()) <= {1}
        assert set(blas_threads()) <= {1}
    assert blas_threads() == before


def test_one_worker_leaves_the_blas_alone_and_starts_nothing() -> None:
    before = blas_threads(), threading.active_count()
    with A.Workers(1) as pool:
        assert pool.map(os.getpid, [(), ()]) == [os.getpid()] * 2
        assert (blas_threads(), threading.active_count()) == before


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc can be told")
def test_memory_stays_while_training_runs() -> None:
    with A.Workers(1):
        with A.Workers(1):
            pass
        assert _faults_of_a_large_array() < 20


def _faults_of_a_large_array() -> int:
    """Pages fetched to fill 64 MB, when 64 MB were freed just before."""
    import resource  # not on Windows

    for _ in range(2):
        before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
        np.ones(1 << 23)
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before
