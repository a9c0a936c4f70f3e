"""Copies of the process: they end with it, and what cannot be sent or has died is told."""

import multiprocessing
import os
import pickle
import signal
import threading

import pytest

import attention as A
from attention.parallel import copies

forks = pytest.mark.skipif(not copies.can_be_made(), reason="workers are threads here")


@forks
def test_an_error_that_cannot_be_sent_on_is_told_in_words() -> None:
    class Odd(Exception):
        def __init__(self, one: int, two: int) -> None:
            super().__init__(f"{one} and {two}")

    def raise_odd(one: int) -> None:
        raise Odd(one, 2) if one else ValueError("plain")

    with A.Workers(2) as pool, pytest.raises(RuntimeError, match="Odd: 1 and 2"):
        pool.map(_unless_here(raise_odd), [(1,), (1,)])


def _unless_here(function):
    here = os.getpid()
    return lambda *arguments: None if os.getpid() == here else function(*arguments)


@forks
def test_copies_work_in_processes_of_their_own_and_end_with_the_context() -> None:
    with A.Workers(3) as pool:
        ids = pool.map(os.getpid, [(), (), (), ()])
        assert ids[0] == ids[3] == os.getpid()
        assert len(set(ids)) == 3
    assert not multiprocessing.active_children()


@forks
def test_a_worker_that_dies_is_reported() -> None:
    kill = _unless_here(lambda: os.kill(os.getpid(), signal.SIGKILL))
    with A.Workers(2) as pool:
        for _ in range(2):
            with pytest.raises(A.WorkerDied, match="ended before its work did, killed by signal 9"):
                pool.map(kill, [(), ()])


@forks
def test_a_result_that_cannot_be_sent_is_told_as_that() -> None:
    with A.Workers(2) as pool:
        with pytest.raises(TypeError, match="a worker's result cannot be sent"):
            pool.map(lambda: lambda: 3, [(), ()])
        assert pool.map(os.getppid, [(), ()])[1] == os.getpid()


@forks
def test_arguments_that_cannot_be_sent_leave_no_answers_behind() -> None:
    with A.Workers(3) as pool:
        with pytest.raises((AttributeError, TypeError, pickle.PicklingError)):
            pool.map(str, [(1,), (2,), (lambda: 3,)])
        assert pool.map(str, [(4,), (5,), (6,)]) == ["4", "5", "6"]


@forks
def test_an_interrupt_is_for_the_process_that_asks() -> None:
    interrupt = _unless_here(lambda: os.kill(os.getpid(), signal.SIGINT))
    with A.Workers(2) as pool:
        assert pool.map(interrupt, [(), ()]) == [None, None]


def test_beside_other_threads_workers_are_threads() -> None:
    done = threading.Event()
    other = threading.Thread(target=done.wait)
    other.start()
    try:
        with A.Workers(2) as pool:
            assert pool.map(os.getpid, [(), ()]) == [os.getpid()] * 2
    finally:
        done.set()
        other.join()
