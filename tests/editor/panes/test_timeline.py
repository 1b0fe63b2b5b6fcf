"""The timeline in the real window: scrubbing, in and out, playing, and fields that do sums."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import dearpygui.dearpygui as dpg
import pytest

from nodegraph.data.shot import Shot
from nodegraph.editor.app import App
from nodegraph.editor.canvas.picked import nodes
from nodegraph.editor.panes.timeline import TimelinePane
from nodegraph.editor.panes.timeline_play import SAID, Player
from nodegraph.editor.panes.timeline_ruler import KEYS
from nodegraph.editor.panes.timeline_scale import CLOSEST, Hold, Scale, grabbed, seen, ticks, whole
from nodegraph.editor.panes.transport import GAP, SIGNS, WIDE
from nodegraph.editor.shell import window
from nodegraph.editor.shell.layout import SLOTS
from nodegraph.graph.curve import Curve, Key
from nodegraph.graph.document import Document
from nodegraph.graph.graph import Graph
from nodegraph.graph.library import Library
from tests.editor.driver import MIDDLE, RIGHT, At, Driver, opened


@pytest.fixture
def driver(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Driver]:
    monkeypatch.setattr(window, "SLOTS", tuple(slot for slot in SLOTS if slot.module == "timeline"))
    shot = Shot(first=1001, last=1060, fps=Fraction(24000, 1001))
    graph = Graph(Library.discover(), shot=shot).add("Exposure", "Lift")
    graph = graph.set("Lift", "mix", Curve((Key(1010, 1.0), Key(1040, 0.5))))
    with opened(Document(graph), tmp_path) as found:
        yield found


def place(driver: Driver, frame: float, down: float = 50.0) -> At:
    """Where a frame is in the window."""
    pane = driver.pane(TimelinePane)
    left, top = dpg.get_item_rect_min(pane.ruler.item)
    return left + pane.ruler.scale.x(frame), top + down


def button(driver: Driver, action: str) -> At:
    """The middle of a button of the transport."""
    left, top = dpg.get_item_rect_min(driver.pane(TimelinePane).transport.item)
    index = [sign.action for sign in SIGNS].index(action)
    return left + index * (WIDE + GAP) + WIDE / 2, top + 12


def type_into(driver: Driver, field: str, text: str) -> None:
    item = driver.pane(TimelinePane).fields[field]
    left, top = dpg.get_item_rect_min(item)
    driver.click((left + 20, top + 10))
    driver.key("ctrl+a")
    driver.type(text)
    driver.key("Return")


def test_a_click_goes_to_a_frame_and_a_drag_scrubs_on(driver: Driver) -> None:
    driver.click(place(driver, 1042))
    driver.until(lambda: driver.app.state.frame == 1042, "frame 1042")
    driver.drag(place(driver, 1042), place(driver, 1025), place(driver, 1020.3))
    driver.until(lambda: driver.app.state.frame == 1020, "frame 1020")
    driver.drag(place(driver, 1020), (1598, 900))
    assert driver.app.state.frame == 1060
    assert not driver.app.session.undo_label, "going somewhere is no edit"


def test_handles_move_in_and_out(driver: Driver) -> None:
    driver.click(place(driver, 1030))
    driver.drag(place(driver, 1001), place(driver, 1006))
    driver.drag(place(driver, 1060), place(driver, 1050))
    driver.until(lambda: (driver.app.state.first, driver.app.state.last) == (1006, 1050), "in and out")
    assert driver.app.state.frame == 1030
    assert driver.app.state.graph.shot.last == 1060, "the shot itself stays as long as it is"


def test_fields_do_sums(driver: Driver) -> None:
    type_into(driver, "frame", "1010+5")
    driver.until(lambda: driver.app.state.frame == 1015, "a sum")
    type_into(driver, "frame", "+20")
    driver.until(lambda: driver.app.state.frame == 1035, "so many frames on")
    type_into(driver, "frame", "what")
    assert driver.app.state.frame == 1035
    assert driver.app.said[1], "a complaint"
    type_into(driver, "in", "1012")
    driver.until(lambda: driver.app.state.first == 1012, "the in point")
    type_into(driver, "out", "1005")
    driver.until(
        lambda: (driver.app.state.first, driver.app.state.last) == (1005, 1005), "out before in takes in along"
    )


def test_play_runs_at_the_rate_and_comes_round(driver: Driver) -> None:
    pane = driver.pane(TimelinePane)
    type_into(driver, "out", "1012")
    driver.click(place(driver, 1008))
    seen_frames: set[int] = set()

    def round_it_went() -> bool:
        seen_frames.add(driver.app.state.frame)
        return {1009, 1012} & seen_frames != set() and driver.app.state.frame < 1008

    driver.click(button(driver, "play"))
    driver.until(lambda: driver.app.state.playing == 1, "playing")
    driver.until(round_it_went, "back at the beginning")
    assert pane.player.tally is not None
    assert pane.player.tally.reached <= 1.2 * 24000 / 1001
    driver.click(button(driver, "play"))
    driver.until(lambda: driver.app.state.playing == 0, "stopped by its own button")
    assert all(1001 <= frame <= 1012 for frame in seen_frames)


def test_once_stops_at_the_end(driver: Driver) -> None:
    pane = driver.pane(TimelinePane)
    pane.actions()["loop"]()
    pane.actions()["loop"]()
    type_into(driver, "out", "1008")
    driver.move(place(driver, 1030))
    driver.key("l")
    driver.until(lambda: driver.app.state.playing == 0 and driver.app.state.frame == 1008, "the end")


def test_j_k_l_and_arrows(driver: Driver) -> None:
    state = driver.app.state
    driver.move(place(driver, 1030))
    driver.key("l")
    driver.until(lambda: driver.app.state.playing == 1, "L")
    driver.key("j")
    driver.until(lambda: driver.app.state.playing == -1, "J")
    driver.key("k")
    driver.until(lambda: driver.app.state.playing == 0, "K")
    driver.key("ctrl+Left")
    driver.until(lambda: driver.app.state.frame == state.first, "first frame")
    driver.key("Right")
    driver.until(lambda: driver.app.state.frame == 1002, "the next")
    driver.key("shift+Right")
    driver.until(lambda: driver.app.state.frame == 1012, "ten on")
    driver.key("alt+i")
    driver.until(lambda: driver.app.state.first == 1012, "in here")


def goes(driver: Driver, keys: str, frame: int) -> None:
    driver.key(keys)
    driver.until(lambda: driver.app.state.frame == frame, f"{keys}: {frame}")


def test_from_the_end_of_the_range_on_one_goes_to_that_of_the_shot(driver: Driver) -> None:
    type_into(driver, "in", "1020")
    type_into(driver, "out", "1030")
    driver.move(place(driver, 1025))
    for keys, frame in (("ctrl+Right", 1030), ("ctrl+Right", 1060), ("ctrl+Left", 1020), ("ctrl+Left", 1001)):
        goes(driver, keys, frame)
    type_into(driver, "out", "1020")
    driver.until(lambda: (driver.app.state.first, driver.app.state.last) == (1020, 1020), "in and out are one")
    driver.move(place(driver, 1025))
    for keys, frame in (("ctrl+Right", 1020), ("ctrl+Right", 1060)):
        goes(driver, keys, frame)


def test_keys_of_open_panels_are_marked_and_jumped_to(driver: Driver) -> None:
    pane = driver.pane(TimelinePane)
    driver.app.change(panels=driver.app.state.panels.opened("Lift"))
    driver.until(lambda: pane._marks.keys == (1010.0, 1040.0), "keys marked")
    driver.click(button(driver, "key_after"))
    driver.until(lambda: driver.app.state.frame == 1010, "the first key")
    driver.click(button(driver, "key_after"))
    driver.until(lambda: driver.app.state.frame == 1040, "the second key")
    driver.click(button(driver, "key_before"))
    driver.until(lambda: driver.app.state.frame == 1010, "the key before")


def test_keys_are_moved_copied_and_taken_out_with_the_mouse(driver: Driver) -> None:
    pane = driver.pane(TimelinePane)
    driver.app.pick(nodes("Lift"))
    driver.until(lambda: pane._marks.keys == (1010.0, 1040.0), "keys of the selection")
    before = driver.app.state.graph

    def row(frame: float) -> At:
        return place(driver, frame, KEYS)

    driver.drag(row(1040), row(1030))
    assert driver.app.state.graph is before, "without Ctrl it scrubs"
    driver.until(lambda: driver.app.state.frame == 1030, "scrubbed")
    driver.move(row(1040))
    driver.turn(2)
    assert pane.keys.told().startswith("Lift mix")
    with driver.hold("ctrl"):
        driver.drag(row(1040), row(1035), row(1050))
    driver.until(lambda: pane._marks.keys == (1010.0, 1050.0), "moved")
    assert driver.app.state.graph.value("Lift", "mix", 1030) == pytest.approx(0.75)
    with driver.hold("ctrl"), driver.hold("shift"):
        driver.drag(row(1050), row(1020))
    driver.until(lambda: pane._marks.keys == (1010.0, 1020.0, 1050.0), "a copy")
    driver.move(row(1010))
    driver.key("Delete")
    driver.until(lambda: pane._marks.keys == (1020.0, 1050.0), "taken out")
    for _ in range(3):
        driver.key("ctrl+z")
    driver.until(lambda: driver.app.state.graph is before, "one step of undo for each")


def test_wheel_zooms_about_the_cursor_and_the_middle_button_pans(driver: Driver) -> None:
    pane = driver.pane(TimelinePane)
    at = place(driver, 1020)
    driver.wheel(+3, at)
    driver.until(lambda: pane.ruler.scale.step > 40, "closer")
    assert abs(place(driver, 1020)[0] - at[0]) < 1
    first = pane.ruler.scale.first
    driver.drag(at, (at[0] + 120, at[1]), button=MIDDLE)
    assert pane.ruler.scale.first < first
    driver.click(at, button=RIGHT)
    assert (pane.ruler.scale.first, pane.ruler.scale.last) == (1001, 1060)


def test_in_and_out_follow_a_shot_that_is_made_longer_or_shorter(driver: Driver) -> None:
    app = driver.app
    app.edit("longer", app.state.graph.with_shot(last=1100))
    driver.until(lambda: (app.state.first, app.state.last) == (1001, 1100), "the new end")
    type_into(driver, "in", "1090")
    driver.until(lambda: app.state.first == 1090, "in")
    app.edit("shorter", app.state.graph.with_shot(last=1050))
    driver.until(lambda: (app.state.first, app.state.last) == (1050, 1050), "within the shot")


@dataclass
class Knowing:
    """A pane that knows what is in memory, and who is where."""

    missed: int = 0

    def cached(self) -> tuple[tuple[int, int], ...]:
        return ((1001, 1020),)

    def cuts(self) -> tuple[int, ...]:
        return (1033,)

    def lost(self) -> tuple[tuple[int, int], ...]:
        return ((1047, 1051),)

    def filled(self) -> tuple[tuple[int, int], ...]:
        return ((1040, 1042),)


def test_marks_come_from_the_other_panes(driver: Driver) -> None:
    pane = driver.pane(TimelinePane)
    driver.app.panes = [pane]
    driver.app.panes.append(Knowing())
    pane._gather(driver.app.state)
    driver.app.panes.pop()
    assert pane._marks.told(1015) == "in memory"
    assert pane._marks.told(1033) == "cut"
    assert pane._marks.told(1047) == "no face"
    assert pane._marks.told(1042) == "face filled in"


def test_a_frame_that_failed_stays_marked_while_it_plays(driver: Driver) -> None:
    pane = driver.pane(TimelinePane)
    driver.click(place(driver, 1008))
    driver.app.change(faults={"Lift": "the file was cut off"})
    driver.until(lambda: pane._marks.errors == (1008,), "marked")
    driver.app.change(frame=1006, faults={})
    driver.turn(2)
    driver.move(place(driver, 1030))
    driver.key("l")
    went: set[int] = set()

    def passed() -> bool:
        went.add(driver.app.state.frame)
        return driver.app.state.frame > 1012

    driver.until(passed, "past it")
    assert pane._marks.errors == (1008,)
    driver.key("k")
    driver.app.change(frame=1008, faults={})
    driver.until(lambda: pane._marks.errors == (), "looked at again, and whole")


# -- without a window ------------------------------------------------------------------------------------


def test_what_was_dropped_is_told_for_a_while_or_until_another_frame(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    app = App(Document(Graph(Library.discover(), shot=Shot(first=1001, last=1060, fps=Fraction(10)))))
    woken: list[float] = []
    app.wake_in = lambda seconds, _name: woken.append(seconds)
    player = Player(app)

    def play(now: float) -> None:
        player.play(1)
        player.tick(now)
        player.tick(now + 0.55)
        assert player.skipped == 4
        player.stop()
        player.tick(now + 0.6)

    play(100.0)
    player.tick(100.6 + SAID - 0.1)
    assert player.skipped == 4, "play has ended, and it is told what it dropped"
    assert woken == [pytest.approx(SAID, abs=0.2)], "a window that sleeps wakes up to take it away"
    player.tick(100.6 + SAID + 0.1)
    assert player.skipped == 0
    play(200.0)
    app.goto(app.state.frame + 1)
    player.tick(200.7)
    assert player.skipped == 0
    app.session.close()


@pytest.mark.parametrize("width", [80, 300, 900, 2400])
@pytest.mark.parametrize("ends", [(1001, 1060), (1, 9), (86400, 86400 + 4321), (1001, 1001)])
def test_numbers_never_touch(width: float, ends: tuple[int, int]) -> None:
    scale = whole(*ends, 26, 26 + width)
    label = 40.0
    numbered = [tick.x for tick in ticks(scale, ends, label) if tick.label]
    assert numbered, "some number is seen"
    assert all(right - left >= label for left, right in pairwise(numbered))


@pytest.mark.parametrize("zoom", [1.0, 40.0, 3e5])
def test_a_shot_of_absurd_length_costs_what_is_on_the_screen(zoom: float) -> None:
    ends = (1001, 12_411_012)
    scale = whole(*ends, 26, 926).zoomed(zoom, 500, ends)
    found = ticks(scale, ends, 60.0)
    assert 2 < len(found) <= 900 / CLOSEST + 2
    assert all(right.x - left.x >= 60.0 for left, right in pairwise([tick for tick in found if tick.label]))


def test_zoom_keeps_the_frame_under_the_cursor_and_stays_in_the_shot() -> None:
    scale = whole(1001, 1100, 26, 1000)
    closer = scale.zoomed(4, 300, (1001, 1100))
    assert closer.frame(300) == pytest.approx(scale.frame(300))
    assert closer.panned(100_000, (1001, 1100)).first == 1001
    assert closer.panned(-100_000, (1001, 1100)).last == pytest.approx(1100)
    assert closer.zoomed(0.001, 300, (1001, 1100)) == scale


def test_the_hand_takes_what_is_near() -> None:
    scale = Scale(1001, 1100, 0, 990)
    assert grabbed(scale, scale.x(1001) + 4, 1050, (1001, 1100)) is Hold.IN
    assert grabbed(scale, scale.x(1100) - 4, 1050, (1001, 1100)) is Hold.OUT
    assert grabbed(scale, scale.x(1040), 1050, (1001, 1100)) is Hold.PLAYHEAD
    assert grabbed(scale, scale.x(1001), 1001, (1001, 1100)) is Hold.PLAYHEAD


def test_stretches_are_cut_at_the_edges() -> None:
    scale = Scale(1010, 1020, 0, 100)
    assert seen(scale, [(1001, 1005)]) == []
    assert seen(scale, [(1001, 1012)]) == [(-5.0, 25.0)]
    assert seen(scale, [(1015, 1015)]) == [(45.0, 55.0)]
