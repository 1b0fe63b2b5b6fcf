"""The canvas under real keys: what each does to the graph that hangs on it."""

from __future__ import annotations

from pathlib import Path

import pytest

from nodegraph.editor.canvas.picked import nodes
from nodegraph.editor.panels.commands import ACTIONS
from nodegraph.editor.panels.commands import Pane as Place
from nodegraph.editor.panes.graph_replace import ReplaceFiles
from nodegraph.graph.graph import Wire
from nodegraph.graph.knob import File
from nodegraph.graph.layout import backdrops, placed, places
from tests.editor.driver import RIGHT
from tests.editor.panes.graph_canvas import NOWHERE, Canvas, start


def test_tab_finds_a_node_by_a_few_letters_and_remembers_it(canvas: Canvas) -> None:
    driver, chooser = canvas.driver, canvas.pane.adding.chooser
    driver.key("Tab")
    driver.until(lambda: chooser.shown, "the search")
    driver.type("satu")
    driver.until(lambda: chooser.text == "satu", "the letters")
    assert chooser.rows[0].key == "Saturation"
    driver.key("Return")
    driver.until(lambda: "Saturation1" in canvas.graph.nodes, "the node")
    assert canvas.graph.nodes["Saturation1"].kind == "Saturation"
    middle = canvas.pane.scene.boxes(["Saturation1"])["Saturation1"].centre
    assert middle == pytest.approx(NOWHERE, abs=2)
    assert driver.app.state.panels.names == ("Saturation1",)
    driver.click(canvas.at(-200, 100))
    driver.key("Tab")
    assert chooser.rows[0].key == "Saturation"
    driver.key("Down", "Down", "Up", "Escape")
    assert not chooser.shown
    assert canvas.steps() == 1


def test_tab_under_a_selected_node_goes_into_its_stream(canvas: Canvas) -> None:
    driver = canvas.driver
    driver.click(canvas.node("One"))
    driver.key("Tab")
    driver.type("blur")
    driver.key("Return")
    assert canvas.graph.node("Blur1").inputs == {"image": Wire("One")}
    assert canvas.graph.node("Two").inputs == {"image": Wire("Blur1")}


def test_a_row_of_the_search_is_taken_by_a_click(canvas: Canvas) -> None:
    driver, chooser = canvas.driver, canvas.pane.adding.chooser
    driver.key("Tab")
    driver.type("cro")
    driver.until(lambda: chooser.rows and chooser.rows[0].key == "Crop", "Crop in the list")
    driver.click((chooser.place[0] + 60, chooser.place[1] + 50))
    driver.until(lambda: "Crop1" in canvas.graph.nodes, "the node")


def test_a_press_beside_the_search_closes_it(canvas: Canvas) -> None:
    driver, chooser = canvas.driver, canvas.pane.adding.chooser
    driver.key("Tab")
    driver.until(lambda: chooser.shown, "the search")
    driver.turn(3)
    driver.click(canvas.at(-240, 20))
    driver.until(lambda: not chooser.shown, "the search is gone")
    assert canvas.graph.nodes == start().nodes


def test_copy_cut_and_paste_go_through_the_clipboard_as_text(canvas: Canvas) -> None:
    import dearpygui.dearpygui as dpg

    driver = canvas.driver
    driver.drag(canvas.at(-60, 60), canvas.at(170, 245))
    driver.key("ctrl+c")
    text = dpg.get_clipboard_text()
    assert '"One"' in text
    assert '"Plate"' not in text
    driver.click(canvas.at(*NOWHERE))
    driver.key("ctrl+v")
    assert canvas.picked == nodes("One1", "Two1")
    assert canvas.graph.node("Two1").inputs == {"image": Wire("One1")}
    assert canvas.graph.node("One1").inputs == {}
    corner = canvas.pane.view.to_graph(canvas.pane.cursor)
    assert places(canvas.graph)["One1"].at == pytest.approx(corner, abs=1)
    driver.key("ctrl+x")
    assert canvas.graph.nodes == start().nodes
    driver.key("ctrl+v")
    assert {"One1", "Two1"} <= canvas.graph.nodes.keys()
    assert canvas.steps() == 3


def test_pasted_under_a_node_it_is_wired_to_it(canvas: Canvas) -> None:
    driver = canvas.driver
    driver.click(canvas.node("Free"))
    driver.key("ctrl+c")
    driver.click(canvas.node("Plate"))
    driver.key("ctrl+v")
    assert canvas.graph.node("Free1").inputs == {"image": Wire("Plate")}


