"""Menus, questions, the file browser, keys and layouts, with real mouse and keys."""

from __future__ import annotations

import os
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from nodegraph.editor.panels.bindings import Bindings, Chord
from nodegraph.editor.panels.files import Places
from nodegraph.editor.panels.recovery import autosave_of
from nodegraph.graph.document import Document, load, save
from nodegraph.graph.graph import Graph
from nodegraph.graph.library import Library
from tests.editor.driver import Driver, asked, opened

PROJECT = Path("projects/slow_motion.ngraph.json")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    path = tmp_path / "work" / "shot_v001.ngraph.json"
    path.parent.mkdir()
    shutil.copy(PROJECT, path)
    return path


@pytest.fixture
def driver(project: Path, tmp_path: Path) -> Iterator[Driver]:
    with opened(project, tmp_path / "settings") as driver:
        driver.move((600, 640))  # over the graph
        yield driver


def longer(driver: Driver, last: int) -> None:
    graph = driver.app.state.graph
    driver.app.edit("Longer", graph.with_shot(last=last))
    driver.turn(2)


def test_a_menu_is_opened_and_started_with_the_mouse(driver: Driver) -> None:
    longer(driver, 1050)
    driver.click((60, 12))  # Edit
    driver.click((80, 39))  # its first row, undo
    driver.until(lambda: driver.app.state.graph.shot.last == 1016, "the undo")


def test_undo_and_redo_by_key(driver: Driver) -> None:
    longer(driver, 1050)
    driver.key("ctrl+z")
    driver.until(lambda: driver.app.state.graph.shot.last == 1016, "the undo")
    driver.key("ctrl+y")
    driver.until(lambda: driver.app.state.graph.shot.last == 1050, "the redo")


def test_save_writes_the_file(driver: Driver, project: Path) -> None:
    longer(driver, 1050)
    assert driver.app.state.changed
    driver.key("ctrl+s")
    driver.until(lambda: not driver.app.state.changed, "saved")
    assert load(project).graph.shot.last == 1050


def test_changed_work_is_not_closed_without_a_question(driver: Driver, project: Path) -> None:
    longer(driver, 1050)
    driver.key("ctrl+q")
    driver.until(lambda: driver.window.dialogs.sheet, "the question")
    driver.key("Escape")
    assert driver.window.dialogs.sheet is None
    assert not driver.app.closing
    driver.key("ctrl+q")
    driver.until(lambda: driver.window.dialogs.sheet, "the question")
    driver.key("Return")  # save
    driver.until(lambda: driver.app.closing, "the end")
    assert load(project).graph.shot.last == 1050


def test_save_as_asks_for_a_name_and_before_it_replaces(driver: Driver, project: Path) -> None:
    other = project.with_name("other.ngraph.json")
    save(Document(Graph(Library.discover())), other)
    driver.key("ctrl+shift+s")
    driver.until(lambda: driver.window.dialogs.sheet, "the browser")
    driver.turn(5)
    sheet = asked(driver)
    driver.click(_middle(sheet.name_field))
    driver.key("ctrl+a")
    driver.type("other")
    driver.key("Return")
    driver.until(lambda: driver.window.dialogs.sheet is not sheet, "the question")
    assert load(other).graph.nodes == {}
    driver.key("Return")
    driver.until(lambda: driver.app.state.document.path == other, "saved under the other name")
    assert load(other).graph.nodes.keys() == load(project).graph.nodes.keys()
    assert Places.load().projects[0] == str(other)


def test_a_project_is_opened_with_the_browser(driver: Driver, project: Path) -> None:
    other = project.with_name("another.ngraph.json")
    save(Document(Graph(Library.discover()).add("Constant", "Grey")), other)
    driver.key("ctrl+o")
    driver.until(lambda: asked(driver).rows, "rows")
    driver.turn(3)
    sheet = asked(driver)
    row = next(k for k, entry in enumerate(sheet.listing.entries) if entry.name == other.name)
    driver.double(_middle(sheet.rows[row]))
    driver.until(lambda: "Grey" in driver.app.state.graph.nodes, "the other project")


