"""Where the panes are: the layout that the window comes with, and the one that the artist has made of it."""

from __future__ import annotations

import contextlib
import os
import re
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import dearpygui.dearpygui as dpg

from nodegraph.data.errors import NodegraphError
from nodegraph.editor.pane import Point
from nodegraph.editor.panels.settings import remember, remembered, settings_folder
from nodegraph.editor.shell import theme

LEAST = (640, 400)  # a window that was smaller was made so by accident
INNER = 1_000  # from the tag of a docked window to that of the room in it


class Slot(NamedTuple):
    """A pane of the window. The tag is the name of its place in saved layouts, and never changes."""

    tag: int
    module: str
    name: str  # of its class
    title: str
    bare: bool = False  # it draws to its edges
    group: str = "right"
    bin: bool = False  # what lies in it has a ground of its own


SLOTS = (
    Slot(4_000_000_001, "viewer", "ViewerPane", "Viewer", True, "viewer"),
    Slot(4_000_000_002, "graph", "GraphPane", "Node graph", True, "graph"),
    Slot(4_000_000_003, "timeline", "TimelinePane", "Timeline", True, "timeline"),
    Slot(4_000_000_004, "properties", "PropertiesPane", "Properties", bin=True),
    Slot(4_000_000_005, "curves", "CurvesPane", "Curves", True),
    Slot(4_000_000_006, "queue", "QueuePane", "Queue"),
    Slot(4_000_000_007, "presets", "PresetsPane", "Presets"),
    Slot(4_000_000_008, "faces", "FacesPane", "Faces"),
    Slot(4_000_000_009, "models", "ModelsPane", "Models"),
    Slot(4_000_000_010, "status", "StatusPane", "Status", True, "status"),
)
STATUS = SLOTS[-1].tag
# Those that paint no ground, and what they have where they lie over others: a ground of theirs, or that of all panes.
GROUNDS = {
    slot.tag: (theme.BARE, theme.FLOATING) if slot.bare else (theme.BIN, 0) for slot in SLOTS if slot.bare or slot.bin
}
# What Dear ImGui calls the dock over the whole window: hashes of its own names.
SPACE, HOST = "0x08BD597D", "0x1BBC0F80"
GROUPS = {"viewer": 3, "graph": 5, "timeline": 8, "right": 6, "status": 10}


