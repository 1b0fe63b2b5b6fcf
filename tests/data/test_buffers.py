"""Room for pixels that is used again: never while anybody looks at it, and never more than was needed at once."""

from __future__ import annotations

import gc
import threading
import time
from collections.abc import Callable

import numpy as np
import pytest

from nodegraph.data import buffers
from nodegraph.data.buffers import LARGE, Block, Pool, empty

MB = 1 << 20


@pytest.fixture
def pool(monkeypatch: pytest.MonkeyPatch) -> Pool:
    fresh = Pool()
    monkeypatch.setattr(buffers, "POOL", fresh)
    return fresh


def place(array: np.ndarray) -> int:
    return int(array.__array_interface__["data"][0])


@pytest.mark.usefixtures("pool")
def test_what_was_let_go_of_is_used_again() -> None:
    first = empty((3, MB))
    where = place(first)
    del first
    again = empty((MB, 3))
    assert place(again) == where
    assert again.shape == (MB, 3)
    assert again.dtype == np.float32
    assert again.flags.writeable


@pytest.mark.usefixtures("pool")
def test_a_view_keeps_its_room() -> None:
    whole = empty((4, MB))
    whole[:] = 7
    view = whole[1:2, ::2]
    del whole
    gc.collect()
    other = empty((4, MB))
    other[:] = 1
    assert not np.shares_memory(view, other)
    assert (view == 7).all()


def test_room_of_another_size_is_not_taken(pool: Pool) -> None:
    pool.give_back(pool.lend(8 * MB))
    assert pool.lend(2 * MB).nbytes == 2 * MB
    assert pool.lend(8 * MB).nbytes == 8 * MB


def test_no_more_is_held_than_was_needed_at_once(pool: Pool) -> None:
    """Pictures of many sizes, one after the other."""
    rng = np.random.default_rng(3)
    held, lent, most = [], 0, 0
    for _ in range(400):
        if held and rng.random() < 0.5:
            lent -= held.pop(int(rng.integers(len(held)))).nbytes
        else:
            held.append(empty((int(rng.integers(1, 9)), MB), np.uint8))
            lent += held[-1].nbytes
        most = max(most, lent)
        idle = sum(block.nbytes for block in pool._idle)
        assert lent + idle <= most * 1.125  # a block may be an eighth larger than what it is lent for
    held.clear()


def test_small_arrays_are_nobodys_business(pool: Pool) -> None:
    array = empty((LARGE // 4 - 1,))
    del array
    assert not pool._idle


@pytest.mark.usefixtures("pool")
def test_threads_never_share_room() -> None:
    faults: list[int] = []

    def work(number: int) -> None:
        for turn in range(40):
            array = empty((LARGE // 4 + 64 * (turn % 3),))
            array[:] = number
            if not (array == number).all():
                faults.append(number)

    threads = [threading.Thread(target=work, args=(k,)) for k in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not faults


def test_sparing_work_waits_for_what_other_sparing_work_gives_back(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(buffers, "PATIENCE", 60.0)
    monkeypatch.setattr(buffers, "CALM", 0)
    got: list[Block] = []

    def other() -> None:
        with pool.sparing():
            got.append(pool.lend(8 * MB))

    with pool.sparing():
        mine = pool.lend(8 * MB)
        thread = threading.Thread(target=other)
        thread.start()
        while not pool._waiting:
            time.sleep(0.001)
        assert not got
        pool.give_back(mine)
        thread.join()
    assert got[0] is mine
    assert pool._most == 8 * MB


def test_sparing_work_that_all_waits_for_goes_on(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each of two holds what the other would need: one of them takes more, at once."""
    monkeypatch.setattr(buffers, "PATIENCE", 60.0)
    monkeypatch.setattr(buffers, "CALM", 0)
    both, waited = threading.Barrier(2), threading.Event()
    held: list[Block] = []

    def work(patient: bool) -> None:
        with pool.sparing():
            held.append(pool.lend(8 * MB) if patient else pool.lend(4 * MB))
            both.wait()
            if not patient:
                while not pool._waiting:
                    time.sleep(0.001)
                waited.set()
            block = pool.lend(8 * MB)
            assert waited.wait(60)
            pool.give_back(block)

    pool.give_back(pool.lend(12 * MB))
    threads = [threading.Thread(target=work, args=(patient,)) for patient in (True, False)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(50)
    assert not any(thread.is_alive() for thread in threads)
    assert pool._most == 20 * MB


def got_while_others_hold(pool: Pool, work: Callable[[], None]) -> bool:
    """True if some work gets through in another thread while sparing work of this one holds all that was ever lent."""
    over = threading.Event()

    def other() -> None:
        work()
        over.set()

    with pool.sparing():
        pool.lend(8 * MB)
        threading.Thread(target=other).start()
        return over.wait(50)


def lend_sparingly(pool: Pool, *sizes: int) -> None:
    with pool.sparing():
        for size in sizes:
            pool.lend(size)


def test_patience_ends(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(buffers, "PATIENCE", 0.01)
    monkeypatch.setattr(buffers, "CALM", 0)
    assert got_while_others_hold(pool, lambda: lend_sparingly(pool, 4 * MB))
    assert pool._most == 12 * MB


def test_other_work_waits_for_nobody(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(buffers, "PATIENCE", 60.0)
    monkeypatch.setattr(buffers, "CALM", 0)
    assert got_while_others_hold(pool, lambda: [pool.lend(4 * MB)].clear())


def test_a_pool_that_still_grows_lets_nobody_wait(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each loan takes more than was ever lent, or comes soon after one that did."""
    monkeypatch.setattr(buffers, "PATIENCE", 60.0)
    sizes = [MB * (count % 3 + 1) for count in range(1, buffers.CALM)]
    assert got_while_others_hold(pool, lambda: lend_sparingly(pool, *sizes))