def test_version_up_by_key(driver: Driver, project: Path) -> None:
    driver.key("alt+shift+s")
    driver.until(lambda: driver.app.state.document.path == project.with_name("shot_v002.ngraph.json"), "version 2")
    assert project.with_name("shot_v002.ngraph.json").is_file()


def test_a_frame_is_gone_to(driver: Driver) -> None:
    driver.key("alt+g")
    driver.until(lambda: driver.window.dialogs.sheet, "the question")
    driver.type("+5")
    driver.key("Return")
    driver.until(lambda: driver.app.state.frame == 1006, "frame 1006")


def test_an_action_is_found_by_its_words(driver: Driver) -> None:
    longer(driver, 1050)
    driver.key("ctrl+shift+p")
    driver.until(lambda: driver.window.dialogs.sheet, "the list")
    driver.type("undo")
    driver.key("Return")
    driver.until(lambda: driver.app.state.graph.shot.last == 1016, "the undo")


def test_a_key_is_bound_otherwise_and_a_conflict_is_told(driver: Driver) -> None:
    driver.app.start("rebind")
    driver.turn(5)
    sheet = asked(driver)
    driver.click(_middle(sheet.filter_field))
    driver.type("undo")
    driver.turn(3)
    driver.click(_middle(sheet.cells["undo"]))
    driver.key("ctrl+y")  # that is redo's
    driver.until(lambda: driver.app.bindings.chords("undo") == (Chord("Y", ctrl=True),), "the new key")
    import dearpygui.dearpygui as dpg

    assert dpg.get_value(sheet.told) == "Ctrl+Y everywhere: Undo and Redo both have it"
    assert Bindings.load().chords("undo") == (Chord("Y", ctrl=True),)
    driver.key("Escape")
    assert driver.window.dialogs.sheet is None


def test_space_leaves_one_pane_and_brings_all_back(driver: Driver) -> None:
    import dearpygui.dearpygui as dpg

    viewer = next(each for each in driver.window.placed if each.pane.place.value == "viewer")
    graph = next(each for each in driver.window.placed if each.pane.place.value == "graph")
    before = viewer.pane.size
    driver.move(driver.inside(viewer.pane, 0.5, 0.7))
    driver.key("space")
    driver.until(lambda: viewer.pane.size[0] > 1500 and viewer.pane.size[1] > 850, "the viewer alone")
    driver.key("space")
    driver.until(lambda: viewer.pane.size == before and graph.is_seen, "all panes")
    assert dpg.is_item_visible(4_000_000_004)


def test_the_layout_is_kept_for_the_next_window(project: Path, tmp_path: Path) -> None:
    settings = tmp_path / "settings"
    with opened(project, settings) as driver:
        viewer = next(each.pane for each in driver.window.placed if each.pane.place.value == "viewer")
        edge = viewer.origin[1] + viewer.size[1] + 1
        driver.drag((500, edge), (500, edge + 90))
        height = viewer.size[1]
        assert height > 480
        driver.app.start("save_layout")
    with opened(project, settings) as driver:
        viewer = next(each.pane for each in driver.window.placed if each.pane.place.value == "viewer")
        driver.until(lambda: abs(viewer.size[1] - height) < 3, "the same layout")


def test_work_that_a_crash_left_is_offered(project: Path, tmp_path: Path) -> None:
    document = load(project)
    autosave = autosave_of(project)
    autosave.parent.mkdir(parents=True)
    save(Document(document.graph.with_shot(last=1099)), autosave)
    os.utime(project, (1, 1))
    with opened(project, tmp_path / "settings") as driver:
        driver.until(lambda: driver.window.dialogs.sheet, "the question")
        driver.key("Return")
        driver.until(lambda: driver.app.state.graph.shot.last == 1099, "the recovered work")
        assert driver.app.state.changed
        assert driver.app.state.document.path == project