def test_values_are_pasted_onto_nodes_of_the_same_kind(canvas: Canvas) -> None:
    driver = canvas.driver
    driver.app.edit("values", canvas.graph.set("One", "gain", (2.0, 2.0, 2.0)))
    driver.click(canvas.node("One"))
    driver.key("ctrl+c")
    driver.click(canvas.node("Two"))
    driver.key("ctrl+alt+v")
    assert canvas.graph.node("Two").knobs == canvas.graph.node("One").knobs
    assert canvas.graph.node("Two").inputs == start().node("Two").inputs
    assert driver.app.session.undo_label == "paste values"
    before = canvas.graph
    driver.click(canvas.node("Free"))
    driver.key("ctrl+alt+v")
    assert "Grade" in driver.app.said[0]
    assert driver.app.said[1]
    assert canvas.graph is before


def test_connected_from_the_lowest_up(canvas: Canvas) -> None:
    driver = canvas.driver
    driver.click(canvas.node("Faces"))  # below Free
    driver.app.edit("apart", canvas.graph.add("Grade", "Low"))
    driver.app.edit("apart", placed(canvas.graph, Low=(300, 160)))
    driver.turn(2)
    driver.click(canvas.node("Free"))
    with driver.hold("shift"):
        driver.click(canvas.node("Low"))
    driver.key("shift+y")
    assert canvas.graph.node("Free").inputs == {"image": Wire("Low")}
    assert not canvas.graph.node("Low").inputs


def test_places_in_the_graph_are_kept_and_come_back_to(canvas: Canvas) -> None:
    driver, pane = canvas.driver, canvas.pane
    driver.move(canvas.at(*NOWHERE))
    driver.key("shift+F8")
    assert driver.app.said[0].startswith("no place is kept as 2")
    assert driver.app.said[1]
    kept = pane.view
    driver.key("ctrl+F8")
    assert "Shift+F8" in driver.app.said[0]
    driver.key("f")
    assert pane.view != kept
    driver.key("shift+F8")
    assert pane.view == kept


def test_what_is_no_graph_is_refused_in_words(canvas: Canvas) -> None:
    import dearpygui.dearpygui as dpg

    dpg.set_clipboard_text("a shopping list")
    canvas.driver.key("ctrl+v")
    assert canvas.driver.app.said[1]
    assert canvas.graph.nodes == start().nodes


def test_paths_are_pasted_as_readers(canvas: Canvas) -> None:
    import dearpygui.dearpygui as dpg

    dpg.set_clipboard_text("/plates/shot v002.####.exr\n/plates/other.mov")
    canvas.driver.key("ctrl+v")
    files = [node.knobs.get("file") for name, node in canvas.graph.nodes.items() if name.startswith("Read")]
    assert files == ["/plates/shot v002.####.exr", "/plates/other.mov"]
    assert canvas.steps() == 1


@pytest.mark.parametrize(
    ("key", "label"),
    [("d", "disable"), ("alt+c", "duplicate"), ("Delete", "delete"), ("ctrl+shift+x", "extract"), ("l", "place")],
)
def test_one_key_is_one_step(canvas: Canvas, key: str, label: str) -> None:
    driver = canvas.driver
    driver.click(canvas.node("One"))
    with driver.hold("shift"):
        driver.click(canvas.node("Two"))
    driver.key(key)
    assert label in driver.app.session.undo_label
    assert canvas.steps() == 1
    driver.key("ctrl+z")
    assert canvas.graph == start()


def test_disabled_deleted_duplicated(canvas: Canvas) -> None:
    driver = canvas.driver
    driver.click(canvas.node("One"))
    driver.key("d")
    assert canvas.graph.node("One").disabled
    assert canvas.pane.scene.nodes["One"].look.disabled
    driver.key("d")
    assert not canvas.graph.node("One").disabled
    driver.key("alt+b")
    assert canvas.graph.node("One1").inputs == {"image": Wire("Plate")}
    driver.key("Delete")
    assert "One1" not in canvas.graph.nodes
    driver.click(canvas.node("One"))
    driver.key("BackSpace")
    assert canvas.graph.node("Two").inputs == {"image": Wire("Plate")}


def test_a_node_is_called_otherwise_in_place(canvas: Canvas) -> None:
    driver, field = canvas.driver, canvas.pane.names.field
    driver.click(canvas.node("One"))
    driver.key("1", "Return")
    driver.key("n")
    driver.until(lambda: field.shown, "the field")
    driver.turn(3)
    driver.type("Key_light")
    driver.key("Return")
    assert "One" not in canvas.graph.nodes
    assert canvas.graph.node("Two").inputs == {"image": Wire("Key_light")}
    assert canvas.picked == nodes("Key_light")
    assert driver.app.state.panels.names == ("Key_light",)
    assert driver.app.state.inputs == {1: "Key_light"}
    driver.key("n")
    driver.turn(3)
    driver.type("Two")
    driver.key("Return")
    assert "Two already" in driver.app.said[0]
    driver.key("n")
    driver.turn(3)
    driver.type("x")
    driver.key("Escape")
    assert "Key_light" in canvas.graph.nodes
    assert canvas.steps() == 1


