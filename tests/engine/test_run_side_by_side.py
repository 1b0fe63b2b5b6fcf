"""Several at once: each step is run once, frames side by side, live things shared and closed."""

from __future__ import annotations

import threading
import time
from typing import Any

import numpy as np
import pytest

from nodegraph.data.errors import Cancelled
from nodegraph.data.image import Image
from nodegraph.data.shot import Clip, Frame, Shot
from nodegraph.engine.cache import Cache
from nodegraph.engine.evaluate import evaluate
from nodegraph.engine.plan import Planner
from nodegraph.engine.run import Job, Runner
from nodegraph.graph.context import Context
from nodegraph.graph.graph import Graph
from nodegraph.graph.library import Library
from nodegraph.graph.node import node
from tests.engine.toys import LIBRARY, flat, level, runner, wired

pytestmark = pytest.mark.usefixtures("fresh_record")


# -- side by side ----------------------------------------------------------------------------------


def test_two_askers_run_a_step_once() -> None:
    begun, go, runs = threading.Event(), threading.Event(), []

    @node
    def slow(*, value: float = 1.0) -> Image:
        """Waits for the test."""
        runs.append(1)
        begun.set()
        assert go.wait(10)
        return flat(value)

    run = runner(Graph(Library.of(slow)).add("Slow", "s"), everything=True)
    plan, values = run.planner.plan("s", 1), []
    askers = [threading.Thread(target=lambda: values.append(run.result(plan))) for _ in range(4)]
    for asker in askers:
        asker.start()
    assert begun.wait(10)
    time.sleep(0.05)
    go.set()
    for asker in askers:
        asker.join(10)
    assert len(runs) == 1
    assert len(values) == 4
    assert all(value is values[0] for value in values)


def test_who_waits_goes_on_where_the_other_was_stopped() -> None:
    begun, runs = threading.Event(), []

    @node
    def slow(ctx: Context, *, value: float = 1.0) -> Image:
        """Runs until it is stopped, the first time."""
        runs.append(1)
        begun.set()
        while len(runs) == 1:
            ctx.check_cancel()
            time.sleep(0.005)
        return flat(value)

    run = runner(Graph(Library.of(slow)).add("Slow", "s"), everything=True)
    plan, first, values = run.planner.plan("s", 1), Job(), []

    def stopped() -> None:
        with pytest.raises(Cancelled):
            run.result(plan, first)

    one = threading.Thread(target=stopped)
    one.start()
    assert begun.wait(10)
    two = threading.Thread(target=lambda: values.append(run.result(plan)))
    two.start()
    first.cancel.set()
    one.join(10)
    two.join(10)
    assert [level(value) for value in values] == [1.0]
    assert len(runs) == 2


def test_live_things_are_made_once_and_closed() -> None:
    made: list[Any] = []

    class Live:
        closed = False

        def close(self) -> None:
            self.closed = True

    @node
    def uses(frame: Frame, ctx: Context) -> Image:
        """Reaches for a live thing."""
        live = ctx.load("live", lambda: made.append(Live()) or made[-1])
        assert not live.closed
        return flat(frame)

    graph = Graph(Library.of(uses), shot=Shot(first=1, last=9)).add("Uses", "u")
    run = runner(graph, workers=3)
    assert len(list(run.stream((run.planner.plan("u", f) for f in range(1, 10)), Job()))) == 9
    run.loads.close()
    assert len(made) == 1
    assert made[0].closed


def test_a_clip_holds_only_a_few_frames() -> None:
    held: list[int] = []
    alive = {"now": 0}
    lock = threading.Lock()

    class Counted(Image):
        def __del__(self) -> None:
            with lock:
                alive["now"] -= 1

    @node
    def counted(frame: Frame) -> Image:
        """A picture that says when it goes."""
        with lock:
            alive["now"] += 1
        plain = flat(frame)
        return Counted(plain.format, plain.data, plain.channels, plain.colorspace, plain.source)

    @node
    def looks(clip: Clip[Image]) -> float:
        """Takes frame after frame, and counts those that are there."""
        total = 0.0
        for _, image in clip:
            held.append(alive["now"])
            total += level(image)
        return total

    graph = Graph(LIBRARY.with_nodes(counted, looks), shot=Shot(first=1, last=80)).add("Counted", "c")
    run = runner(wired(graph.add("Looks", "m"), m__clip="c"), workers=2)
    run.cache.keep = False
    assert run.result(run.planner.plan("m", 1)) == sum(range(1, 81))
    assert len(held) == 80
    assert max(held) <= 6


