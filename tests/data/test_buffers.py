"""Room for pixels that is used again: never while anybody looks at it, and never more than was needed at once."""

from __future__ import annotations

import gc
import threading
import time
from collections.abc import Callable, Iterator
from queue import Queue
from typing import Any

import numpy as np
import pytest

from nodegraph.data import buffers
from nodegraph.data.buffers import LARGE, Appetite, Block, Pool, empty

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


# Frames take turns: the tests have two of them, with a limit of 10 MB.


class Frame:
    """A thread that takes its turn and does one thing after the other as it is told."""

    def __init__(self, pool: Pool, number: int) -> None:
        self.pool, self.number, self.appetite = pool, number, Appetite()
        self.tasks: Queue[Callable[[], object] | None] = Queue()
        self.results: Queue[object] = Queue()
        self.thread = threading.Thread(target=self.work, daemon=True)
        self.thread.start()

    def work(self) -> None:
        with self.pool.turn(self.number, 10 * MB, self.appetite):
            while (task := self.tasks.get()) is not None:
                self.results.put(task())

    def begin(self, task: Callable[[], object]) -> None:
        self.tasks.put(task)

    def lend(self, megabytes: int) -> Block:
        self.begin(lambda: self.pool.lend(megabytes * MB))
        return self.result()

    def result(self) -> Any:
        return self.results.get(timeout=50)

    @property
    def waits(self) -> bool:
        return self.thread.ident in self.pool._waiting

    def begins_to_wait(self) -> bool:
        end = time.monotonic() + 50
        while not self.waits and time.monotonic() < end:
            time.sleep(0.001)
        return self.waits and self.results.empty()

    def end(self) -> None:
        self.tasks.put(None)
        self.thread.join(50)


@pytest.fixture
def frames(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Frame, Frame]]:
    monkeypatch.setattr(buffers, "PATIENCE", 60.0)
    made = Frame(pool, 1), Frame(pool, 2)
    yield made
    for frame in made:
        frame.end()


Frames = tuple[Frame, Frame]


def test_a_later_frame_waits_for_what_is_given_back(frames: Frames, pool: Pool) -> None:
    first, later = frames
    mine = first.lend(8)
    later.begin(lambda: pool.lend(8 * MB))
    assert later.begins_to_wait()
    first.begin(lambda: pool.give_back(mine))
    assert later.result() is mine
    assert pool._most == 8 * MB


def test_below_the_limit_nobody_waits(frames: Frames, pool: Pool) -> None:
    first, later = frames
    first.lend(6)
    later.lend(4)
    assert pool._most == 10 * MB


def test_the_frame_that_came_first_never_waits(frames: Frames, pool: Pool) -> None:
    first, later = frames
    later.lend(9)
    first.lend(9)
    assert pool._most == 18 * MB


def test_a_later_frame_is_the_first_when_that_has_ended(frames: Frames, pool: Pool) -> None:
    first, later = frames
    first.lend(8)
    later.begin(lambda: pool.lend(8 * MB))
    assert later.begins_to_wait()
    first.end()
    assert later.result().nbytes == 8 * MB


def test_nobody_waits_for_one_that_waits(frames: Frames, pool: Pool) -> None:
    """The first frame wants a result that the later one is making."""
    first, later = frames
    first.lend(8)
    made = threading.Event()

    def wait() -> None:
        with pool.waiting():
            assert made.wait(50)

    later.begin(lambda: pool.lend(8 * MB))
    assert later.begins_to_wait()
    first.begin(wait)
    assert later.result().nbytes == 8 * MB
    made.set()
    first.result()


def test_urgent_work_waits_before_it_begins_and_then_no_more(frames: Frames, pool: Pool) -> None:
    first, later = frames
    mine = first.lend(8)
    begun = threading.Event()

    def urgent() -> Block:
        with pool.urgent(4 * MB):
            begun.set()
            return pool.lend(8 * MB)

    later.begin(urgent)
    assert later.begins_to_wait()
    assert not begun.is_set()
    first.begin(lambda: pool.give_back(mine[: 3 * MB]))  # 5 MB stay lent
    assert later.result().nbytes == 8 * MB


def test_patience_ends(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the first one is at, it may be slow: the later one waits once, and not again for every array."""
    monkeypatch.setattr(buffers, "PATIENCE", 0.05)
    first, later = Frame(pool, 1), Frame(pool, 2)
    first.lend(8)
    assert later.lend(8).nbytes == 8 * MB

    def wait(_seconds: float) -> bool:
        raise AssertionError("waited again")

    monkeypatch.setattr(pool._changed, "wait", wait)
    assert later.lend(8).nbytes == 8 * MB
    first.end()
    later.end()


def test_work_without_a_turn_waits_for_nobody(frames: Frames, pool: Pool) -> None:
    first, _ = frames
    first.lend(8)
    assert pool.lend(8 * MB).nbytes == 8 * MB


def test_a_turn_within_a_turn_is_the_outer_one(frames: Frames, pool: Pool) -> None:
    """A frame that asks for others on its way is as early as it was."""
    first, later = frames

    def inner() -> Block:
        with pool.turn(3, 0, Appetite()):
            return pool.lend(8 * MB)

    later.lend(8)
    first.begin(inner)
    assert first.result().nbytes == 8 * MB
    assert first.lend(8).nbytes == 8 * MB


def test_a_later_frame_leaves_an_earlier_one_what_the_last_one_took(frames: Frames, pool: Pool) -> None:
    first, later = frames

    def like_a_frame() -> None:
        with pool.turn(0, 10 * MB, first.appetite):
            pool.comes_to("blur")
            for block in [pool.lend(3 * MB), pool.lend(3 * MB)]:
                pool.give_back(block)
            pool.comes_to("write")
            pool.give_back(pool.lend(1 * MB))

    thread = threading.Thread(target=like_a_frame)
    thread.start()
    thread.join()
    first.begin(lambda: pool.comes_to("blur"))  # it will want 6 MB
    first.result()
    later.lend(4)
    later.begin(lambda: pool.lend(2 * MB))
    assert later.begins_to_wait()
    first.begin(lambda: pool.comes_to("write"))  # 1 MB
    first.result()
    first.begin(lambda: pool.give_back(pool.lend(1 * MB)))
    first.result()
    assert later.result().nbytes == 2 * MB
