"""Copies through the clipboard, backdrops, notes and thumbnails under real keys: what is told, how many steps it is."""

from __future__ import annotations

import dearpygui.dearpygui as dpg
import pytest

from nodegraph.graph.document import Document, read, write
from nodegraph.graph.layout import Backdrop, backdrops, notes, with_item
from tests.editor.panes.graph_canvas import Canvas, start


def test_a_backdrop_is_cut_with_what_lies_on_it_and_pasted_once(canvas: Canvas) -> None:
    driver = canvas.driver
    driver.app.open(Document(with_item(canvas.graph, "Back", Backdrop((-40, 60), (230, 200), "grades"))))
    driver.turn(3)
    driver.click(canvas.at(150, 70))
    driver.key("ctrl+c")
    assert driver.app.said == ("copied 2 nodes as text", False)
    driver.key("ctrl+x")
    assert driver.app.said == ("cut 2 nodes as text", False)
    assert canvas.graph.nodes.keys() == {"Plate", "Over", "Free", "Faces"}
    driver.key("ctrl+v")
    assert canvas.graph.nodes.keys() == start().nodes.keys()
    assert backdrops(canvas.graph).keys() == {"Back"}
    assert canvas.steps() == 2


@pytest.mark.parametrize(
    "text", ["a shopping list", "{}", "push $cut_paste_input\nBlur {\n size 10\n}", "x" * 2_000_000]
)
def test_what_other_programs_copied_is_no_broken_file(canvas: Canvas, text: str) -> None:
    dpg.set_clipboard_text(text)
    canvas.driver.key("ctrl+v")
    assert canvas.driver.app.said[0].startswith("the clipboard holds no nodes")
    assert canvas.driver.app.said[1]
    assert canvas.graph == start()


def test_the_addresses_of_a_file_manager_are_paths(canvas: Canvas) -> None:
    dpg.set_clipboard_text("file:///plates/a%20b%25.exr\nfile:///plates/c.####.exr\nfile:///plates/d.%04d.exr")
    canvas.driver.key("ctrl+v")
    files = [node.knobs.get("file") for name, node in canvas.graph.nodes.items() if name.startswith("Read")]
    assert files == ["/plates/a b%.exr", "/plates/c.####.exr", "/plates/d.%04d.exr"]


def test_a_backdrop_and_its_name_are_one_step(canvas: Canvas) -> None:
    driver, field = canvas.driver, canvas.pane.names.field
    driver.click(canvas.node("One"))
    driver.key("shift+b")
    driver.until(lambda: field.shown, "the field")
    driver.type("grades")
    driver.key("Return")
    (panel,) = backdrops(canvas.graph).values()
    assert panel.label == "grades"
    assert canvas.steps() == 1


def test_a_new_note_that_is_left_without_words_is_none_and_no_step(canvas: Canvas) -> None:
    driver, field = canvas.driver, canvas.pane.names.field
    first = write(driver.app.state.document)
    driver.move(canvas.at(480, 150))
    driver.key("shift+n")
    driver.until(lambda: field.shown, "the field")
    assert notes(canvas.graph)
    driver.active()
    driver.key("ctrl+a", "Delete", "ctrl+Return")
    driver.until(lambda: not field.shown, "the field gone")
    assert write(driver.app.state.document) == first
    assert canvas.steps() == 0


def test_one_name_is_typed_for_one_node(canvas: Canvas) -> None:
    driver = canvas.driver
    driver.key("ctrl+a", "n")
    assert not canvas.pane.names.field.shown
    assert driver.app.said[0].startswith("several nodes are selected")


@pytest.mark.parametrize("key", ["ctrl+shift+x", "ctrl+d", "l", "shift+backslash"])
def test_a_key_that_changes_nothing_is_no_step(canvas: Canvas, key: str) -> None:
    driver = canvas.driver
    driver.click(canvas.node("Free"))  # it has no wires
    driver.key(key)
    before = canvas.steps()
    driver.key(key)
    assert canvas.steps() == before
    assert before == (key == "shift+backslash")


def test_a_thumbnail_is_of_the_graph_goes_along_with_a_name_and_is_kept_in_the_file(canvas: Canvas) -> None:
    driver = canvas.driver

    def pictured() -> set[str]:
        return {name for name, item in canvas.pane.scene.nodes.items() if item.look.marks.picture}

    driver.click(canvas.node("Two"))
    driver.key("alt+p")
    driver.until(lambda: pictured() == {"Two"}, "the thumbnail")
    driver.app.edit("rename", canvas.graph.rename("Two", "Zwei"))
    driver.until(lambda: pictured() == {"Zwei"}, "the thumbnail of the new name")
    driver.key("ctrl+z")
    driver.until(lambda: pictured() == {"Two"}, "the thumbnail of the old name")
    kept = write(Document(canvas.graph))
    driver.key("ctrl+c")
    driver.key("ctrl+v")
    driver.until(lambda: len(pictured()) == 2, "the copy's thumbnail")
    driver.key("ctrl+z")
    driver.key("ctrl+z")
    driver.until(lambda: pictured() == set(), "no thumbnail")
    assert canvas.graph == start()
    driver.app.open(read(kept, canvas.graph.library))
    driver.until(lambda: pictured() == {"Two"}, "the thumbnail of the file")
    driver.app.open(Document(start()))
    driver.turn(2)
    assert pictured() == set()
