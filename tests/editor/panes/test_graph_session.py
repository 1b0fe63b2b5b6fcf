"""A long session of edits by hand, in no order: undo all is the start, redo all the end, byte for byte."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator

import pytest

from nodegraph.graph.document import Document, write
from tests.editor.driver import Driver, opened
from tests.editor.panes.graph_canvas import NOWHERE, Canvas, start

KEYS = ("d", "alt+c", "Delete", "ctrl+c", "ctrl+v", "l", "b", "g", "m", "period", "ctrl+shift+x", "alt+b", "shift+x")
KEYS_TOO = ("ctrl+d", "y", "ctrl+a", "shift+backslash", "ctrl+z", "ctrl+z", "ctrl+shift+z", "1", "alt+h", "ctrl+x")
DEEDS = 45


@pytest.fixture
def canvas(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Canvas]:
    with opened(Document(start()), tmp_path_factory.mktemp("settings")) as driver:
        yield Canvas(driver)


def test_undo_all_and_redo_all_after_a_long_session(canvas: Canvas) -> None:
    driver, app, chance = canvas.driver, canvas.driver.app, random.Random(4)
    first = write(app.state.document)

    def node() -> tuple[float, float]:
        names = [name for name in canvas.graph.nodes if inside(canvas.node(name))]
        return canvas.node(chance.choice(names)) if names else canvas.at(*NOWHERE)

    def inside(at: tuple[float, float]) -> bool:
        (left, top), (width, height) = canvas.pane.origin, canvas.pane.size
        return left + 8 < at[0] < left + width - 220 and top + 8 < at[1] < top + height - 8

    def anywhere() -> tuple[float, float]:
        return driver.inside(canvas.pane, chance.uniform(0.05, 0.75), chance.uniform(0.08, 0.92))

    def wire() -> None:
        name = chance.choice(list(canvas.graph.nodes))
        if canvas.pane.scene.nodes[name].look.outs and inside(canvas.port(name, "", out=True)):
            driver.drag(canvas.port(name, "", out=True), node(), steps=2)

    def with_shift() -> None:
        with driver.hold("shift"):
            driver.click(node())

    deeds: tuple[Callable[[], None], ...] = (
        lambda: driver.drag(node(), anywhere(), steps=2),
        lambda: driver.drag(anywhere(), anywhere(), steps=2),
        lambda: driver.key(chance.choice(KEYS)),
        lambda: driver.key(chance.choice(KEYS_TOO)),
        lambda: driver.click(node()),
        with_shift,
        wire,
    )
    for _ in range(DEEDS):
        chance.choice(deeds)()
        driver.key("Escape")
    last = write(app.state.document)
    count = 0
    while app.session.undo_label:
        driver.key("ctrl+z")
        count += 1
        assert count < 200
    assert write(app.state.document) == first
    while app.session.redo_label:
        driver.key("ctrl+shift+z")
    assert write(app.state.document) == last
    assert count > 5
    assert not driver.window.guard.faults


def test_the_drawn_scene_is_that_of_the_graph_after_edits(canvas: Canvas) -> None:
    """What was drawn step by step is what a fresh window would draw."""
    from nodegraph.editor.canvas.scene import diff, scene_of

    driver: Driver = canvas.driver
    for key in ("ctrl+a", "alt+c", "l", "d"):
        driver.key(key)
    driver.drag(canvas.node("Free"), canvas.at(100, 160), steps=2)
    driver.key("ctrl+z", "ctrl+z", "ctrl+shift+z")
    pane = canvas.pane
    fresh = scene_of(canvas.graph, pane.scene.marks, canvas.picked)
    assert diff(pane.scene, fresh).empty
    assert dict(pane.painter._items) == dict(fresh.items)
