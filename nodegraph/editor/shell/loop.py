"""The turn of the window: asleep until something comes in, a few frames when it does, and no callback kills it."""

from __future__ import annotations

import inspect
import logging
import threading
import time
from collections.abc import Callable
from typing import Any

import dearpygui.dearpygui as dpg

from nodegraph.data.errors import NodegraphError

log = logging.getLogger(__name__)

SETTLE = 4  # frames that hover, popups and layouts need until they stand
PACE = 1 / 60  # seconds of a frame while something moves, where the screen does not hold it back
QUIET = 1 / 15  # seconds between looks where the window cannot be woken


class Guard:
    """Runs what may fail. The artist is told in words; a fault of our own is logged whole and kept."""

    def __init__(self, say: Callable[[str, bool], None]) -> None:
        self.say = say
        self.faults: list[BaseException] = []

    def run(self, work: Callable[..., Any], *given: Any) -> Any:
        """What the work returns; None if it failed."""
        try:
            return work(*given)
        except NodegraphError as fault:
            self.say(str(fault), True)
        except Exception as fault:
            log.exception("a fault of the editor's own")
            self.faults.append(fault)
            self.say(f"a fault of the editor's own: {type(fault).__name__}: {fault}", True)
        return None


def run_callbacks(guard: Guard) -> bool:
    """Run what widgets called for since the last frame, each on its own; True if there was something.

    A widget that was taken away meanwhile calls no more: a field tells its last change while its window closes.
    """
    jobs = dpg.get_callback_queue() or []
    for job in jobs:
        work, given = job[0], job[1:]
        sender = given[0] if given else None
        if work is not None and (not sender or dpg.does_item_exist(sender)):
            guard.run(work, *given[: _takes(work)])
    return bool(jobs)


def _takes(work: Callable[..., Any]) -> int:
    """How many of sender, data and user data a callback takes."""
    try:
        rows = inspect.signature(work).parameters.values()
    except (TypeError, ValueError):
        return 3
    if any(each.kind is each.VAR_POSITIONAL for each in rows):
        return 3
    return sum(each.kind in (each.POSITIONAL_ONLY, each.POSITIONAL_OR_KEYWORD) for each in rows)


class Pacer:
    """Decides whether the next frame waits for input or comes at once."""

    def __init__(self, can_sleep: bool) -> None:
        self.can_sleep = can_sleep
        self.hot = SETTLE
        self._last = 0.0

    def heat(self, frames: int = SETTLE) -> None:
        """Something changed: so many frames are drawn without waiting."""
        self.hot = max(self.hot, frames)

    def frame(self, may_sleep: bool) -> None:
        """Draw one frame; asleep before it, if all is quiet."""
        sleeps = may_sleep and self.hot <= 0
        dpg.configure_app(wait_for_input=sleeps and self.can_sleep)
        if may_sleep and not (sleeps and self.can_sleep):
            rest = (QUIET if sleeps else PACE) - (time.monotonic() - self._last)
            if rest > 0:
                time.sleep(rest)
        dpg.render_dearpygui_frame()
        self._last = time.monotonic()
        self.hot = SETTLE if sleeps else self.hot - 1


class Alarm:
    """Wakes the sleeping window at times that were asked for: to keep work, for a tooltip, to let a word go."""

    def __init__(self, wake: Callable[[], None]) -> None:
        self._wake = wake
        self._times: dict[str, float] = {}
        self._changed = threading.Condition()
        self._over = False
        self._thread = threading.Thread(target=self._run, name="alarm", daemon=True)
        self._thread.start()

    def in_seconds(self, seconds: float, name: str = "") -> None:
        """Wake the window so many seconds from now; another time of the same name holds instead of the one before."""
        with self._changed:
            self._times[name] = time.monotonic() + seconds
            self._changed.notify()

    def _run(self) -> None:
        with self._changed:
            while not self._over:
                name = min(self._times, key=self._times.__getitem__, default=None)
                wait = self._times[name] - time.monotonic() if name is not None else None
                if name is None or (wait is not None and wait > 0):
                    self._changed.wait(wait)
                    continue
                del self._times[name]
                self._wake()

    def close(self) -> None:
        """No more."""
        with self._changed:
            self._over = True
            self._changed.notify()
        self._thread.join()
