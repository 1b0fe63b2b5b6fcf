"""The one way in which things run side by side: in order, a bounded number in flight, and stoppable."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Generic, Literal, TypeVar, overload

from nodegraph.data.buffers import POOL
from nodegraph.data.errors import Cancelled

T = TypeVar("T")
R = TypeVar("R")

PATIENCE = 0.1  # seconds between two looks at whether to stop


class Failed(Generic[T]):
    """An item whose function failed, where errors were asked for as values."""

    def __init__(self, item: T, error: Exception) -> None:
        self.item = item
        self.error = error


@overload
def ordered_map(
    fn: Callable[[T], R],
    items: Iterable[T],
    workers: int,
    ahead: int = ...,
    cancel: threading.Event | None = ...,
    *,
    errors: Literal[False] = ...,
    admit: Callable[[int], bool] | None = ...,
) -> Generator[R, None, None]: ...
@overload
def ordered_map(
    fn: Callable[[T], R],
    items: Iterable[T],
    workers: int,
    ahead: int = ...,
    cancel: threading.Event | None = ...,
    *,
    errors: Literal[True],
    admit: Callable[[int], bool] | None = ...,
) -> Generator[R | Failed[T], None, None]: ...
def ordered_map(
    fn: Callable[[T], R],
    items: Iterable[T],
    workers: int,
    ahead: int = 0,
    cancel: threading.Event | None = None,
    *,
    errors: bool = False,
    admit: Callable[[int], bool] | None = None,
) -> Generator[R | Failed[T], None, None]:
    """`fn` of each item, in the order of the items, by so many threads.

    At most `workers + ahead` results are under way or wait to be taken, besides the one just taken.
    `admit(under_way)` may hold back the next item while others are under way. With `errors`, an item
    that fails comes as a Failed and the rest go on; else its exception is raised in its turn, and
    nothing new is begun. Once `cancel` is set, Cancelled is raised. Leaving early waits for what is
    running, so that nothing runs on unseen.
    """
    stop = threading.Event()

    def work(item: T) -> R | Failed[T]:
        if stop.is_set() or (cancel is not None and cancel.is_set()):
            raise Cancelled
        try:
            return fn(item)
        except Cancelled:
            raise
        except Exception as error:
            if not errors:
                raise
            return Failed(item, error)

    pool = ThreadPoolExecutor(max(1, workers), thread_name_prefix="frames")
    waiting: deque[Future[R | Failed[T]]] = deque()
    source = iter(items)
    more = True

    def fill() -> None:
        nonlocal more
        while more and len(waiting) < max(1, workers) + ahead:
            if waiting and admit is not None and not admit(sum(not future.done() for future in waiting)):
                return
            try:
                item = next(source)
            except StopIteration:
                more = False
                return
            waiting.append(pool.submit(work, item))

    try:
        fill()
        while waiting:
            result = _result(waiting[0], cancel)
            waiting.popleft()
            fill()
            yield result
            del result
    except KeyboardInterrupt:
        if cancel is not None:
            cancel.set()  # what is running is to stop as well
        raise
    finally:
        stop.set()
        pool.shutdown(wait=True, cancel_futures=True)


def _result(future: Future[R], cancel: threading.Event | None) -> R:
    while True:
        if cancel is not None and cancel.is_set():
            raise Cancelled
        try:
            with POOL.waiting():
                return future.result(PATIENCE)
        except TimeoutError:
            if future.done():
                return future.result()
