"""The window itself, with real mouse and keys."""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys
from collections.abc import Iterator
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from nodegraph.editor.pane import Button, Held, Pane, Point
from nodegraph.editor.panels.bindings import Chord
from nodegraph.editor.panels.commands import Pane as Place
from nodegraph.graph.document import Document
from nodegraph.graph.graph import Graph
from nodegraph.graph.library import Library
from tests.editor.driver import MIDDLE, Driver, display, opened


class Witness(Pane):
    """A pane that tells what it was told."""

    place = Place.GRAPH

    def build(self, window: int) -> None:
        self.told: list[tuple[object, ...]] = []

    def pressed(self, at: Point, button: Button, held: Held, double: bool) -> bool:
        self.told.append(("pressed", at, button, held, double))
        return True

    def dragged(self, at: Point, held: Held) -> None:
        self.told.append(("dragged", at))

    def released(self, at: Point, held: Held) -> None:
        self.told.append(("released", at))

    def wheeled(self, at: Point, clicks: float, held: Held) -> bool:
        self.told.append(("wheeled", clicks, held.ctrl))
        return True

    def left(self) -> None:
        self.told.append(("left",))

    def key(self, chord: Chord) -> bool:
        self.told.append(("key", str(chord)))
        return True

    def count(self, word: str) -> int:
        return sum(row[0] == word for row in self.told)


@pytest.fixture
def driver(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Driver]:
    from nodegraph.editor.shell import layout

    slot = layout.Slot(4_000_000_002, "witness", "Witness", "Node graph", True, "graph")
    module = ModuleType("nodegraph.editor.panes.witness")
    module.__spec__ = ModuleSpec("nodegraph.editor.panes.witness", None)
    vars(module)["Witness"] = Witness
    monkeypatch.setitem(sys.modules, "nodegraph.editor.panes.witness", module)
    monkeypatch.setattr("nodegraph.editor.shell.window.SLOTS", (slot,))
    with opened(Document(Graph(Library.discover())), tmp_path) as driver:
        yield driver


def test_a_pane_holds_the_mouse_until_it_is_let_go(driver: Driver) -> None:
    pane = driver.pane(Witness)
    start = driver.inside(pane)
    driver.drag(start, (5, 5), button=MIDDLE)
    assert pane.told[0][:3] == ("pressed", tuple(map(round, start)), Button.MIDDLE)
    assert pane.count("dragged") >= 3
    assert pane.told[-1] == ("released", (5.0, 5.0))


def test_the_wheel_and_its_modifier_reach_the_pane(driver: Driver) -> None:
    pane = driver.pane(Witness)
    with driver.hold("ctrl"):
        driver.wheel(2, driver.inside(pane))
    driver.until(lambda: pane.count("wheeled") == 2, "two clicks of the wheel")
    assert ("wheeled", 1.0, True) in pane.told


def test_two_clicks_are_a_double_click(driver: Driver) -> None:
    pane = driver.pane(Witness)
    driver.double(driver.inside(pane))
    assert [row[-1] for row in pane.told if row[0] == "pressed"] == [False, True]


def test_a_key_that_nothing_is_bound_to_goes_to_the_pane(driver: Driver) -> None:
    pane = driver.pane(Witness)
    driver.move(driver.inside(pane))
    driver.key("ctrl+F9")
    driver.until(lambda: ("key", "Ctrl+F9") in pane.told, "the key")


KEYS = {"equal": "=", "semicolon": ";", "apostrophe": "'", "grave": "`", "Prior": "PageUp", "Next": "PageDown"}


@pytest.mark.parametrize("key", KEYS)
def test_a_key_that_the_library_calls_by_another_number_comes(driver: Driver, key: str) -> None:
    pane = driver.pane(Witness)
    driver.move(driver.inside(pane))
    driver.key(key)
    assert ("key", KEYS[key]) in pane.told


def test_an_older_layout_takes_new_panes() -> None:
    from nodegraph.editor.shell import layout

    shipped = layout.default(1600, 1000)
    section = f"[Window][###{layout.SLOTS[-2].tag}]"
    start = shipped.index(section)
    older = shipped[:start] + shipped[shipped.index("[Window]", start + 8) :]
    assert section not in older
    completed = layout.completed(older, shipped)
    assert sorted(completed.splitlines()) == sorted(shipped.splitlines())
    assert layout.completed(shipped, shipped) == shipped


@pytest.mark.parametrize(("dpi", "scale"), [(96, 1.0), (144, 1.5), (192, 2.0)])
def test_the_screen_says_how_fine_it_is(dpi: int, scale: float) -> None:
    """Desktops tell it as Xft.dpi among the resources of the X server."""
    surroundings = {**os.environ, "DISPLAY": display(), "LIBGL_ALWAYS_SOFTWARE": "1"}
    _set_resources(f"Xft.dpi:\t{dpi}\n")
    words = "from nodegraph.editor.shell.platform_x import preflight; print(preflight())"
    try:
        done = subprocess.run(
            [sys.executable, "-c", words], env=surroundings, capture_output=True, text=True, check=True
        )
    finally:
        _set_resources("")
    assert float(done.stdout) == scale


def _set_resources(text: str) -> None:
    x11: Any = ctypes.CDLL("libX11.so.6")
    for name in ("XOpenDisplay", "XDefaultRootWindow", "XInternAtom"):
        getattr(x11, name).restype = ctypes.c_void_p
    server = ctypes.c_void_p(x11.XOpenDisplay(display().encode()))
    root, told = ctypes.c_void_p(x11.XDefaultRootWindow(server)), text.encode()
    kind, form = (ctypes.c_ulong(x11.XInternAtom(server, name, 0)) for name in (b"RESOURCE_MANAGER", b"STRING"))
    x11.XChangeProperty(server, root, kind, form, 8, 0, told, len(told))
    x11.XCloseDisplay(server)
