"""Some panes in the real window, without the others."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import dearpygui.dearpygui as dpg
import pytest

from nodegraph.graph.document import Document
from tests.editor.driver import Driver, opened


@contextmanager
def alone(modules: str, project: Document | Path, settings: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Driver]:
    """The window with the panes of these modules; settings and models of its own."""
    from nodegraph.editor.shell import window
    from nodegraph.editor.shell.layout import SLOTS

    monkeypatch.setattr(window, "SLOTS", tuple(slot for slot in SLOTS if slot.module in modules.split()))
    monkeypatch.setenv("XDG_DATA_HOME", str(settings / "data"))
    with opened(project, settings / "config") as driver:
        yield driver


def middle(item: int) -> tuple[float, float]:
    """The middle of a widget, in the window."""
    left, top = dpg.get_item_rect_min(item)
    width, height = dpg.get_item_rect_size(item)
    return left + width / 2, top + height / 2