def test_numbers_wire_the_viewer(canvas: Canvas) -> None:
    driver = canvas.driver
    driver.click(canvas.node("One"))
    driver.key("1")
    driver.click(canvas.node("Two"))
    driver.key("2")
    assert driver.app.state.inputs == {1: "One", 2: "Two"}
    assert driver.app.state.shown == 2
    assert canvas.pane.scene.nodes["Two"].look.marks.viewers == (2,)
    driver.click(canvas.at(*NOWHERE))
    driver.key("1")
    assert driver.app.state.shown == 1
    driver.key("shift+2")
    assert driver.app.state.against == 2
    assert driver.app.state.shown == 1
    assert canvas.steps() == 0


def test_wiring_by_keys(canvas: Canvas) -> None:
    driver = canvas.driver
    driver.click(canvas.node("Free"))
    with driver.hold("shift"):
        driver.click(canvas.node("Faces"))
    driver.key("y")
    assert canvas.graph.node("Faces").inputs == {"image": Wire("Free")}
    driver.click(canvas.node("Over"))
    driver.key("shift+x")
    assert canvas.graph.node("Over").inputs == {"a": Wire("Two")}
    driver.key("ctrl+d")
    assert canvas.graph.node("Over").inputs == {}
    driver.key("ctrl+alt+a")
    assert canvas.picked == nodes("Over")


def test_places_by_keys(canvas: Canvas) -> None:
    driver = canvas.driver
    driver.drag(canvas.node("Two"), canvas.at(47, 233))
    driver.key("shift+backslash")
    centre = canvas.pane.scene.boxes(["Two"])["Two"].centre
    assert centre[0] % 20 == centre[1] % 20 == 0
    driver.click(canvas.at(*NOWHERE))
    graph = canvas.graph
    driver.key("l")
    assert canvas.graph is graph, "what was laid out by hand stays with nothing selected"
    assert "no node is selected" in driver.app.said[0]
    driver.key("ctrl+a", "l")
    boxes = canvas.pane.scene.boxes(["Plate", "One", "Two"])
    assert len({box.centre[0] for box in boxes.values()}) == 1
    assert boxes["Plate"].bottom < boxes["One"].top < boxes["Two"].top


def test_backdrop_note_and_colour(canvas: Canvas) -> None:
    driver, pane = canvas.driver, canvas.pane
    driver.drag(canvas.at(-60, 60), canvas.at(170, 245))
    driver.key("shift+b")
    driver.until(lambda: pane.names.field.shown, "the field")
    driver.turn(3)
    driver.type("grades")
    driver.key("Return")
    (panel,) = backdrops(canvas.graph).values()
    assert panel.label == "grades"
    driver.click(canvas.node("Free"))
    driver.key("ctrl+shift+c")
    driver.until(lambda: pane.swatches.shown, "the colours")
    driver.turn(3)
    driver.click((pane.swatches.place[0] + 22, pane.swatches.place[1] + 22))
    driver.until(lambda: places(canvas.graph)["Free"].colour, "the colour")
    assert places(canvas.graph)["Free"].colour == "#7a5a2e"
    driver.move(canvas.at(480, 150))
    driver.key("shift+n")
    driver.until(lambda: pane.names.field.shown, "the note")
    driver.active()
    driver.key("ctrl+a")
    driver.type("two words")
    driver.key("ctrl+Return")
    assert canvas.graph.ui["notes"]["Note1"]["text"] == "two words"


def test_versions_of_a_reader(canvas: Canvas) -> None:
    driver = canvas.driver
    driver.app.edit("file", canvas.graph.set("Plate", "file", File("shot_v009/shot_v009.####.exr")))
    driver.click(canvas.node("Plate"))
    driver.key("alt+Up")
    assert canvas.graph.value("Plate", "file", 1) == "shot_v010/shot_v010.####.exr"
    driver.key("alt+Down", "alt+Down")
    assert canvas.graph.value("Plate", "file", 1) == "shot_v008/shot_v008.####.exr"
    assert "shot_v008.####.exr" in canvas.pane.words.beside("Plate")