def test_the_first_card_opens_a_recent_project(project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = tmp_path / "settings"
    monkeypatch.setenv("XDG_CONFIG_HOME", str(settings))
    Places().opened(project).save()
    with opened(Document(Graph(Library.discover())), settings) as driver:
        import dearpygui.dearpygui as dpg

        card = driver.window.welcome
        driver.until(lambda: dpg.is_item_visible(card.window), "the card")
        row = dpg.get_item_children(dpg.get_item_children(card.recent, 1)[1], 1)[1]
        driver.click(_middle(row))
        driver.until(lambda: driver.app.state.document.path == project, "the project")
        driver.until(lambda: not dpg.is_item_shown(card.window), "no card")


def test_keys_are_not_heard_while_someone_types(driver: Driver) -> None:
    frame = driver.app.state.frame
    driver.key("alt+g")
    driver.until(lambda: driver.window.dialogs.sheet, "the question")
    driver.key("Right", "d", "Delete")
    assert driver.app.state.frame == frame
    assert not driver.app.state.changed
    driver.key("Escape")


def test_the_close_button_asks_first(driver: Driver) -> None:
    longer(driver, 1050)
    driver.press_close()
    driver.until(lambda: driver.window.dialogs.sheet, "the question")
    assert not driver.app.closing


def test_preferences_are_kept(driver: Driver) -> None:
    driver.app.start("preferences")
    driver.turn(5)
    sheet = asked(driver)
    driver.double(_middle(sheet.memory_field))
    driver.key("ctrl+a")
    driver.type("3")
    driver.key("Return")
    driver.turn(3)
    if driver.window.dialogs.sheet is not None:
        driver.key("Return")
    driver.until(lambda: driver.window.dialogs.sheet is None, "the end of the sheet")
    from nodegraph.editor.panes.preferences import remembered_memory

    assert remembered_memory() == 3_000_000_000


def test_an_error_is_jumped_to(driver: Driver) -> None:
    import dearpygui.dearpygui as dpg

    from nodegraph.editor.app import faults_of
    from nodegraph.editor.panes.status import StatusPane

    driver.app.change(faults=faults_of({"Trail": "it is broken"}))
    status = driver.pane(StatusPane)
    driver.until(lambda: dpg.is_item_visible(status.fault_button), "the red button")
    driver.turn(2)
    driver.click(_middle(status.fault_button))
    driver.until(lambda: driver.app.state.picked.nodes == {"Trail"}, "the node selected")
    assert "it is broken" in driver.app.said[0]


def test_asleep_it_wakes_for_what_is_posted(driver: Driver, monkeypatch: pytest.MonkeyPatch) -> None:
    """The loop itself runs here, asleep: only what is posted can end it."""
    from nodegraph.editor.panes.viewer import ViewerPane

    frames, view = 0, driver.pane(ViewerPane).view
    driver.until(lambda: view.a is not None and view.a.whole, "the picture")
    driver.until(lambda: driver.window.pacer.hot <= 0, "nothing to do")

    def post_and_end() -> None:
        time.sleep(0.5)
        driver.app.post(lambda: driver.app.goto(1007))
        time.sleep(0.5)
        driver.app.post(lambda: driver.app.start("quit"))

    thread = threading.Thread(target=post_and_end)
    thread.start()
    turn = driver.window.turn

    def counted(may_sleep: bool = True) -> None:
        nonlocal frames
        frames += 1
        turn(may_sleep)

    monkeypatch.setattr(driver.window, "turn", counted)
    driver.window.run()
    thread.join()
    assert driver.app.state.frame == 1007
    assert frames < 40  # a second at full speed would be more


def _middle(item: int) -> tuple[float, float]:
    import dearpygui.dearpygui as dpg

    (x, y), (width, height) = dpg.get_item_rect_min(item), dpg.get_item_rect_size(item)
    return x + min(width / 2, 60), y + height / 2


def test_a_tooltip_comes_in_a_window_that_sleeps(driver: Driver) -> None:
    import dearpygui.dearpygui as dpg

    from nodegraph.editor.app import faults_of
    from nodegraph.editor.panes.status import StatusPane

    status = driver.pane(StatusPane)
    driver.app.change(faults=faults_of({"Trail": "it is broken"}))
    driver.until(lambda: dpg.is_item_visible(status.fault_button), "the red button")
    driver.turn(2)
    driver.move(_middle(status.fault_button))
    end = time.monotonic() + 20
    while not dpg.is_item_visible(status.fault_tip) and time.monotonic() < end:
        driver.window.turn(may_sleep=True)
    assert dpg.is_item_visible(status.fault_tip)


def test_work_is_kept_by_a_window_that_sleeps(driver: Driver, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nodegraph.editor.panels.recovery.IDLE", 0.4)
    longer(driver, 1077)
    end = time.monotonic() + 20
    while driver.app.autosaved is None and time.monotonic() < end:
        driver.window.turn(may_sleep=True)
    assert load(autosave_of(project)).graph.shot.last == 1077


def test_project_settings_are_one_step_of_undo(driver: Driver) -> None:
    before = driver.app.state.graph
    driver.key("s")
    driver.until(lambda: driver.window.dialogs.sheet, "the sheet")
    driver.turn(3)
    fields = asked(driver).fields
    for name, text in (("last", "+20"), ("fps", "23.976"), ("format", "1920x1080")):
        driver.click(_middle(fields[name]))
        driver.key("ctrl+a")
        driver.type(text)
    driver.key("Return")
    driver.turn(3)
    if driver.window.dialogs.sheet is not None:
        driver.key("Return")
    shot = driver.app.state.graph.shot
    assert (shot.last, str(shot.fps), shot.format.width) == (1036, "24000/1001", 1920)
    assert driver.app.state.last == 1036
    driver.key("ctrl+z")
    driver.until(lambda: driver.app.state.graph is before, "the undo")


def test_project_settings_that_cannot_be_are_told(driver: Driver) -> None:
    driver.key("s")
    driver.until(lambda: driver.window.dialogs.sheet, "the sheet")
    driver.turn(3)
    driver.click(_middle(asked(driver).fields["last"]))
    driver.key("ctrl+a")
    driver.type("900")
    driver.key("Return")
    driver.turn(2)
    driver.key("Return")
    driver.turn(2)
    assert driver.window.dialogs.sheet is not None
    assert driver.app.state.graph.shot.last == 1016


def test_work_without_a_file_is_recovered(driver: Driver, project: Path) -> None:
    from nodegraph.editor.panels.settings import settings_folder

    gone = subprocess.Popen(["true"])
    gone.wait()
    graph = load(project).graph.with_shot(last=1033)
    left = settings_folder() / "autosave" / f"untitled-{gone.pid}-00.ngraph.json"
    left.parent.mkdir(parents=True, exist_ok=True)
    save(Document(graph), left)
    driver.app.start("recover")
    driver.until(lambda: driver.window.dialogs.sheet, "the question")
    driver.key("Return")
    driver.until(lambda: driver.app.state.graph.shot.last == 1033, "the work")
    assert driver.app.state.document.path is None
    assert driver.app.state.changed
    assert not left.exists()
    (kept,) = left.parent.iterdir()  # under this editor's own name
    assert load(kept).graph.shot.last == 1033


def test_favourites_and_folders_of_the_browser(driver: Driver, project: Path) -> None:
    (project.parent / "plates").mkdir()
    for frame in (1001, 1002, 1004):
        (project.parent / "plates" / f"a.{frame}.exr").touch()
    taken: list[str] = []
    driver.app.browse("A file", str(project.parent) + "/", taken.append)
    driver.until(lambda: asked(driver).rows, "rows")
    driver.turn(3)
    driver.double(_middle(asked(driver).rows[0]))
    sheet = asked(driver)
    driver.until(lambda: sheet.listing.folder.name == "plates" and sheet.rows, "the folder of plates")
    assert [entry.label for entry in sheet.listing.entries] == ["a.####.exr [1001-1004, 1003 missing]"]
    driver.turn(3)
    driver.click(_middle(sheet.rows[0]))
    driver.key("Return")
    driver.until(lambda: taken, "the sequence")
    assert taken == [str(project.parent / "plates" / "a.####.exr")]
    assert Places.load().recent[0] == str(project.parent / "plates")
