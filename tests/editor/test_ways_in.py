"""Ways into a project: the first card, files that are dropped or pasted, with real mouse and keys."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import imageio_ffmpeg
import pytest

from nodegraph.data.errors import MediaError
from nodegraph.editor.new_shot import new_shot
from nodegraph.graph.document import Document
from nodegraph.graph.graph import Graph
from nodegraph.graph.library import Library
from tests.editor.driver import Driver, asked, opened

PROJECT = Path("projects/slow_motion.ngraph.json")


@pytest.fixture(scope="module")
def movie(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("movie") / "take 7.mov"
    source = "testsrc=s=128x72:r=25:d=0.4"
    words = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-f", "lavfi", "-i", source, str(path)]
    subprocess.run(words, check=True, stdin=subprocess.DEVNULL)
    return path


@pytest.fixture
def driver(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Driver]:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    with opened(Document(Graph(Library.discover())), tmp_path / "settings") as driver:
        yield driver


def button(driver: Driver, label: str) -> tuple[float, float]:
    """The middle of a button of the first card."""
    import dearpygui.dearpygui as dpg

    def find(item: int) -> int | None:
        if dpg.get_item_label(item) == label:
            return item
        rows = [found for child in dpg.get_item_children(item, 1) or () if (found := find(child))]
        return rows[0] if rows else None

    driver.until(lambda: dpg.is_item_visible(driver.window.welcome.window), "the card")
    driver.turn(3)
    found = find(driver.window.welcome.window)
    assert found
    (x, y), (width, height) = dpg.get_item_rect_min(found), dpg.get_item_rect_size(found)
    return x + width / 2, y + height / 2


def test_a_movie_becomes_a_shot(movie: Path) -> None:
    shot = new_shot(Library.discover(), str(movie)).graph.shot
    assert (shot.first, shot.last, shot.fps) == (1001, 1010, Fraction(25))
    assert (shot.format.width, shot.format.height) == (128, 72)


def test_what_is_not_there_becomes_no_shot() -> None:
    with pytest.raises(MediaError, match="there is no"):
        new_shot(Library.discover(), "/nowhere/plate.exr")


def test_the_card_makes_a_shot_from_a_movie(driver: Driver, movie: Path) -> None:
    driver.click(button(driver, "New shot"))
    driver.until(lambda: driver.window.dialogs.sheet, "the browser")
    driver.turn(5)
    import dearpygui.dearpygui as dpg

    sheet = asked(driver)
    (x, y), (_, height) = dpg.get_item_rect_min(sheet.name_field), dpg.get_item_rect_size(sheet.name_field)
    driver.click((x + 20, y + height / 2))
    driver.type(str(movie))
    driver.key("Return")
    driver.until(lambda: driver.app.state.graph.shot.last == 1010, "the shot")
    assert driver.app.state.graph.nodes["Read1"].knobs["file"] == str(movie)
    assert driver.app.state.inputs[1] == "Read1"
    driver.until(lambda: not dpg.is_item_shown(driver.window.welcome.window), "no card")


def test_the_card_opens_the_demo_that_was_made_before(driver: Driver, tmp_path: Path) -> None:
    place = tmp_path / "home" / "nodegraph-demo" / "demo.ngraph.json"
    place.parent.mkdir(parents=True)
    shutil.copy(PROJECT, place)
    driver.click(button(driver, "Open the demo"))
    driver.until(lambda: driver.app.state.document.path == place, "the demo")


def test_the_card_shows_the_presets(driver: Driver) -> None:
    driver.click(button(driver, "From a preset"))
    placed = next(each for each in driver.window.placed if type(each.pane).__name__ == "PresetsPane")
    driver.until(lambda: placed.is_seen, "the presets")


def test_a_project_that_is_dropped_is_opened(driver: Driver) -> None:
    driver.drop((600, 300), PROJECT.resolve())
    driver.until(lambda: driver.app.state.document.path == PROJECT.resolve(), "the project")


def test_movies_that_are_dropped_on_the_graph_are_read(driver: Driver, movie: Path) -> None:
    second = movie.with_name("second take.mov")
    shutil.copy(movie, second)
    driver.window.welcome.put_off()
    driver.drop((600, 700), movie, second)
    driver.until(lambda: len(driver.app.state.graph.nodes) == 2, "two readers")
    assert {node.kind for node in driver.app.state.graph.nodes.values()} == {"Read"}
    assert {node.knobs["file"] for node in driver.app.state.graph.nodes.values()} == {str(movie), str(second)}


def test_a_path_that_is_pasted_is_read(driver: Driver, movie: Path) -> None:
    import dearpygui.dearpygui as dpg

    driver.window.welcome.put_off()
    dpg.set_clipboard_text(str(movie))
    driver.move((600, 700))
    driver.key("ctrl+v")
    driver.until(lambda: driver.app.state.graph.nodes, "a reader")
    (node,) = driver.app.state.graph.nodes.values()
    assert node.knobs["file"] == str(movie)
