"""The curve editor in the real window, with real mouse and keys."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from nodegraph.graph.curve import Curve, Handle, Key, Kind
from nodegraph.graph.document import Document
from nodegraph.graph.graph import Graph
from nodegraph.graph.library import Library
from tests.editor.driver import MIDDLE, RIGHT, Driver, opened

if TYPE_CHECKING:
    from nodegraph.editor.panes.curves import CurvesPane

At = tuple[float, float]
MIX = ("Grade1", "mix", None)
TURN = ("Transform1", "rotate", None)


@pytest.fixture
def driver(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Driver]:
    from nodegraph.editor.shell import layout

    slots = tuple(slot for slot in layout.SLOTS if slot.module == "curves")
    monkeypatch.setattr("nodegraph.editor.shell.window.SLOTS", slots)
    graph = Graph(Library.discover()).with_shot(first=1001, last=1100).add("Grade").add("Transform")
    graph = graph.set("Grade1", "mix", Curve.of([(1010, 0.2), (1050, 0.8), (1090, 0.5)]))
    with opened(Document(graph), tmp_path, size=(1400, 900)) as driver:
        driver.app.change(panels=driver.app.state.panels.opened("Grade1"))
        driver.turn(4)
        yield driver


def pane_of(driver: Driver) -> CurvesPane:
    from nodegraph.editor.panes.curves import CurvesPane

    pane = driver.front(CurvesPane)
    driver.turn(4)
    return pane


def at(pane: CurvesPane, frame: float, value: float) -> At:
    """Where a frame and value are in the window."""
    from nodegraph.editor.panes.curves import BAR

    x, y = pane.ruler.to_screen(frame, value)
    return pane.origin[0] + pane.room.left + x, pane.origin[1] + BAR + pane.room.top + y


def mix(driver: Driver) -> Curve:
    setting = driver.app.state.graph.setting("Grade1", "mix")
    assert isinstance(setting, Curve)
    return setting


def frames(driver: Driver) -> list[float]:
    return [key.frame for key in mix(driver).keys]


def test_a_key_is_dragged_in_one_step_of_undo(driver: Driver) -> None:
    pane = pane_of(driver)
    driver.drag(at(pane, 1050, 0.8), at(pane, 1058, 0.6), at(pane, 1060, 0.4), steps=6)
    driver.turn(3)
    key = mix(driver).keys[1]
    assert key.frame == pytest.approx(1060, abs=1)
    assert key.value == pytest.approx(0.4, abs=0.02)
    assert pane.keys.held == {MIX: frozenset({1})}
    driver.app.undo()
    driver.turn(2)
    assert mix(driver).keys[1][:2] == (1050, 0.8)
    assert driver.app.session.undo_label == ""


def test_a_box_holds_keys_that_move_together(driver: Driver) -> None:
    pane = pane_of(driver)
    driver.drag(at(pane, 1004, 0.87), at(pane, 1056, 0.15))
    driver.until(lambda: pane.keys.held == {MIX: frozenset({0, 1})}, "two keys held")
    with driver.hold("shift"):
        driver.drag(at(pane, 1050, 0.8), at(pane, 1056, 0.81), steps=6)
    driver.turn(3)
    assert frames(driver)[:2] == [pytest.approx(1016, abs=1), pytest.approx(1056, abs=1)]
    assert [key.value for key in mix(driver).keys] == [0.2, 0.8, 0.5]  # Shift: only across


def test_the_box_about_keys_scales_them(driver: Driver) -> None:
    from nodegraph.editor.panes.curve_paint import box_grips

    pane = pane_of(driver)
    driver.move(at(pane, 1030, 0.7))
    driver.key("ctrl+a")
    driver.until(lambda: pane.keys.total == 3, "all held")
    bounds = pane.keys.bounds()
    assert bounds is not None
    x, y, _ = next(grip for grip in box_grips(bounds, pane.ruler) if grip[2] == (1, 0))
    zero = at(pane, pane.ruler.frame, pane.ruler.value)
    start = (zero[0] + x, zero[1] + y)
    driver.drag(start, (start[0] - 40 * pane.ruler.across, start[1]), steps=6)
    driver.turn(3)
    assert frames(driver) == [1010, pytest.approx(1030, abs=1), pytest.approx(1050, abs=1)]


def test_kinds_handles_and_breaking_them(driver: Driver) -> None:
    from nodegraph.editor.panels.curve_view import handles

    pane = pane_of(driver)
    driver.move(at(pane, 1030, 0.7))
    driver.key("ctrl+a", "c")
    driver.until(lambda: {key.kind for key in mix(driver).keys} == {Kind.BEZIER}, "all Bézier")
    driver.click(at(pane, 1050, 0.8))
    driver.until(lambda: pane.keys.held == {MIX: frozenset({1})}, "one key held")
    frame, value = handles(mix(driver), 1)["after"]
    driver.drag(at(pane, frame, value), at(pane, 1060, 0.9), steps=6)
    driver.turn(3)
    key = mix(driver).keys[1]
    assert key.after.frame == pytest.approx(10, abs=0.6)
    assert key.after.value == pytest.approx(0.1, abs=0.02)
    assert key.before.value / key.before.frame == pytest.approx(key.after.value / key.after.frame)
    before = key.before
    driver.key("x")
    driver.drag(at(pane, 1050 + key.after.frame, 0.8 + key.after.value), at(pane, 1062, 0.7), steps=6)
    driver.turn(3)
    assert mix(driver).keys[1].before == before
    driver.key("k")
    driver.until(lambda: mix(driver).keys[1].kind is Kind.CONSTANT, "constant")


def test_keys_go_in_and_out(driver: Driver) -> None:
    pane = pane_of(driver)
    with driver.hold("ctrl"):
        driver.click(at(pane, 1030, 0.5))
    driver.until(lambda: frames(driver) == [1010, 1030, 1050, 1090], "a key on the curve")
    assert mix(driver).keys[1].value == pytest.approx(0.5)
    driver.key("Delete")
    driver.until(lambda: frames(driver) == [1010, 1050, 1090], "the key gone")
    driver.app.goto(1070)
    driver.turn(3)
    driver.key("Insert")
    driver.until(lambda: frames(driver) == [1010, 1050, 1070, 1090], "a key at the playhead")
    driver.key("ctrl+a", "Delete")
    driver.until(lambda: not isinstance(driver.app.state.graph.setting("Grade1", "mix"), Curve), "no curve")
    assert driver.app.state.graph.setting("Grade1", "mix") == pytest.approx(0.65)


def test_values_and_frames_are_typed_with_sums(driver: Driver) -> None:
    import dearpygui.dearpygui as dpg

    pane = pane_of(driver)

    def enter(item: int, text: str) -> None:
        (x, y), (w, h) = dpg.get_item_rect_min(item), dpg.get_item_rect_size(item)
        driver.click((x + w / 2, y + h / 2))
        driver.type(text)
        driver.key("Return")
        driver.turn(4)

    driver.move(at(pane, 1030, 0.7))
    driver.key("ctrl+a")
    driver.turn(3)
    enter(pane.bar._value, "*0.5")
    assert [key.value for key in mix(driver).keys] == [pytest.approx(0.1), pytest.approx(0.4), pytest.approx(0.25)]
    enter(pane.bar._frame, "+5")
    assert frames(driver) == [1015, 1055, 1095]


def test_keys_are_copied_to_another_knob(driver: Driver) -> None:
    graph = driver.app.state.graph.set("Transform1", "rotate", Curve((Key(1001, 5.0),)))
    driver.app.edit("key", graph)
    driver.app.change(panels=driver.app.state.panels.opened("Transform1"), frame=1020)
    pane = pane_of(driver)
    driver.move(driver.inside(pane, 0.7, 0.3))
    pane.hold(pane.keys.all([MIX]))
    driver.key("ctrl+c")
    pane.chosen = frozenset({TURN})
    driver.key("ctrl+v")
    driver.turn(3)
    setting = driver.app.state.graph.setting("Transform1", "rotate")
    assert [(key.frame, key.value) for key in setting.keys] == [(1001, 5.0), (1020, 0.2), (1060, 0.8), (1100, 0.5)]


def test_the_playhead_is_dragged(driver: Driver) -> None:
    pane = pane_of(driver)
    driver.app.goto(1020)
    driver.turn(3)
    driver.drag(at(pane, 1020, 0.6), at(pane, 1040, 0.5), steps=6)
    driver.until(lambda: abs(driver.app.state.frame - 1040) <= 1, "the playhead at 1040")
    low = pane.origin[1] + pane.size[1] - 8
    driver.click((at(pane, 1070, 0)[0], low))
    driver.until(lambda: abs(driver.app.state.frame - 1070) <= 1, "the playhead at 1070")
    driver.key("ctrl+shift+Right")
    driver.until(lambda: driver.app.state.frame == 1090, "the next key")


def test_the_view_pans_zooms_and_fits(driver: Driver) -> None:
    pane = pane_of(driver)
    point = at(pane, 1050, 0.5)
    fitted = pane.ruler
    driver.drag(point, (point[0] + 40, point[1] + 30), button=MIDDLE)
    assert pane.ruler.frame == pytest.approx(fitted.frame - 40 / fitted.across)
    before = pane.ruler.to_curve(*pane.inside(driver.at))
    driver.wheel(3)
    assert pane.ruler.across > fitted.across * 1.3
    assert pane.ruler.to_curve(*pane.inside(driver.at)) == pytest.approx(before)
    across = pane.ruler.across
    with driver.hold("shift"):
        driver.wheel(2)
    assert pane.ruler.across == across
    driver.key("a")
    driver.until(lambda: pane.ruler == fitted, "all curves fitted")


def test_the_list_chooses_which_curves_are_shown(driver: Driver) -> None:
    graph = driver.app.state.graph.set("Transform1", "rotate", Curve((Key(1001, 5.0), Key(1050, 50.0))))
    driver.app.edit("key", graph)
    driver.app.change(panels=driver.app.state.panels.opened("Transform1"))
    pane = pane_of(driver)
    assert set(pane.shown()) == {MIX, TURN}
    from nodegraph.editor.panes.curve_paint import listed
    from nodegraph.editor.panes.curves import BAR

    top = next(y for kind, y, row in listed(pane.keys.rows, 1.0) if kind == "curve" and row.knob == "mix")
    driver.click((pane.origin[0] + 30, pane.origin[1] + BAR + top + 10))
    driver.until(lambda: set(pane.shown()) == {MIX}, "one curve alone")
    driver.click()
    driver.until(lambda: set(pane.shown()) == {MIX, TURN}, "all curves")


def test_the_menu_of_a_key(driver: Driver) -> None:
    import dearpygui.dearpygui as dpg

    pane = pane_of(driver)
    driver.click(at(pane, 1050, 0.8), RIGHT)
    driver.turn(6)
    assert pane.keys.held == {MIX: frozenset({1})}
    labels = [dpg.get_item_label(each) for each in dpg.get_item_children(pane.menu._window, 1)]
    assert "Smooth" in labels
    smooth = labels.index("Smooth")
    x, y = dpg.get_item_pos(pane.menu._window)
    tall = dpg.get_item_rect_size(pane.menu._window)[1]
    assert tall > 100
    driver.click((x + 30, y + 8 + (smooth + 0.5) * 21))
    driver.until(lambda: mix(driver).keys[1].kind is Kind.SMOOTH, "smooth by the menu")


def test_handles_of_one_key_are_levelled(driver: Driver) -> None:
    pane = pane_of(driver)
    driver.click(at(pane, 1050, 0.8))
    driver.key("h")
    driver.until(lambda: mix(driver).keys[1].after == Handle(40 / 3, 0.0), "level handles")
