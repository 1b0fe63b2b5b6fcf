"""Rows side by side: all of them, each once; and a fault is told when nobody works any more."""

from __future__ import annotations

import threading

import pytest

from nodegraph.data import threads
from nodegraph.data.threads import split_rows


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