def default(width: int, height: int, scale: float = 1.0) -> str:
    """The layout that the window comes with: viewer, graph and timeline, the rest as tabs on the right."""
    menu, status, timeline = round(26 * scale), round(27 * scale), round(128 * scale)
    right = min(round(400 * scale), width // 3)
    inner = height - menu - status
    left, work = width - right - 3, inner - timeline - 3
    viewer = round(work * 0.55)
    rows = [""]
    for slot in SLOTS:
        order = [each.tag for each in SLOTS if each.group == slot.group].index(slot.tag)
        rows += [
            f"[Window][###{slot.tag}]",
            f"Pos=0,{menu}",
            "Size=400,300",
            "Collapsed=0",
            f"DockId=0x{GROUPS[slot.group]:08X},{order}",
            "",
        ]
    chosen = "HiddenTabBar=1 NoWindowMenuButton=1 NoCloseButton=1"
    plain = "NoWindowMenuButton=1 NoCloseButton=1"
    rows += [
        "[Docking][Data]",
        f"DockSpace       ID={SPACE} Window={HOST} Pos=0,{menu} Size={width},{height - menu} Split=Y",
        f"  DockNode      ID=0x00000009 Parent={SPACE} SizeRef={width},{inner} Split=X",
        f"    DockNode    ID=0x00000001 Parent=0x00000009 SizeRef={left},{inner} Split=Y",
        f"      DockNode  ID=0x00000002 Parent=0x00000001 SizeRef={left},{work} Split=Y",
        f"        DockNode ID=0x00000003 Parent=0x00000002 SizeRef={left},{viewer} {plain}",
        f"        DockNode ID=0x00000005 Parent=0x00000002 SizeRef={left},{work - viewer} CentralNode=1 {plain}",
        f"      DockNode  ID=0x00000008 Parent=0x00000001 SizeRef={left},{timeline} {chosen}",
        f"    DockNode    ID=0x00000006 Parent=0x00000009 SizeRef={right},{inner} {plain}",
        f"  DockNode      ID=0x0000000A Parent={SPACE} SizeRef={width},{status} NoTabBar=1 NoResize=1 {plain}",
        "",
    ]
    return "\n".join(rows)


def room(slot: Slot) -> int:
    """Make the docked window of a pane; the child window in it, which the pane may fill, is returned."""
    tag = slot.tag + INNER
    with dpg.window(label=slot.title, tag=slot.tag, no_close=True, no_collapse=True, no_scrollbar=True):
        dpg.add_child_window(tag=tag, border=False, no_scrollbar=slot.bare, no_scroll_with_mouse=slot.bare)
    if slot.tag in GROUNDS:
        dpg.bind_item_theme(slot.tag, GROUNDS[slot.tag][0])
    return tag


def rectangle(room: int) -> tuple[Point, Point]:
    """Where a room lies in the window, and how large it is."""
    x, y = dpg.get_item_pos(room - INNER)
    inner = dpg.get_item_state(room)
    (left, top), (width, height) = inner["pos"], inner["content_region_avail"]
    return (float(x + left), float(y + top)), (float(width), float(height))


def ground(seen: Sequence[tuple[int, Point, Point]]) -> bool:
    """Give panes that lie over others a ground; docked ones need none of their own, and it costs much to fill.

    Nothing tells which panes float, but only those overlap others. True if there are some.
    """
    floating = False
    for docked, origin, size in seen:
        over = any(other[0] != docked and _overlap(origin, size, other[1], other[2]) for other in seen)
        floating = floating or over
        if docked not in GROUNDS:
            continue
        wanted = GROUNDS[docked][over]
        if (dpg.get_item_theme(docked) or 0) != wanted:
            dpg.bind_item_theme(docked, wanted)
    return floating


def _overlap(at: Point, size: Point, other: Point, other_size: Point) -> bool:
    across = at[0] < other[0] + other_size[0] and other[0] < at[0] + size[0]
    return across and at[1] < other[1] + other_size[1] and other[1] < at[1] + size[1]


def alone(tag: int, width: int, height: int, scale: float) -> str:
    """The layout with one pane in the middle, where there is always room; for when the others are hidden."""
    middle = f"DockId=0x{GROUPS['graph']:08X}"
    rows = default(width, height, scale).split("[Window]")
    return "[Window]".join(
        re.sub("DockId=0x[0-9A-F]+", middle, row) if row.startswith(f"[###{tag}]") else row for row in rows
    )


def own_file() -> Path:
    """Where the artist's own layout is."""
    return settings_folder() / "layout.ini"


def load(width: int, height: int, scale: float) -> Path:
    """Have the window open with the artist's layout, or the one that it comes with. Before the window is shown.

    The file is read with the first frame, and is to be removed then.
    """
    text = default(width, height, scale)
    with contextlib.suppress(OSError, UnicodeDecodeError):
        text = completed(own_file().read_text(encoding="utf-8"), text)
    number, name = tempfile.mkstemp(suffix=".ini")
    with os.fdopen(number, "w", encoding="utf-8") as file:
        file.write(text)
    dpg.configure_app(load_init_file=name)
    return Path(name)


def completed(own: str, shipped: str) -> str:
    """A layout of the artist's with the places of panes that it does not know yet: it may be an older one.

    The status line has the height of this scale: no hand can mend the one that another scale left it.
    """
    parts = shipped.partition("[Docking]")[0].split("[Window]")[1:]
    missing = [part for part in parts if part.partition("]")[0] + "]" not in own]
    before, mark, after = own.partition("[Docking]")
    status = re.compile(rf"(ID=0x{GROUPS['status']:08X} Parent=\S+) (SizeRef=.*)")
    as_shipped = status.search(shipped)
    if as_shipped is not None:
        after = status.sub(rf"\1 {as_shipped[2]}", after)
    return before + "".join(f"[Window]{part}" for part in missing) + mark + after


def save() -> None:
    """Keep the panes where they are."""
    file = own_file()
    file.parent.mkdir(parents=True, exist_ok=True)
    dpg.save_init_file(str(file))


def size_file() -> Path:
    """Where the size of the window is."""
    return settings_folder() / "window.json"


def remembered_size() -> tuple[int, int] | None:
    """How large the window was when it was last closed; None if that is not known."""
    with contextlib.suppress(NodegraphError):
        saved = remembered(size_file())
        width, height = saved.get("width"), saved.get("height")
        if isinstance(width, int) and isinstance(height, int) and width >= LEAST[0] and height >= LEAST[1]:
            return width, height
    return None


def leave(before: str = "") -> None:
    """The window closes: keep its size, and where its panes are, or were before one of them had all the room."""
    if before:
        own_file().parent.mkdir(parents=True, exist_ok=True)
        own_file().write_text(before, encoding="utf-8")
    else:
        save()
    width, height = dpg.get_viewport_client_width(), dpg.get_viewport_client_height()
    remember(size_file(), {"width": int(width), "height": int(height)})


def forget() -> None:
    """Next time the panes are as they came."""
    with contextlib.suppress(FileNotFoundError):
        own_file().unlink()