def test_live_things_stay_open_while_a_picture_needs_them() -> None:
    closed: list[bool] = []

    class Live:
        def close(self) -> None:
            closed.append(True)

    class Lazy:
        nbytes = 0

        def read(self, box: Any, channels: Any) -> Any:
            assert not closed
            return flat(5.0).region(box, channels)

    @node
    def reads(ctx: Context) -> Image:
        """Decodes when it is looked at."""
        ctx.load("live", Live)
        plain = flat(0.0)
        return Image(plain.format, plain.data, plain.channels, plain.colorspace, Lazy())

    picture = evaluate(Graph(Library.of(reads)).add("Reads", "r"), "r")
    some = picture.with_channels(("R",))
    del picture
    assert level(some) == 5.0
    del some
    assert closed


def test_a_clip_looked_at_in_part_leaves_nothing_behind() -> None:
    @node
    def peeks(clip: Clip[Image]) -> float:
        """Takes two frames and stops."""
        values = zip(range(2), clip, strict=False)
        return sum(level(image) for _, (_, image) in values)

    graph = Graph(LIBRARY.with_nodes(peeks), shot=Shot(first=1, last=90)).add("Plate", "p").add("Blend", "b")
    run = runner(wired(graph.add("Peeks", "k"), b__image="p", k__clip="b"), workers=2)
    run.cache.keep = False
    assert run.result(run.planner.plan("k", 1)) == 3 + 6
    assert len(run.cache) <= 1  # the result itself is the same for the whole shot


def test_frames_of_a_movie_are_decoded_side_by_side() -> None:
    threads: set[str] = set()

    class Lazy:
        nbytes = 0

        def read(self, box: Any, channels: Any) -> Any:
            threads.add(threading.current_thread().name)
            return flat(2.0).region(box, channels)

    @node
    def lazy(frame: Frame) -> Image:
        """Decodes when it is looked at."""
        plain = flat(0.0)
        return Image(plain.format, plain.data, plain.channels, plain.colorspace, Lazy())

    graph = (
        Graph(LIBRARY.with_nodes(lazy), shot=Shot(first=1, last=9)).add("Lazy", "p").add("Film", "w", file="film.raw")
    )
    planner = Planner(wired(graph, w__clip="p"))
    run = Runner(planner, Cache(1 << 30), workers=2)
    path = run.result(planner.plan_sink("w", range(1, 10)))
    assert len(path.read_bytes()) == 9 * 12 * 4
    assert threads
    assert all(name.startswith("frames") for name in threads)


@pytest.mark.parametrize(("budget", "most"), [(5 << 20, 1), (1 << 40, 3)])
def test_a_small_budget_means_fewer_frames_side_by_side(budget: int, most: int) -> None:
    lock, meet = threading.Lock(), threading.Barrier(most)
    running, seen = 0, 0

    @node
    def large(frame: Frame) -> Image:
        """Three megabytes."""
        return flat(frame, 512)

    @node
    def watched(image: Image) -> Image:
        """Counts how many of it run at once."""
        nonlocal running, seen
        with lock:
            running += 1
            seen = max(seen, running)
        meet.wait(10)
        result = image.with_pixels(image.pixels + np.float32(1))
        with lock:
            running -= 1
        return result

    graph = wired(Graph(Library.of(large, watched)).add("Large", "p").add("Watched", "x"), x__image="p")
    run = Runner(Planner(graph), Cache(budget, keep=False), workers=3, frame_guess=6 << 20)
    plans = (run.planner.plan("x", frame) for frame in range(1, 10))
    assert [level(value) for value in run.stream(plans, Job())] == [frame + 1.0 for frame in range(1, 10)]
    assert seen == most
