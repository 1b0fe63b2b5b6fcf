"""The cache keeps to its budget; the flow keeps order and bounds, and can be stopped."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import numpy as np
import pytest

from nodegraph.data.box import Box
from nodegraph.data.errors import Cancelled
from nodegraph.data.image import Image
from nodegraph.data.memory import size_of
from nodegraph.engine.cache import MISSING, Cache
from nodegraph.engine.flow import Failed, ordered_map


def put(cache: Cache, name: bytes, nbytes: int) -> None:
    value, flight, mine = cache.ask(name)
    assert value is MISSING
    assert flight is not None
    assert mine
    cache.put(name, flight, np.zeros(nbytes, np.uint8))


def test_the_longest_unused_goes_first() -> None:
    cache = Cache(300)
    for name in (b"a", b"b", b"c"):
        put(cache, name, 100)
    cache.ask(b"a")
    put(cache, b"d", 100)
    assert [name in cache for name in (b"a", b"b", b"c", b"d")] == [True, False, True, True]
    assert cache.nbytes == 300


def test_what_is_retained_stays_whatever_the_budget() -> None:
    cache = Cache(150)
    cache.retain([b"a", b"a"])
    cache.pin([b"b"])
    for name in (b"a", b"b", b"c"):
        put(cache, name, 100)
    assert [name in cache for name in (b"a", b"b", b"c")] == [True, True, False]
    cache.release(b"a")
    assert b"a" in cache
    cache.release(b"a")
    assert b"a" not in cache
    cache.pin([], only=True)
    put(cache, b"d", 100)
    assert b"b" not in cache


def test_without_keeping_only_what_someone_waits_for_is_held() -> None:
    cache = Cache(1000, keep=False)
    cache.retain([b"a"])
    put(cache, b"a", 100)
    put(cache, b"b", 100)
    assert (b"a" in cache, b"b" in cache) == (True, False)
    cache.release(b"a")
    assert len(cache) == 0
    assert cache.nbytes == 0


def test_pictures_that_grow_are_weighed_anew() -> None:
    class Grows:
        nbytes = 10

    cache, grows = Cache(100), Grows()
    _, flight, _ = cache.ask(b"g")
    assert flight is not None
    cache.put(b"g", flight, grows)
    assert cache.nbytes == 10
    grows.nbytes = 90
    put(cache, b"a", 50)
    assert cache.measure() <= 100
    assert b"g" not in cache


def test_sizes() -> None:
    assert size_of(np.zeros((4, 4), np.float32)) == 64
    assert size_of((np.zeros(8, np.uint8), np.zeros(8, np.uint8))) == 16


def test_what_pictures_share_is_counted_once() -> None:
    base = Image.of(np.zeros((10, 10, 3), np.float32))
    patch = np.ones((2, 5, 3), np.float32)
    twice = base.patched(Box(0, 0, 5, 2), patch).patched(Box(1, 1, 6, 3), patch.copy())
    assert base.nbytes == 1200
    assert twice.nbytes == 1200 + 2 * 120
    assert size_of((base, twice, base.with_pixels(base.pixels[2:4], data=Box(0, 2, 10, 4)))) == twice.nbytes
    cache = Cache(1 << 20)
    for name, picture in ((b"base", base), (b"twice", twice), (b"again", base.with_metadata(a=1))):
        _, flight, _ = cache.ask(name)
        assert flight is not None
        cache.put(name, flight, picture)
    assert cache.nbytes == cache.measure() == 1440
    cache.budget = 1300
    assert cache.measure() == 1200  # the base is held by two; the patches go with the picture that has them
    assert [name in cache for name in (b"base", b"twice", b"again")] == [False, False, True]
    cache.budget = 0
    assert cache.measure() == 0


def test_errors_are_not_kept() -> None:
    cache = Cache(100)
    _, flight, _ = cache.ask(b"a")
    assert flight is not None
    cache.fail(b"a", flight, ValueError("no"))
    assert isinstance(flight.error, ValueError)
    put(cache, b"a", 1)


# -- flow ------------------------------------------------------------------------------------------


def test_order_is_kept_and_no_more_than_allowed_is_under_way() -> None:
    lock, running, most = threading.Lock(), 0, 0
    taken = 0

    def work(item: int) -> int:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, item - taken)
        time.sleep(0.001 * (item % 3))
        with lock:
            running -= 1
        return item * item

    results = []
    for result in ordered_map(work, range(60), 3, ahead=2):
        results.append(result)
        taken += 1
    assert results == [item * item for item in range(60)]
    assert most <= 3 + 2 + 1


def test_items_are_taken_as_they_are_needed() -> None:
    taken = []

    def items() -> Iterator[int]:
        for item in range(1000):
            taken.append(item)
            yield item

    flow = ordered_map(lambda item: item, items(), 2)
    assert next(flow) == 0
    flow.close()
    assert len(taken) <= 4


def test_an_error_comes_in_its_turn_and_ends_the_flow() -> None:
    def work(item: int) -> int:
        if item == 3:
            raise ValueError("three")
        return item

    flow = ordered_map(work, range(100), 4)
    assert [next(flow), next(flow), next(flow)] == [0, 1, 2]
    with pytest.raises(ValueError, match="three"):
        next(flow)
    assert list(flow) == []


def test_errors_may_come_as_values() -> None:
    results = list(ordered_map(lambda item: 6 // item, [1, 0, 2], 2, errors=True))
    assert results[0] == 6
    assert results[2] == 3
    assert isinstance(results[1], Failed)
    assert results[1].item == 0
    assert isinstance(results[1].error, ZeroDivisionError)


def test_cancel_ends_it_and_waits_for_what_runs() -> None:
    cancel, running = threading.Event(), threading.Event()
    ended = []

    def work(item: int) -> int:
        running.set()
        time.sleep(0.05)
        ended.append(item)
        return item

    flow = ordered_map(work, range(100), 2, cancel=cancel)
    next(flow)
    cancel.set()
    with pytest.raises(Cancelled):
        next(flow)
    count = len(ended)
    time.sleep(0.1)
    assert len(ended) == count


def test_admission_holds_frames_back_but_never_all() -> None:
    lock = threading.Lock()
    running = most = 0

    def work(item: int) -> int:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        time.sleep(0.002)
        with lock:
            running -= 1
        return item

    assert list(ordered_map(work, range(20), 4, admit=lambda under_way: False)) == list(range(20))
    assert most == 1


def test_two_flows_may_be_nested() -> None:
    def inner(item: int) -> int:
        return sum(ordered_map(lambda each: each + item, range(5), 2))

    assert list(ordered_map(inner, range(8), 2)) == [10 + 5 * item for item in range(8)]
