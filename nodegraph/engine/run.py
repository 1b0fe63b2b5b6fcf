"""The runner: runs Steps, and does nothing else."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import replace
from time import perf_counter
from typing import Any

from nodegraph.data.buffers import POOL, Appetite
from nodegraph.data.errors import Cancelled, NodeError
from nodegraph.data.image import ArraySource, Image, Matte
from nodegraph.data.memory import size_of
from nodegraph.data.shot import Clip, Window
from nodegraph.engine.cache import MISSING, Cache, Flight, Missing
from nodegraph.engine.context import Loads, RunContext
from nodegraph.engine.disk import Disk
from nodegraph.engine.flow import Failed, ordered_map
from nodegraph.engine.plan import Plan, Planner, in_order
from nodegraph.engine.step import Fed, Given, Near, Step, Whole
from nodegraph.engine.timing import Timings
from nodegraph.graph.context import UNSTAMPED
from nodegraph.media.burn_in import notice

LOOK_AHEAD = 16  # frames planned before they run, so that the cache knows what they will share
WORKING = 1.5  # a node at work holds more than its pictures
AT_WORK = 3 / 8  # of the budget: as much again is for the libraries' own, and the rest for what the cache keeps
PATIENCE = 0.1
_TURNS = itertools.count()


def _no_progress(node: str, frame: int | None, done: float, message: str) -> None:
    del node, frame, done, message


def _no_warning(node: str, frame: int | None, message: str) -> None:
    del node, frame, message


class Job:
    """One asking for a result: whether to go on, and what its frame still needs of the cache."""

    def __init__(self, cancel: threading.Event | None = None, plan: Plan | None = None) -> None:
        self.cancel = cancel or threading.Event()
        self.progress: Callable[[str, int | None, float, str], None] = _no_progress
        self.warn: Callable[[str, int | None, str], None] = _no_warning
        self.miss: Callable[[str, int | None, str], None] = _no_warning  # nothing to do on a frame
        self.stamp = UNSTAMPED  # what sinks put into their files
        self.on_clip: Callable[[int, int], None] | None = None  # frames of a Clip taken so far, and in all
        self.plan = plan
        self.frame: int = 0 if plan is None else plan.frame
        self.problem: Exception | None = None  # why there is no plan
        self.sink: Callable[[Step, Callable[[], Any]], Any] | None = (
            None  # runs a sink, with what a render does around it
        )
        self.uses: dict[Step, int] = {}
        self.settled: set[Step] = set()
        self.live = 0
        self.peak = 0
        self.turn = next(_TURNS)  # what was asked for first goes first

    def heir(self, plan: Plan | Failed[int]) -> Job:
        """A job for one frame of those that this job is about."""
        job = Job(self.cancel, None if isinstance(plan, Failed) else plan)
        if isinstance(plan, Failed):
            job.frame, job.problem = plan.item, plan.error
        job.progress, job.warn, job.miss, job.stamp = self.progress, self.warn, self.miss, self.stamp
        return job

    def planned(self) -> Plan:
        """Its plan; raises why there is none."""
        if self.plan is None:
            raise self.problem or TypeError("a job without a plan cannot be run")
        return self.plan


class _Active:
    """A Step that is waiting for its feeds."""

    __slots__ = ("flight", "nbytes", "step", "values")

    def __init__(self, step: Step, flight: Flight | None) -> None:
        self.step = step
        self.flight = flight
        self.values: list[Any] = []
        self.nbytes = 0


class Runner:
    """Runs the Steps of one planner.

    `everything` keeps each result, not only those read more than once. `checked` does so too, and
    computes what was kept anew each time, to compare.
    """

    def __init__(
        self,
        planner: Planner,
        cache: Cache,
        *,
        loads: Loads | None = None,
        disk: Disk | None = None,
        everything: bool = False,
        checked: bool = False,
        workers: int = 1,
        frame_guess: int = 0,
    ) -> None:
        self.planner = planner
        self.cache = cache
        self.loads = loads or Loads()
        self.disk = disk
        self.everything = everything or checked
        self.checked = checked
        self.workers = workers
        self.timings = Timings()
        self.frame_guess = frame_guess
        self.appetite = Appetite()
        self.frame_peak = 0  # the most that a frame held so far

    def result(self, plan: Plan, job: Job | None = None) -> Any:
        """The result that a plan is for; what several nodes read is kept for as long as it takes."""
        job = Job(plan=plan) if job is None else job
        job.plan = plan
        self.expect(job)
        return self.run_job(job)

    def value(self, plan: Plan, job: Job) -> Any:
        """The result that a plan is for."""
        with nullcontext() if self.cache.keep else POOL.turn(job.turn, int(self.cache.budget * AT_WORK), self.appetite):
            return _picked(self.run(plan.feed.step, job), plan.feed.pick)

    def run(self, root: Step, job: Job) -> Any:
        """Depth first, with a stack of our own; a value is let go of as soon as its reader has run.

        A Step that others may want at the same time is claimed before its feeds are asked for. Whoever
        waits holds only claims downstream of what it waits for, so no two can wait for each other.
        """
        value, flight = self._ask(root, job)
        if value is not MISSING:
            return value
        stack = [_Active(root, flight)]
        try:
            while True:
                active = stack[-1]
                step = active.step
                if len(active.values) < len(step.feeds):
                    feed = step.feeds[len(active.values)]
                    value, flight = self._ask(feed, job)
                    if value is MISSING:
                        stack.append(_Active(feed, flight))
                    else:
                        active.values.append(value)
                    continue
                value = self._compute(step, active, job)
                stack.pop()
                if active.flight is not None:
                    self.cache.put(step.key, active.flight, value, keep=step.static and step.store)
                    active.flight = None
                if job.uses:
                    self.settle(step, job)
                nbytes = size_of(value)
                job.live -= active.nbytes
                job.peak = max(job.peak, job.live + size_of((value, *active.values)))  # a patch shares its base
                job.live += nbytes
                if not stack:
                    return value
                stack[-1].values.append(value)
                stack[-1].nbytes += nbytes
        except BaseException as error:
            for active in stack:
                if active.flight is not None:
                    self.cache.fail(active.step.key, active.flight, error)
            raise

    def _ask(self, step: Step, job: Job) -> tuple[Any, Flight | None]:
        """What is known of a Step: its value; or MISSING, with the flight to land if it is to be kept."""
        if job.cancel.is_set():
            raise Cancelled
        kind = step.kind
        if kind.sink or not (self.everything or step.store or step.static or kind.store):
            return MISSING, None
        while True:
            value, flight, mine = self.cache.ask(step.key)
            if flight is None:
                if self.checked:
                    self._check(step, value, job)
                break
            if mine:
                value = self._from_disk(step, flight, job)
                if value is MISSING:
                    return MISSING, flight
                break
            with POOL.waiting():
                while not flight.wait(PATIENCE):
                    if job.cancel.is_set():
                        raise Cancelled
            if flight.error is None:
                value = flight.value
                break
            if not flight.cancelled:
                raise flight.error
        if job.uses:
            self.settle(step, job)
        return value, None

    def _from_disk(self, step: Step, flight: Flight, job: Job) -> Any:
        if self.disk is None or not step.kind.store:
            return MISSING
        try:
            kept = self.disk.get(step.key, step.kind)
        except BaseException as error:
            self.cache.fail(step.key, flight, error)
            raise
        if isinstance(kept, Missing):
            return MISSING
        self.cache.put(step.key, flight, kept.value, keep=True)
        for message in kept.told:
            job.warn(step.node, step.frame, message)
        if self.checked:
            self._check(step, kept.value, job)
        return kept.value

    def _compute(self, step: Step, active: _Active, job: Job) -> Any:
        kind = step.kind
        POOL.comes_to(step.node)
        arguments = [self._argument(argument, active.values, step, job) for argument in step.arguments]
        start = perf_counter()
        try:
            if kind.sink and job.sink is not None:
                value = job.sink(step, lambda: kind.function(*arguments, **step.knobs))
            else:
                value = kind.function(*arguments, **step.knobs)
        except (Cancelled, NodeError):
            raise
        except Exception as fault:
            raise NodeError(step.node, step.frame, fault) from fault
        self.timings.add(step.node, perf_counter() - start)
        if active.values:
            grown = size_of(active.values)  # pictures read from files fill up as they are looked at
            job.live += grown - active.nbytes
            active.nbytes = grown
        if kind.store and self.disk is not None:
            told = [message for each in arguments if isinstance(each, RunContext) for message in each.warnings]
            self.disk.put(step.key, kind, value, told)
        return value

    def _argument(self, argument: Any, values: list[Any], step: Step, job: Job) -> Any:
        kind = type(argument)
        mark = job.stamp.preview if step.kind.sink else ""
        if kind is Fed:
            return _marked(_fed(argument, values), mark)
        if kind is Given:
            return argument.value
        if kind is Near:
            feds = zip(argument.frames, argument.feds, strict=True)
            near = {frame: None if fed is None else _marked(_fed(fed, values), mark) for frame, fed in feds}
            return Window(argument.frame, near)
        if kind is Whole:
            return self._clip(argument, step, job)
        stamp = job.stamp if step.kind.sink else UNSTAMPED  # no other node may depend on it: it is in no key
        return RunContext(step.node, step.frame, self.loads, job.cancel, job.progress, job.warn, job.miss, stamp)

    # -- whole shots -------------------------------------------------------------------------------

    def _clip(self, whole: Whole, step: Step, job: Job) -> Clip[Any]:
        def finish(value: Any) -> Any:
            return _decoded(_marked(value, job.stamp.preview))

        def stream() -> Iterator[Any]:
            plans: Iterator[Plan | Failed[int]] = (
                self.planner.plan(whole.node, frame, whole.output) for frame in whole.frames
            )
            for count, value in enumerate(self.stream(plans, job, finish if step.kind.sink else None), 1):
                yield Matte.from_image(value) if whole.matte and isinstance(value, Image) else value
                if job.on_clip is not None and step.kind.sink:
                    job.on_clip(count, len(whole.frames))

        return Clip(whole.frames, stream)

    def stream(
        self, plans: Iterator[Plan | Failed[int]], job: Job, finish: Callable[[Any], Any] | None = None
    ) -> Iterator[Any]:
        """The values of plans, in order, some frames side by side as far as memory allows.

        `finish` is done to each value side by side as well.
        """
        begun: set[Job] = set()

        def begin() -> Iterator[Job]:
            for heir in self.ahead(plans, job):
                begun.add(heir)
                yield heir

        def run(heir: Job) -> Any:
            try:
                value = self.run_job(heir)
                return value if finish is None else finish(value)
            finally:
                begun.discard(heir)

        try:
            yield from ordered_map(run, begin(), self.workers, cancel=job.cancel, admit=self.admit)
        finally:
            for heir in begun:  # a node may look at a part of its clip only
                self.done(heir)

    def run_job(self, job: Job) -> Any:
        """Run a job whose needs the cache was told of, and let go of all that it held for it."""
        try:
            return self.value(job.planned(), job)
        finally:
            self.done(job)

    def ahead(self, plans: Iterator[Plan | Failed[int]], job: Job) -> Iterator[Job]:
        """Jobs for plans; some are planned ahead, so that the cache keeps what the next frames share."""
        waiting: list[Job] = []
        try:
            for plan in plans:
                heir = job.heir(plan)
                self.expect(heir)
                waiting.append(heir)
                if len(waiting) > LOOK_AHEAD:
                    yield waiting.pop(0)
            while waiting:
                yield waiting.pop(0)
        finally:
            for heir in waiting:
                self.done(heir)

    def admit(self, under_way: int) -> bool:
        """True if one more frame would fit into the budget, as frames have been so far."""
        frame = self.frame_peak * WORKING or self.frame_guess
        return (under_way + 1) * frame + self.cache.measure() <= self.cache.budget

    # -- what a frame still needs ------------------------------------------------------------------

    def expect(self, job: Job) -> None:
        """Count who reads each Step of the job's plan, and have the cache keep what is shared."""
        if job.plan is None:
            return
        root = job.plan.feed.step
        uses = dict.fromkeys(in_order(root, into_static=False), 0)
        for step in uses:
            if not step.static:
                for feed in step.feeds:
                    uses[feed] += 1
        uses[root] += 1
        job.uses = uses
        self.cache.pin([step.key for step in uses if step.static])
        self.cache.retain([step.key for step in uses if not step.static])

    def settle(self, step: Step, job: Job) -> None:
        """A Step's value is there: this frame needs its feeds no more, for it."""
        todo = [step]
        while todo:
            step = todo.pop()
            if step in job.settled or step.static or step not in job.uses:
                continue
            job.settled.add(step)
            for feed in step.feeds:
                left = job.uses[feed] = job.uses[feed] - 1
                if left == 0 and not feed.static:
                    self.cache.release(feed.key)
                    todo.append(feed)  # if nobody asked for it, nobody will ask for its feeds

    def done(self, job: Job) -> None:
        """The job is over, or will not run: nothing is kept for it."""
        for step, left in job.uses.items():
            if left > 0 and not step.static:
                self.cache.release(step.key)
        job.uses = {}
        self.frame_peak = max(self.frame_peak, job.peak)

    # -- checked mode ------------------------------------------------------------------------------

    def _check(self, step: Step, value: Any, job: Job) -> None:
        from nodegraph.engine.check import check

        check(self, step, value, job)


def _fed(fed: Fed, values: list[Any]) -> Any:
    value = _picked(values[fed.slot], fed.pick)
    return Matte.from_image(value) if fed.matte and isinstance(value, Image) else value


def _marked(value: Any, mark: str) -> Any:
    """A picture with the notice of a preview on it, before a sink gets it: no sink can leave it out."""
    return notice(value, mark) if mark and isinstance(value, Image) else value


def _decoded(value: Any) -> Any:
    """A picture with its pixels in memory: what writes movies takes frames one by one, and would wait for each."""
    if not isinstance(value, Image) or value.channels != value.main or isinstance(value.source, ArraySource):
        return value
    return replace(value, source=ArraySource(value.pixels, value.data, value.channels))


def _picked(value: Any, pick: int) -> Any:
    return value if pick < 0 else value[pick]