def test_file_names_are_searched_and_replaced(canvas: Canvas) -> None:
    import dearpygui.dearpygui as dpg

    driver = canvas.driver
    graph = canvas.graph.set("Plate", "file", File("/shows/one/plate.####.exr")).add("Read", "Movie")
    driver.app.edit("files", graph.set("Movie", "file", File("one/ref.mov")))
    driver.click(canvas.at(*NOWHERE))
    driver.key("ctrl+shift+slash")
    driver.type("shows/one")
    driver.key("Tab")
    driver.type("shows/two")
    sheet = driver.window.dialogs.sheet
    assert isinstance(sheet, ReplaceFiles)
    told = sheet.told
    driver.until(lambda: dpg.get_value(told) == "/shows/two/plate.####.exr", "what becomes of it")
    driver.key("Return")
    driver.until(lambda: driver.app.session.undo_label == "replace in file names", "the edit")
    assert canvas.graph.node("Plate").knobs["file"] == "/shows/two/plate.####.exr"
    assert canvas.graph.node("Movie").knobs["file"] == "one/ref.mov"
    before = canvas.graph
    driver.click(canvas.node("Plate"))
    driver.key("ctrl+shift+slash")
    driver.type("one/")
    driver.key("Return")
    sheet = driver.window.dialogs.sheet
    assert isinstance(sheet, ReplaceFiles), "Movie is not selected"
    assert "one/" in dpg.get_value(sheet.told)
    driver.key("Escape")
    driver.until(lambda: driver.window.dialogs.sheet is None, "the sheet gone")
    assert canvas.graph is before


def test_hidden_wires_show_while_their_node_is_selected(canvas: Canvas) -> None:
    driver, pane = canvas.driver, canvas.pane
    driver.click(canvas.node("Two"))
    driver.key("alt+h")
    assert pane.painter.hidden == {"Two"}
    driver.click(canvas.at(*NOWHERE))
    assert not pane.painter.is_drawn("Two", "image")
    driver.click(canvas.node("Two"))
    assert pane.painter.is_drawn("Two", "image")


def test_a_node_is_found_by_its_name(canvas: Canvas) -> None:
    driver, pane = canvas.driver, canvas.pane
    driver.key("slash")
    driver.type("fac")
    driver.key("Return")
    assert canvas.picked == nodes("Faces")
    assert pane.view.seen(pane.size).centre == pytest.approx(pane.scene.boxes(["Faces"])["Faces"].centre, abs=1)


def test_the_keys_of_new_nodes(canvas: Canvas) -> None:
    driver = canvas.driver
    for key, kind in (("r", "Read"), ("b", "Blur"), ("g", "Grade"), ("m", "Merge"), ("o", "Roto"), ("period", "Dot")):
        driver.click(canvas.at(-240, 300))
        driver.key(key)
        assert [node.kind for node in canvas.graph.nodes.values()][-1] == kind


def test_every_action_of_the_canvas_is_there(canvas: Canvas) -> None:
    """Those of time, of the project and of presets are other panes'."""
    own = {name for name, action in ACTIONS.items() if Place.GRAPH in action.panes and action.menu != "Time"}
    assert own - canvas.pane.actions().keys() == {"project_settings", "save_preset", "replace_files"}


def test_settings_stay_in_their_folder(canvas: Canvas) -> None:
    """What was used last is remembered where the window keeps its settings."""
    import os

    canvas.driver.key("b")
    assert canvas.pane.adding.recent[0] == "Blur"
    assert (Path(os.environ["XDG_CONFIG_HOME"]) / "nodegraph" / "nodes.json").is_file()


def test_the_menu_of_the_right_button(canvas: Canvas) -> None:
    import dearpygui.dearpygui as dpg

    driver, menu = canvas.driver, canvas.pane.menu
    driver.click(canvas.node("One"), button=RIGHT)
    driver.until(lambda: menu._window and dpg.is_item_visible(menu._window), "the menu")
    driver.turn(4)
    assert canvas.picked == nodes("One")
    left, top = dpg.get_item_pos(menu._window)
    row = next(item for item in dpg.get_item_children(menu._window, 1) if dpg.get_item_label(item) == "Disable")
    driver.click((left + 40, top + dpg.get_item_pos(row)[1] + 8))
    driver.until(lambda: canvas.graph.node("One").disabled, "One disabled")
    driver.until(lambda: not dpg.is_item_visible(menu._window), "the menu gone")


def test_a_mouse_that_rests_where_the_search_opens_chooses_nothing(canvas: Canvas) -> None:
    driver, chooser = canvas.driver, canvas.pane.adding.chooser
    driver.move(driver.inside(canvas.pane, 0.3, 0.97))  # there is no room below: the list opens over the mouse
    driver.key("Tab")
    driver.until(lambda: chooser.shown, "the search")
    driver.turn(3)
    assert chooser.pointed(driver.at), "a row is under the mouse"
    assert chooser.at == 0
    driver.move((driver.at[0] + 3, driver.at[1]))
    driver.until(lambda: chooser.at == chooser.pointed(driver.at), "the row that is pointed at")
    driver.key("Escape")
