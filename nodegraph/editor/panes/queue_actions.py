"""What can be done with the jobs of the queue: pause, end, go on, look at, and go where one failed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from nodegraph.data.errors import GraphError
from nodegraph.editor.app import App
from nodegraph.editor.canvas.picked import nodes
from nodegraph.editor.pane import Start
from nodegraph.editor.panels.commands import Pane as Place
from nodegraph.editor.panels.culprit import at_fault
from nodegraph.editor.panels.progress import Failure
from nodegraph.editor.panels.queue import OVER, Job, State
from nodegraph.editor.panes.rendered import pattern_of, reading

if TYPE_CHECKING:
    from nodegraph.editor.panes.queue import QueuePane


def actions_of(pane: QueuePane) -> Mapping[str, Start]:
    """The actions by name."""
    return {
        "job_pause": lambda: _pause(pane),
        "job_cancel": lambda: _cancel(pane),
        "job_again": lambda: _again(pane),
        "job_show": lambda: _show(pane),
        "job_error": lambda: _error(pane),
        "job_clear": lambda: _clear(pane),
        "job_sooner": lambda: _step(pane, -1),
        "job_later": lambda: _step(pane, 1),
        "delete": lambda: _delete(pane),
    }


def jump(app: App, failure: Failure) -> None:
    """Go to the node and the frame that failed."""
    app.goto(failure.frame)
    node = at_fault(app.state.graph, failure)
    if node:
        app.pick(nodes(node))
        app.start("fit", Place.GRAPH)
    app.say(failure.message, True)


def _picked(pane: QueuePane) -> Job:
    job = pane.job
    if job is None:
        raise GraphError("there is no job", "render something: F5")
    return job


def _pause(pane: QueuePane) -> None:
    job = _picked(pane)
    if job.state is State.PAUSED:
        job.go_on()
        pane.wake_up()
    else:
        job.pause()
    pane.repaint()


def _cancel(pane: QueuePane) -> None:
    _picked(pane).cancel()
    pane.repaint()


def _again(pane: QueuePane) -> None:
    pane.queue.again(_picked(pane))
    pane.wake_up()
    pane.repaint()


def _show(pane: QueuePane) -> None:
    app, job = pane.app, _picked(pane)
    done = job.progress.pictures
    if not done:
        raise GraphError("nothing is rendered yet", "wait for the first frame")
    (sink, frame), path = next(reversed(done.items()))
    graph, name = reading(app.state.graph, sink, pattern_of(path, frame), job.folder)
    app.edit(f"read what {sink} wrote", graph)
    inputs = app.state.inputs  # the plate, and what else is there to compare it with, stays
    app.look(name, next((slot for slot in range(1, 11) if inputs.get(slot, name) == name), 1))
    app.goto(frame)
    app.pick(nodes(name))


def _error(pane: QueuePane) -> None:
    """The next frame that failed, from here on; after the last the first again."""
    app, job = pane.app, _picked(pane)
    failed = sorted(job.progress.failed.values(), key=lambda each: (each.frame, each.sink))
    if failed:
        after = (each for each in failed if each.frame > app.state.frame)
        jump(app, next(after, failed[0]))
    elif job.error:
        named = (word for word in re.findall(r"(\w+):", job.error) if word in app.state.graph.nodes)
        node = next(named, "")
        if node:
            app.pick(nodes(node))
            app.start("fit", Place.GRAPH)
        app.say(job.error, True)


def _clear(pane: QueuePane) -> None:
    for job in [each for each in pane.queue.jobs if each.state in OVER]:
        pane.queue.remove(job)
    pane.repaint()
    pane.pictures.keep_only({path for path, _ in pane.thumbed.values()})


def _delete(pane: QueuePane) -> None:
    if not pane.rows.picked:
        raise GraphError("no job is picked", "click the one that is to go")
    for job in list(pane.rows.picked):
        pane.queue.remove(job)
    pane.repaint()


def _step(pane: QueuePane, way: int) -> None:
    job = _picked(pane)
    if job.state is not State.WAITING:
        raise GraphError("only a job that waits can be put elsewhere", "click one that waits")
    if pane.queue.step(job, way):
        pane.rows.pick(job)
        pane.repaint()
