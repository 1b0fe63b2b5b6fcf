"""The properties in the real window, with real mouse and keys."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from nodegraph.graph.curve import Curve, Key, Kind
from nodegraph.graph.document import Document
from nodegraph.graph.graph import Graph, Link
from nodegraph.graph.knob import Color
from nodegraph.graph.library import Library
from tests.editor.driver import RIGHT, Driver, opened

if TYPE_CHECKING:
    from nodegraph.editor.panes.properties import PropertiesPane
    from nodegraph.editor.panes.property_row import RowView

At = tuple[float, float]


@pytest.fixture
def driver(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Driver]:
    from nodegraph.editor.shell import layout

    slots = tuple(slot for slot in layout.SLOTS if slot.module == "properties")
    monkeypatch.setattr("nodegraph.editor.shell.window.SLOTS", slots)
    graph = Graph(Library.discover()).with_shot(first=1001, last=1100)
    for kind in ("Grade", "Blur", "Transform", "Read"):
        graph = graph.add(kind)
    graph = graph.set("Grade1", "mix", Curve.of([(1001, 0.0), (1051, 1.0)]))
    with opened(Document(graph, path=tmp_path / "shot.ngraph.json"), tmp_path, size=(1100, 900)) as driver:
        yield driver


def panel(driver: Driver, *names: str) -> PropertiesPane:
    """The pane with these panels open, the first on top."""
    from nodegraph.editor.panes.properties import PropertiesPane

    panels = driver.app.state.panels
    for name in reversed(names):
        panels = panels.opened(name)
    driver.app.change(panels=panels)
    pane = driver.front(PropertiesPane)
    driver.turn(6)
    return pane


def row(driver: Driver, node: str, knob: str) -> RowView:
    from nodegraph.editor.panes.properties import PropertiesPane

    view = driver.pane(PropertiesPane).panels[node]
    return next(each for each in view.rows if each.knob == knob)


def middle(item: int) -> At:
    import dearpygui.dearpygui as dpg

    (x, y), (w, h) = dpg.get_item_rect_min(item), dpg.get_item_rect_size(item)
    return x + w / 2, y + h / 2


def value(driver: Driver, node: str, knob: str) -> object:
    return driver.app.state.graph.value(node, knob, driver.app.state.frame)


def shown(item: int) -> str:
    import dearpygui.dearpygui as dpg

    return str(dpg.get_value(item))


def enter(driver: Driver, item: int, text: str) -> None:
    driver.click(middle(item))
    driver.type(text)
    driver.key("Return")
    driver.turn(4)


def test_sums_typed_into_fields_go_from_what_stood_there(driver: Driver) -> None:
    panel(driver, "Transform1")
    field = row(driver, "Transform1", "rotate").fields[0]
    enter(driver, field, "20")
    assert value(driver, "Transform1", "rotate") == 20.0
    enter(driver, field, "+20")
    assert value(driver, "Transform1", "rotate") == 40.0
    enter(driver, field, "*2")
    assert value(driver, "Transform1", "rotate") == 80.0
    assert shown(field) == "80°"
    enter(driver, field, "nonsense")
    assert value(driver, "Transform1", "rotate") == 80.0
    assert driver.app.said[1]
    assert shown(field) == "80°"
    driver.move((5, 5))
    for _ in range(3):
        driver.key("ctrl+z")
    assert value(driver, "Transform1", "rotate") == 0.0


def test_escape_leaves_the_value(driver: Driver) -> None:
    panel(driver, "Transform1")
    field = row(driver, "Transform1", "rotate").fields[0]
    driver.click(middle(field))
    driver.type("77")
    driver.key("Escape")
    driver.turn(4)
    assert value(driver, "Transform1", "rotate") == 0.0
    assert shown(field) == "0°"


def test_a_drag_of_the_slider_is_one_step_of_undo(driver: Driver) -> None:
    panel(driver, "Blur1", "Transform1")
    slider = row(driver, "Transform1", "skew").slider
    x, y = middle(slider)
    driver.drag((x, y), (x + 15, y), (x + 25, y), steps=5)
    driver.turn(3)
    turned = value(driver, "Transform1", "skew")
    assert isinstance(turned, float)
    assert turned > 0.1
    driver.app.undo()
    driver.turn(3)
    assert value(driver, "Transform1", "skew") == 0.0
    assert driver.app.session.undo_label == ""
    driver.app.redo()
    driver.turn(3)
    assert value(driver, "Transform1", "skew") == turned


def test_a_drag_of_the_label_turns_the_knob(driver: Driver) -> None:
    panel(driver, "Transform1")
    x, y = middle(row(driver, "Transform1", "rotate").label)
    driver.drag((x, y), (x + 20, y))
    driver.turn(3)
    assert value(driver, "Transform1", "rotate") == 100.0  # 720 degrees over 200 pixels: 5 a pixel
    driver.app.undo()
    assert driver.app.session.undo_label == ""


def test_up_and_down_step_the_digit_left_of_the_caret(driver: Driver) -> None:
    panel(driver, "Transform1")
    field = row(driver, "Transform1", "rotate").fields[0]
    enter(driver, field, "12.5")
    driver.click(middle(field))
    driver.key("Up")
    driver.until(lambda: value(driver, "Transform1", "rotate") == 12.6, "a tenth more")
    driver.turn(5)
    driver.key("Up")
    driver.until(lambda: value(driver, "Transform1", "rotate") == 12.7, "another")
    driver.turn(5)
    driver.key("Home", "Right", "Down")
    driver.until(lambda: value(driver, "Transform1", "rotate") == 2.7, "ten less")
    driver.turn(5)
    driver.key("Return")
    driver.turn(3)
    driver.app.undo()
    driver.turn(2)
    assert value(driver, "Transform1", "rotate") == 12.5


def test_colours_keep_what_is_above_one(driver: Driver) -> None:
    panel(driver, "Grade1")
    fields = row(driver, "Grade1", "gain").fields
    enter(driver, fields[0], "3.5")
    enter(driver, fields[2], "*2")
    assert value(driver, "Grade1", "gain") == Color((3.5, 1.0, 2.0))


def test_the_colour_box_scales_beyond_one(driver: Driver) -> None:
    pane = panel(driver, "Grade1")
    swatch = row(driver, "Grade1", "gain").swatch
    assert swatch is not None
    driver.click(middle(swatch.item))
    driver.turn(6)
    enter(driver, pane.colours._field, "4")
    assert value(driver, "Grade1", "gain") == Color((4.0, 4.0, 4.0))


def test_the_key_button_sets_removes_and_jumps(driver: Driver) -> None:
    panel(driver, "Grade1")
    keys = row(driver, "Grade1", "mix").keys
    assert keys is not None
    x, y = middle(keys.item)
    driver.click((x - keys.width / 2 + 4, y))  # at 1001, the first key: nothing before
    assert driver.app.state.frame == 1001
    driver.click((x + keys.width / 2 - 4, y))
    driver.until(lambda: driver.app.state.frame == 1051, "the next key")
    driver.turn(4)
    assert shown(row(driver, "Grade1", "mix").fields[0]) == "1"
    driver.app.goto(1026)
    driver.turn(4)
    assert shown(row(driver, "Grade1", "mix").fields[0]) == "0.5"
    driver.click((x, y))
    driver.turn(3)
    curve = driver.app.state.graph.setting("Grade1", "mix")
    assert [key.frame for key in curve.keys] == [1001, 1026, 1051]
    driver.click((x, y))
    driver.turn(3)
    curve = driver.app.state.graph.setting("Grade1", "mix")
    assert [key.frame for key in curve.keys] == [1001, 1051]


def test_auto_key_makes_a_key_of_what_is_typed(driver: Driver) -> None:
    pane = panel(driver, "Transform1")
    driver.click(middle(pane._auto))
    driver.until(lambda: driver.app.state.auto_key, "auto-key on")
    driver.app.goto(1010)
    driver.turn(3)
    enter(driver, row(driver, "Transform1", "rotate").fields[0], "30")
    assert driver.app.state.graph.setting("Transform1", "rotate") == Curve((Key(1010, 30.0, Kind.SMOOTH),))


def test_choices_and_switches(driver: Driver) -> None:
    panel(driver, "Transform1")
    driver.click(middle(row(driver, "Transform1", "invert").choice))
    driver.until(lambda: value(driver, "Transform1", "invert") is True, "inverted")
    combo = row(driver, "Transform1", "filter").choice
    x, y = middle(combo)
    before = value(driver, "Transform1", "filter")
    driver.click((x, y))
    driver.turn(5)
    driver.click((x, y + 24))
    driver.until(lambda: value(driver, "Transform1", "filter") != before, "another filter")


def test_a_file_is_marked_and_its_path_typed(driver: Driver, tmp_path: Path) -> None:
    (tmp_path / "plate.1001.exr").write_bytes(b"")
    panel(driver, "Read1")
    view = row(driver, "Read1", "file")
    enter(driver, view.fields[0], "plate.####.exr")
    assert value(driver, "Read1", "file") == "plate.####.exr"
    driver.until(lambda: shown(view.told).startswith("1 frames"), "the mark of a file that is there")
    enter(driver, view.fields[0], "other.####.exr")
    driver.until(lambda: "no frame" in shown(view.told), "the mark of a file that is missing")


def test_search_and_modified_only(driver: Driver) -> None:
    pane = panel(driver, "Grade1", "Transform1")
    driver.click(middle(pane._modified))
    driver.until(lambda: [each.knob for each in pane.panels["Grade1"].rows] == ["mix"], "what was changed alone")
    driver.click(middle(pane._modified))
    driver.turn(3)
    driver.click(middle(pane._search))
    driver.type("clamp")
    driver.until(
        lambda: [each.knob for each in pane.panels["Grade1"].rows] == ["black_clamp", "white_clamp"], "two clamps"
    )
    assert pane.panels["Transform1"].rows == []


def test_links_are_shown_followed_and_broken(driver: Driver) -> None:
    import dearpygui.dearpygui as dpg

    pane = panel(driver, "Transform1", "Grade1")
    dpg.set_clipboard_text(pane.turning.copied_link("Grade1", "mix"))
    driver.move(middle(row(driver, "Transform1", "skew").label))
    driver.key("ctrl+v")
    driver.turn(3)
    assert driver.app.state.graph.setting("Transform1", "skew") == Link("Grade1", "mix")
    driver.app.goto(1051)
    driver.turn(3)
    assert shown(row(driver, "Transform1", "skew").fields[0]) == "1"
    x, y = middle(row(driver, "Transform1", "skew").label)
    driver.drag((x, y), (x + 20, y))
    assert driver.app.said[1]  # it follows: the artist is told
    assert driver.app.state.graph.setting("Transform1", "skew") == Link("Grade1", "mix")
    driver.click(middle(row(driver, "Transform1", "skew").label), RIGHT)
    driver.turn(6)
    entries = [
        each for each in dpg.get_item_children(pane.menu._window, 1) if dpg.get_item_label(each) == "Break the link"
    ]
    assert entries
    driver.key("Escape")
    pane.turning.break_link("Transform1", "skew")
    assert driver.app.state.graph.setting("Transform1", "skew") == 1.0


def test_a_double_click_on_the_label_is_back_to_the_default(driver: Driver) -> None:
    panel(driver, "Transform1")
    enter(driver, row(driver, "Transform1", "rotate").fields[0], "20")
    driver.double(middle(row(driver, "Transform1", "rotate").label))
    driver.until(lambda: value(driver, "Transform1", "rotate") == 0.0, "back to the default")


def test_panels_are_named_switched_pinned_and_closed(driver: Driver) -> None:
    pane = panel(driver, "Grade1", "Blur1")
    enter(driver, pane.panels["Grade1"]._name, "Key_light")
    driver.until(lambda: "Key_light" in pane.panels, "the panel under its new name")
    assert driver.app.state.panels.names == ("Key_light", "Blur1")
    driver.click(middle(pane.panels["Blur1"]._power))
    driver.until(lambda: driver.app.state.graph.node("Blur1").disabled, "the node off")
    driver.click(middle(pane.panels["Blur1"]._pin))
    driver.until(lambda: driver.app.state.panels.pinned == frozenset({"Blur1"}), "the panel pinned")
    driver.click(middle(pane._clear))
    driver.until(lambda: list(pane.panels) == ["Blur1"], "all closed but the pinned")
    driver.click(middle(pane.panels["Blur1"]._close))
    driver.until(lambda: not pane.panels, "all closed")


def test_keys_go_to_the_knob_under_the_cursor(driver: Driver) -> None:
    panel(driver, "Transform1")
    enter(driver, row(driver, "Transform1", "skew").fields[0], "0.5")
    driver.move(middle(row(driver, "Transform1", "skew").label))
    driver.key("k")
    driver.until(
        lambda: driver.app.state.graph.setting("Transform1", "skew") == Curve((Key(1001, 0.5, Kind.SMOOTH),)), "a key"
    )
    driver.key("shift+k")
    driver.until(lambda: driver.app.state.graph.setting("Transform1", "skew") == 0.5, "no key")
    driver.key("alt+k")
    driver.until(lambda: driver.app.state.auto_key, "keys by themselves")
    driver.key("ctrl+BackSpace")
    driver.until(lambda: value(driver, "Transform1", "skew") == 0.0, "the default")
    driver.key("p")
    driver.until(lambda: driver.app.state.panels.pinned == frozenset({"Transform1"}), "pinned")


def test_a_curve_is_copied_to_another_knob(driver: Driver) -> None:
    panel(driver, "Transform1", "Grade1")
    driver.move(middle(row(driver, "Grade1", "mix").label))
    driver.key("ctrl+c")
    driver.move(middle(row(driver, "Transform1", "skew").label))
    driver.key("ctrl+v")
    driver.until(
        lambda: driver.app.state.graph.setting("Transform1", "skew") == Curve.of([(1001, 0.0), (1051, 1.0)]),
        "the curve pasted",
    )


def test_a_followed_knob_leads_to_its_source(driver: Driver) -> None:
    graph = driver.app.state.graph
    driver.app.edit("link", graph.set("Transform1", "skew", Link("Grade1", "mix")))
    pane = panel(driver, "Transform1")
    driver.click(middle(row(driver, "Transform1", "skew").linked))
    driver.until(lambda: list(pane.panels) == ["Transform1", "Grade1"], "the panel of the source")
    assert driver.app.state.panels.names == ("Grade1", "Transform1")


def test_popups_close_with_escape(driver: Driver) -> None:
    import dearpygui.dearpygui as dpg

    pane = panel(driver, "Grade1")
    swatch = row(driver, "Grade1", "gain").swatch
    assert swatch is not None
    driver.click(middle(swatch.item))
    driver.until(lambda: pane.colours._window and dpg.is_item_visible(pane.colours._window), "the colour box")
    driver.key("Escape")
    driver.until(lambda: not pane.colours._window, "no colour box")
    driver.turn(4)
    driver.click(middle(row(driver, "Grade1", "mix").label), RIGHT)
    driver.until(lambda: pane.menu._window and dpg.is_item_visible(pane.menu._window), "the menu")
    driver.key("Escape")
    driver.until(lambda: not pane.menu._window, "no menu")


def test_the_browser_is_asked_for_a_file(driver: Driver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import dearpygui.dearpygui as dpg

    from nodegraph.editor.asking import Asked, FileWanted

    panel(driver, "Read1")
    asked: list[Asked] = []
    monkeypatch.setattr(driver.app, "ask", asked.append)
    view = row(driver, "Read1", "file")
    beside = dpg.get_item_children(dpg.get_item_parent(view.fields[0]), 1)
    button = next(each for each in beside if dpg.get_item_type(each) == "mvAppItemType::mvButton")
    driver.click(middle(button))
    driver.until(lambda: asked, "the browser asked")
    wanted = asked[0]
    assert isinstance(wanted, FileWanted)
    wanted.take(str(tmp_path / "plates" / "a.####.exr"))
    assert value(driver, "Read1", "file") == "plates/a.####.exr"


def test_folded_panels_stay_folded(driver: Driver) -> None:
    pane = panel(driver, "Grade1", "Transform1")
    driver.click(middle(pane.panels["Grade1"]._fold))
    driver.until(lambda: pane.panels["Grade1"].folded, "folded")
    driver.app.change(panels=driver.app.state.panels.closed("Grade1"))
    driver.turn(3)
    panel(driver, "Grade1")
    assert pane.panels["Grade1"].folded
    assert not pane.panels["Transform1"].folded


def test_what_went_wrong_is_told_in_the_panel(driver: Driver) -> None:
    import dearpygui.dearpygui as dpg

    from nodegraph.editor.app import faults_of

    pane = panel(driver, "Read1")
    driver.app.change(faults=faults_of({"Read1": "no frame of it is there"}))
    driver.turn(3)
    assert dpg.is_item_visible(pane.panels["Read1"]._fault_text)
    assert shown(pane.panels["Read1"]._fault_text) == "no frame of it is there"


def test_the_small_curves_are_gone_by(driver: Driver) -> None:
    import dearpygui.dearpygui as dpg

    pane = panel(driver, "Grade1", "Transform1")
    small = pane.panels["Grade1"].curves
    assert small is not None
    assert pane.panels["Transform1"].curves is None
    left, top = dpg.get_item_rect_min(small.paint.item)
    driver.click((left + small.ruler.to_screen(1051, 0.0)[0], top + 40))
    driver.until(lambda: abs(driver.app.state.frame - 1051) <= 1, "the frame that was clicked")
    driver.app.edit("still", driver.app.state.graph.set("Grade1", "mix", 1.0))
    driver.until(lambda: pane.panels["Grade1"].curves is None, "no curves")


def test_a_drag_on_the_colour_wheel_is_one_step_and_keeps_the_strength(driver: Driver) -> None:
    import dearpygui.dearpygui as dpg

    driver.app.edit("gain", driver.app.state.graph.set("Grade1", "gain", Color((2.0, 4.0, 1.0))))
    pane = panel(driver, "Grade1")
    swatch = row(driver, "Grade1", "gain").swatch
    assert swatch is not None
    driver.click(middle(swatch.item))
    driver.turn(6)
    (x, y), (w, h) = dpg.get_item_rect_min(pane.colours._wheel), dpg.get_item_rect_size(pane.colours._wheel)
    ring = (x + w / 2, y + h * 0.04)
    driver.drag(ring, (ring[0] + 40, ring[1] + 12), (ring[0] + 70, ring[1] + 40))
    driver.turn(4)
    turned = value(driver, "Grade1", "gain")
    assert isinstance(turned, Color)
    assert turned != Color((2.0, 4.0, 1.0))
    assert max(turned) == pytest.approx(4.0, rel=0.02)
    driver.app.undo()
    driver.turn(3)
    assert value(driver, "Grade1", "gain") == Color((2.0, 4.0, 1.0))
    assert driver.app.session.undo_label == "gain"


def test_a_label_dragged_to_another_with_ctrl_is_followed(driver: Driver) -> None:
    panel(driver, "Transform1", "Blur1")
    with driver.hold("ctrl"):
        driver.drag(middle(row(driver, "Transform1", "skew").label), middle(row(driver, "Transform1", "rotate").label))
    driver.until(
        lambda: driver.app.state.graph.setting("Transform1", "rotate") == Link("Transform1", "skew"), "the link"
    )
    assert driver.app.said == ("Transform1.rotate follows Transform1.skew", False)
    driver.move(middle(row(driver, "Blur1", "mix").label))
    with driver.hold("ctrl"):
        driver.press()
        assert "drop it" in driver.app.said[0]
        driver.key("Escape")
        driver.release()
    assert driver.app.said[0] == ""  # no drop is waited for any more
    with driver.hold("ctrl"):
        driver.drag(middle(row(driver, "Transform1", "rotate").label), middle(row(driver, "Transform1", "skew").label))
    driver.turn(3)
    assert driver.app.state.graph.setting("Transform1", "skew") == 0.0  # it would go round
    assert driver.app.said[1]


def test_colour_spaces_that_come_take_nothing_from_under_the_hand(driver: Driver) -> None:
    import dearpygui.dearpygui as dpg

    pane = panel(driver, "Read1")
    driver.until(lambda: all(pane.files._spaces.values()), "the colour spaces")
    view = row(driver, "Read1", "colorspace")
    dpg.configure_item(view.choice, items=[])  # as before they came
    field = row(driver, "Read1", "file").fields[0]
    driver.click(middle(field))
    driver.type("plate")
    driver.move(middle(pane.panels["Read1"]._fold))
    driver.press()
    pane._spaces_came()
    driver.release()
    driver.until(lambda: pane.panels["Read1"].folded, "folded")
    assert value(driver, "Read1", "file") == "plate"
    assert "ACEScg" in " ".join(dpg.get_item_configuration(view.choice)["items"])
