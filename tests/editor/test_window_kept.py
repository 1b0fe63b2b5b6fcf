"""What the window keeps when it closes, what it leaves nowhere, and hands that are quicker than its frames."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from nodegraph.editor.pane import Button, Held, Point
from nodegraph.editor.panes.graph import GraphPane
from nodegraph.editor.panes.presets import PresetsPane
from nodegraph.editor.panes.status import StatusPane
from nodegraph.editor.panes.viewer import ViewerPane
from nodegraph.graph.document import Document
from nodegraph.graph.graph import Graph
from nodegraph.graph.library import Library
from tests.editor.driver import Driver, opened

PROJECT = Path("projects/slow_motion.ngraph.json")


@pytest.fixture
def driver(tmp_path: Path) -> Iterator[Driver]:
    with opened(PROJECT, tmp_path) as driver:
        yield driver


def test_size_and_layout_are_kept_when_it_is_closed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import dearpygui.dearpygui as dpg

    from nodegraph.editor.shell import layout

    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert layout.remembered_size() is None
    with opened(PROJECT, tmp_path) as driver:
        dpg.set_viewport_width(1400)
        dpg.set_viewport_height(900)
        driver.until(lambda: dpg.get_viewport_client_width() == 1400, "the size")
        driver.turn(4)
        viewer, graph = driver.pane(ViewerPane), driver.pane(GraphPane)
        edge = (viewer.origin[0] + viewer.size[0] / 2, (viewer.origin[1] + viewer.size[1] + graph.origin[1] - 22) / 2)
        before = viewer.size[1]
        driver.drag(edge, (edge[0], edge[1] - 90))
        driver.until(lambda: viewer.size[1] < before - 60, "a lower viewer")
        height = viewer.size[1]
        driver.press_close()
        driver.until(lambda: driver.app.closing, "the end")
    size = layout.remembered_size()
    assert size == (1400, 900)
    with opened(PROJECT, tmp_path, size) as driver:
        driver.until(lambda: abs(driver.pane(ViewerPane).size[1] - height) < 3, "the same layout")


def test_the_status_line_of_a_kept_layout_is_as_high_as_the_type_of_another_scale(tmp_path: Path) -> None:
    heights: dict[tuple[str, float], list[float]] = {}
    for name, scale in (("kept", 1.0), ("kept", 1.5), ("fresh", 1.5), ("kept", 1.0)):
        with opened(PROJECT, tmp_path / name, scale=scale) as driver:
            heights.setdefault((name, scale), []).append(driver.pane(StatusPane).size[1])
            driver.press_close()
            driver.until(lambda: driver.app.closing, "the end")
    assert heights["kept", 1.5] == heights["fresh", 1.5]
    assert len(set(heights["kept", 1.0])) == 1


def test_a_window_that_was_made_tiny_comes_in_its_own_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from nodegraph.editor.shell import layout

    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    layout.size_file().parent.mkdir(parents=True)
    for text in ('{"width": 90, "height": 20}', '{"width": "wide", "height": 900}', "broken"):
        layout.size_file().write_text(text)
        assert layout.remembered_size() is None


def test_work_without_a_file_leaves_nothing_where_one_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    graph = Graph(Library.discover()).add("TestPlate", "Plate").add("CutDetect", "Cuts")
    graph = graph.with_shot(first=1, last=3).connect("Cuts", "image", "Plate")
    with opened(Document(graph), tmp_path / "settings") as driver:
        found = driver.app.session.view("Cuts", 1)
        driver.until(found.done, "the cuts")
        assert found.exception() is None
        kept = driver.app.session.kept
        assert kept is not None
        names = sorted(path.name for path in kept.glob("*/*.kept"))
        assert names
        assert list(here.iterdir()) == []

        # What was made goes beside the project when it is saved.
        driver.app.save(here / "shot.ngraph.json")
        assert driver.app.session.kept is None
        assert sorted(path.name for path in (here / ".nodegraph" / "cache").glob("*/*.kept")) == names
    assert not kept.exists()


def test_ctrl_that_is_let_go_first_in_a_slow_frame_counts(driver: Driver) -> None:
    pane = driver.pane(ViewerPane)
    driver.app.goto(driver.app.state.graph.shot.last)
    driver.move(driver.inside(pane, 0.5, 0.5))
    # Ctrl is down in a frame of its own; the next sees the other key go down, and Ctrl come up.
    with driver.hold("ctrl"):
        for words in (("keydown", "Left"), ("keyup", "ctrl"), ("keyup", "Left")):
            subprocess.run(["xdotool", *words], check=True)
        driver.until(lambda: driver.app.state.frame == driver.app.state.graph.shot.first, "the first frame")


@pytest.mark.parametrize("kind", [ViewerPane, GraphPane])
def test_the_first_press_on_another_pane_counts_while_a_field_is_active(
    driver: Driver, kind: type[ViewerPane] | type[GraphPane], monkeypatch: pytest.MonkeyPatch
) -> None:
    import dearpygui.dearpygui as dpg

    field = driver.front(PresetsPane).search
    (x, y), (_, height) = dpg.get_item_rect_min(field), dpg.get_item_rect_size(field)
    driver.click((x + 20, y + height / 2))
    driver.type("film")
    assert driver.window.hands.typing()
    pane, heard = driver.pane(kind), list[Point]()
    pressed = pane.pressed

    def hear(at: Point, button: Button, held: Held, double: bool) -> bool:
        heard.append(at)
        return pressed(at, button, held, double)

    monkeypatch.setattr(pane, "pressed", hear)
    at = driver.inside(pane, 0.1, 0.9)
    driver.click(at)
    assert len(heard) == 1
    np.testing.assert_allclose(heard[0], at, atol=1)
    assert not driver.window.hands.typing()


def test_what_an_editor_left_that_was_killed_is_taken_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from nodegraph.editor.panels.settings import settings_folder
    from nodegraph.editor.untitled import Untitled

    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    ended = subprocess.Popen(["true"])
    ended.wait()
    folder = settings_folder() / "untitled"
    for name in (f"{ended.pid}-aa", f"{os.getpid()}-bb"):
        (folder / name / "00").mkdir(parents=True)
        (folder / name / "00" / "x.kept").write_bytes(b"x")
    place = Untitled().folder(Document(Graph(Library.discover())))
    assert place is not None
    assert not place.exists()
    assert [each.name for each in folder.iterdir()] == [f"{os.getpid()}-bb"]
