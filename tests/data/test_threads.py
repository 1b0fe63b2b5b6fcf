"""Rows side by side: all of them, each once; and a fault is told when nobody works any more."""

from __future__ import annotations

import threading
import time

import pytest

from nodegraph.data import threads
from nodegraph.data.threads import dealt, split_rows


@pytest.mark.parametrize("rows", [1, 2, 3, 7, 100])
def test_every_row_is_done_once(rows: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threads, "cores", lambda: 3)
    done: list[int] = []
    lock = threading.Lock()

    def work(first: int, end: int) -> None:
        with lock:
            done.extend(range(first, end))

    split_rows(work, rows, 1 << 30)
    assert sorted(done) == list(range(rows))


@pytest.mark.parametrize("broken", [0, 1])
def test_a_fault_waits_for_the_others(broken: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threads, "cores", lambda: 2)
    begun, go = threading.Event(), threading.Event()
    ended: list[int] = []

    def work(first: int, end: int) -> None:
        if first == broken:
            assert begun.wait(10)
            go.set()
            raise ValueError("broken")
        begun.set()
        assert go.wait(10)
        ended.append(first)

    with pytest.raises(ValueError, match="broken"):
        split_rows(work, 2, 1 << 30)
    assert ended == [1 - broken]


@pytest.mark.parametrize("count", [1, 2, 9])
def test_every_piece_is_dealt_once_and_nobody_waits_for_the_slowest(
    count: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(threads, "cores", lambda: 2)
    others = threading.Event()
    done: list[int] = []
    lock = threading.Lock()

    def work(k: int) -> None:
        with lock:
            done.append(k)
            last = len(done) == count
        if last:
            others.set()
        if k == 0:
            assert others.wait(10)  # by then all other pieces have been dealt, to the other thread

    dealt(work, count, 1 << 30)
    assert sorted(done) == list(range(count))


@pytest.mark.parametrize("broken", [0, 3])
def test_a_fault_of_a_piece_waits_for_the_others(broken: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threads, "cores", lambda: 2)
    under_way: set[int] = set()

    def work(k: int) -> None:
        under_way.add(k)
        if k == broken:
            under_way.discard(k)
            raise ValueError("broken")
        time.sleep(0.02)
        under_way.discard(k)

    with pytest.raises(ValueError, match="broken"):
        dealt(work, 4, 1 << 30)
    assert not under_way
