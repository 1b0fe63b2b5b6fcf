"""Drags in curves, timeline, properties and viewer that are broken off, or that a key comes into."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import nullcontext

import pytest

from nodegraph.data.box import Box, Format
from nodegraph.editor.canvas.picked import Picked
from nodegraph.editor.panes.curves import BAR, CurvesPane
from nodegraph.editor.panes.properties import PropertiesPane
from nodegraph.editor.panes.property_row import RowView
from nodegraph.editor.panes.timeline import TimelinePane
from nodegraph.editor.panes.timeline_ruler import KEYS
from nodegraph.editor.panes.viewer import ViewerPane
from nodegraph.editor.panes.viewer_settings import Settings
from nodegraph.editor.viewer.compare import Compare
from nodegraph.graph.curve import Curve
from nodegraph.graph.document import Document, write
from nodegraph.graph.graph import Graph
from nodegraph.graph.library import Library
from nodegraph.graph.shapes import Point, Shape, Shapes
from tests.editor.driver import At, Driver
from tests.editor.panes.alone import alone, middle

SQUARE = ((60, 40), (160, 40), (160, 120), (60, 120))


def start() -> Graph:
    made = Graph(Library.discover()).with_shot(first=1001, last=1040, format=Format(320, 180))
    made = made.add("TestPlate", "Bars", size=[320, 180]).add("Constant", "Grey", size=[320, 180])
    made = made.add("Transform", "Move", rotate=Curve.of([(1005, 1.0), (1020, 9.0), (1030, 4.0)]))
    made = made.connect("Move", "image", "Bars").add("Grade", "Plain")
    points = (Point(Curve.of([(1010, x), (1030, x + 9.0)]), float(y)) for x, y in SQUARE)
    return made.add("Roto", "Shape", shapes=Shapes((Shape(tuple(points)),)))


@pytest.fixture(scope="module")
def window(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Driver]:
    with pytest.MonkeyPatch.context() as patch:
        modules = "curves properties timeline viewer"
        with alone(modules, Document(start()), tmp_path_factory.mktemp("drags"), patch) as found:
            yield found


@pytest.fixture
def driver(window: Driver) -> Iterator[Driver]:
    """A fresh shot with a step that can be undone, and one that can be done again; at 1010."""
    app = window.app
    app.open(Document(start()))
    app.change(panels=app.state.panels.cleared().opened("Shape").opened("Move"), frame=1010, auto_key=False)
    app.edit("disable", app.state.graph.disable("Plain", True))
    app.edit("turn", app.state.graph.set("Plain", "reverse", True))
    app.undo()
    app.look("Bars")
    pane = window.pane(ViewerPane)
    pane.set(Settings())
    window.until(lambda: pane.view.a is not None and not pane.stale, "the bars")
    pane.fit()
    window.front(CurvesPane).fit(whole=True)
    window.turn(4)
    yield window
    window.release()


def in_picture(driver: Driver, x: float, y: float) -> At:
    pane = driver.pane(ViewerPane)
    column, row = pane.framing.to_pane(x, y)
    return pane.origin[0] + column, pane.origin[1] + pane.bar_height + row


def on_curve(driver: Driver) -> At:
    pane = driver.front(CurvesPane)
    x, y = pane.ruler.to_screen(1020, 9.0)
    return pane.origin[0] + pane.room.left + x, pane.origin[1] + BAR + pane.room.top + y


def on_lane(driver: Driver) -> At:
    pane = driver.front(CurvesPane)
    return pane.lanes.place(pane.lanes.rows[0], 1010)


def on_timeline(driver: Driver) -> At:
    import dearpygui.dearpygui as dpg

    ruler = driver.front(TimelinePane).ruler
    left, top = dpg.get_item_rect_min(ruler.item)
    return left + ruler.scale.x(1020), top + KEYS


def mix(driver: Driver) -> RowView:
    pane = driver.front(PropertiesPane)
    driver.app.change(panels=driver.app.state.panels.opened("Plain"))
    driver.until(lambda: "Plain" in pane.panels, "the panel")
    driver.turn(6)
    return next(each for each in pane.panels["Plain"].rows if each.knob == "mix")


def on_slider(driver: Driver) -> At:
    return middle(mix(driver).slider)


def on_label(driver: Driver) -> At:
    return middle(mix(driver).label)


def on_transform(driver: Driver) -> At:
    driver.app.pick(Picked(frozenset({"Move"})))
    driver.turn(3)
    return in_picture(driver, 160, 90)


def on_point(driver: Driver) -> At:
    driver.app.pick(Picked(frozenset({"Shape"})))
    driver.turn(3)
    return in_picture(driver, 60, 40)


PLACES = [on_curve, on_lane, on_timeline, on_slider, on_label, on_transform, on_point]


def pulled(driver: Driver, at: At, x: float = -30.0, y: float = -12.0) -> None:
    """Press somewhere and drag so far; the button stays down."""
    driver.move(at)
    driver.press()
    for part in (0.5, 1.0):
        driver.move((at[0] + x * part, at[1] + y * part))


def held(driver: Driver, place: Callable[[Driver], At]) -> None:
    at = place(driver)
    with driver.hold("ctrl") if place is on_timeline else nullcontext():
        pulled(driver, at)


@pytest.mark.parametrize("place", PLACES)
def test_undo_in_the_middle_of_a_drag_ends_it(driver: Driver, place: Callable[[Driver], At]) -> None:
    app, before = driver.app, write(driver.app.state.document)
    held(driver, place)
    dragged = write(app.state.document)
    assert dragged != before
    label = app.session.undo_label
    assert label != "disable"
    driver.key("ctrl+z")
    driver.turn(2)
    driver.move((driver.at[0] - 25, driver.at[1] - 9))
    driver.move((driver.at[0] - 25, driver.at[1] - 9))
    assert write(app.state.document) == before
    driver.release()
    assert write(app.state.document) == before
    assert (app.session.undo_label, app.session.redo_label) == ("disable", label)
    app.redo()
    assert write(app.state.document) == dragged


@pytest.mark.parametrize("place", PLACES)
def test_escape_takes_a_drag_back_without_a_step(driver: Driver, place: Callable[[Driver], At]) -> None:
    app, before = driver.app, write(driver.app.state.document)
    held(driver, place)
    assert write(app.state.document) != before
    driver.key("Escape")
    driver.turn(2)
    assert write(app.state.document) == before
    driver.move((driver.at[0] - 25, driver.at[1] - 9))
    driver.release()
    assert write(app.state.document) == before
    assert (app.session.undo_label, app.session.redo_label) == ("disable", "turn")


def test_a_key_that_edits_in_the_middle_of_a_drag_is_a_step_of_its_own(driver: Driver) -> None:
    app, before = driver.app, write(driver.app.state.document)
    pulled(driver, on_curve(driver))
    driver.key("Delete")
    without = write(app.state.document)
    driver.move((driver.at[0] - 25, driver.at[1] - 9))
    driver.release()
    assert write(app.state.document) == without
    assert [key.frame for key in app.state.graph.setting("Move", "rotate").keys] == [1005, 1030]
    driver.key("ctrl+z", "ctrl+z")
    assert write(app.state.document) == before


def test_escape_puts_wipe_and_region_back_and_ends_that_one_is_drawn(driver: Driver) -> None:
    app, pane = driver.app, driver.pane(ViewerPane)
    app.pick(Picked())
    app.change(panels=app.state.panels.cleared())
    app.look("Grey", 2)
    app.look("Bars", 1)
    app.change(against=2)
    stand = Settings(compare=Compare.WIPE, region=Box(20, 20, 280, 150), in_region=True)
    pane.set(stand)
    driver.until(lambda: pane.view.a is not None and pane.view.b is not None and not pane.stale, "both pictures")
    pane.fit()
    driver.turn(4)
    for part in (("wipe", "middle"), ("region", "box", "right top")):
        handle = next(each for each in pane.hands.handles() if each.part == part)
        pulled(driver, (pane.origin[0] + handle.x, pane.origin[1] + pane.bar_height + handle.y))
        assert pane.settings != stand
        driver.key("Escape")
        driver.move((driver.at[0] - 25, driver.at[1] - 9))
        driver.release()
        assert pane.settings == stand
    driver.key("alt+w")
    driver.until(lambda: pane.hands.drawing_region, "a region to be drawn")
    driver.key("Escape")
    driver.until(lambda: not pane.hands.drawing_region, "none to be drawn")
    assert app.said == ("no region is drawn", False)
