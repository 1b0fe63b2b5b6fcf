"""Everything that can be done by a key or a menu: one list, which menus, keys, help and search all read."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType
from typing import NamedTuple


class Pane(Enum):
    """What is under the cursor; keys go to it."""

    WINDOW = "everywhere"
    GRAPH = "graph"
    VIEWER = "viewer"
    TIMELINE = "timeline"
    CURVES = "curves"
    PROPERTIES = "properties"
    FACES = "faces"
    QUEUE = "queue"


class Action(NamedTuple):
    """One thing that can be done. `keys` are those it comes with, as Nuke has them where Nuke has it."""

    name: str
    label: str
    menu: str
    panes: frozenset[Pane]
    keys: tuple[str, ...] = ()


WINDOW, GRAPH, VIEWER, TIMELINE = Pane.WINDOW, Pane.GRAPH, Pane.VIEWER, Pane.TIMELINE
CURVES, PROPERTIES, FACES, QUEUE = Pane.CURVES, Pane.PROPERTIES, Pane.FACES, Pane.QUEUE
TIME = (VIEWER, TIMELINE)
STEPS = (GRAPH, VIEWER, TIMELINE, CURVES)
PLACES = (1, 2, 3, 4)  # in the graph, that can be kept

Row = tuple[str, str, str]  # name, label, keys with spaces between them

# Menu, panes, rows.
LIST: tuple[tuple[str, tuple[Pane, ...], tuple[Row, ...]], ...] = (
    (
        "File",
        (WINDOW,),
        (
            ("new", "New", "Ctrl+N"),
            ("open", "Open…", "Ctrl+O"),
            ("save", "Save", "Ctrl+S"),
            ("save_as", "Save as…", "Ctrl+Shift+S"),
            ("version_up", "Save new version, writers too", "Alt+Shift+S"),
            ("recover", "Recover an autosave…", ""),
            ("close", "Close", "Ctrl+W"),
            ("quit", "Quit", "Ctrl+Q"),
        ),
    ),
    (
        "Edit",
        (WINDOW,),
        (
            ("undo", "Undo", "Ctrl+Z"),
            ("redo", "Redo", "Ctrl+Shift+Z Ctrl+Y"),
            ("rebind", "Keys…", ""),
            ("preferences", "Preferences…", "Shift+S"),
        ),
    ),
    (
        "Edit",
        (GRAPH, CURVES, PROPERTIES),
        (("copy", "Copy", "Ctrl+C"), ("paste", "Paste", "Ctrl+V")),
    ),
    (
        "Edit",
        (GRAPH, CURVES, QUEUE, FACES),
        (("delete", "Delete", "Delete Backspace"), ("select_all", "Select all", "Ctrl+A")),
    ),
    ("Edit", (GRAPH, FACES), (("rename", "Rename…", "N F2"),)),
    (
        "Edit",
        (GRAPH,),
        (
            ("cut", "Cut", "Ctrl+X"),
            ("paste_branch", "Paste as a branch", "Ctrl+Shift+V"),
            ("paste_values", "Paste the values of knobs", "Ctrl+Alt+V"),
            ("duplicate", "Duplicate", "Alt+C"),
            ("select_connected", "Select all connected", "Ctrl+Alt+A"),
            ("find", "Find a node…", "/"),
            ("jump", "Jump to a node or backdrop…", "J"),
            ("project_settings", "Project settings", "S"),
        ),
    ),
    (
        "Node",
        (GRAPH,),
        (
            ("search", "Add a node…", "Tab"),
            ("disable", "Disable", "D"),
            ("open_panel", "Open the panel", "Return"),
            ("connect", "Connect selected", "Y"),
            ("connect_back", "Connect selected, from the lowest up", "Shift+Y"),
            ("swap_inputs", "Swap the first two inputs", "Shift+X"),
            ("disconnect", "Remove inputs", "Ctrl+D"),
            ("extract", "Extract", "Ctrl+Shift+X"),
            ("branch", "Branch", "Alt+B"),
            ("splay", "Wire all into the last", "U"),
            ("info", "What is known of the node", "I"),
            ("colour", "Colour of the node…", "Ctrl+Shift+C"),
            ("hide_input", "Hide its wires", "Alt+H"),
            ("thumbnail", "Thumbnail", "Alt+P"),
            ("file_name", "Show file names", "Q"),
            ("replace_files", "Search and replace in file names…", "Ctrl+Shift+/"),
            ("reader_up", "Version up", "Alt+Up"),
            ("reader_down", "Version down", "Alt+Down"),
            ("reader_latest", "Latest version", "Alt+Shift+Up"),
            ("backdrop", "Backdrop behind the selection", "Shift+B"),
            ("note", "Note", "Shift+N"),
            ("save_preset", "Save the selection as a preset…", ""),
        ),
    ),
    (
        "Create",
        (GRAPH,),
        (
            ("create.Read", "Read", "R"),
            ("create.Write", "Write", "W"),
            ("create.Blur", "Blur", "B"),
            ("create.Grade", "Grade", "G"),
            ("create.Merge", "Merge", "M"),
            ("create.Transform", "Transform", "T"),
            ("create.Roto", "Roto", "O"),
            ("create.Dot", "Dot", "."),
        ),
    ),
    (
        "Arrange",
        (GRAPH,),
        (
            ("autoplace", "Place by themselves", "L"),
            ("snap", "Snap selected to the grid", "Shift+\\"),
            ("snap_all", "Snap all to the grid", "\\"),
            ("align_row", "Align in a row", ""),
            ("align_column", "Align in a column", ""),
            ("minimap", "Small map", ""),
        ),
    ),
    (
        "View",
        (GRAPH, VIEWER, CURVES),
        (
            ("fit", "Fit the selection, or all", "F"),
            ("zoom_in", "Zoom in", "= Shift+="),
            ("zoom_out", "Zoom out", "-"),
        ),
    ),
    ("View", (GRAPH, VIEWER), (("actual_size", "100 %", "Ctrl+1"),)),
    (
        "Places",
        (GRAPH,),
        (
            *((f"keep_place_{slot}", f"Keep this place as {slot}", f"Ctrl+F{slot + 6}") for slot in PLACES),
            *((f"go_to_place_{slot}", f"Go to place {slot}", f"Shift+F{slot + 6}") for slot in PLACES),
        ),
    ),
    (
        "Viewer",
        (VIEWER,),
        (
            ("fit_picture", "Fit the picture", "H"),
            ("red", "Red", "R"),
            ("green", "Green", "G"),
            ("blue", "Blue", "B"),
            ("alpha", "Alpha", "A"),
            ("luminance", "Luminance", "Y"),
            ("matte", "Matte over the picture", "M"),
            ("wipe", "Wipe", "W"),
            ("difference", "Difference of A and B", "D"),
            ("onion", "Onion skin", "N"),
            ("sides", "A and B side by side", "Shift+N"),
            ("swap_buffers", "Swap A and B", "Return"),
            ("roi", "Region of interest", "Shift+W"),
            ("new_roi", "New region of interest", "Alt+W"),
            ("refresh", "Make this frame anew", "U"),
            ("hold", "Pause the viewer", "P"),
            ("overlays", "Overlays", "O"),
            ("clipping", "Zebra on clipped and broken pixels", "Z"),
            ("false_colour", "False colour", "Shift+F"),
            ("scopes", "Scopes", "S"),
            ("guides", "Guides", "Shift+G"),
            ("annotation", "Frame and shot in the picture", "Shift+A"),
            ("neutral", "Exposure and gamma back to neutral", "Ctrl+Backspace"),
            ("exposure_up", "Exposure up", "Shift+."),
            ("exposure_down", "Exposure down", "Shift+,"),
            ("layer_up", "Layer before", "PageUp"),
            ("layer_down", "Next layer", "PageDown"),
            ("proxy_1", "Proxy 1/2", "Alt+1"),
            ("proxy_2", "Proxy 1/4", "Alt+2"),
            ("proxy_3", "Proxy 1/8", "Alt+3"),
            ("proxy_4", "Proxy 1/16", "Alt+4"),
        ),
    ),
    ("Viewer", (WINDOW,), (("proxy", "Proxy", "Ctrl+P"),)),
    (
        "Time",
        STEPS,
        (
            ("back", "Frame before", "Left"),
            ("forward", "Next frame", "Right"),
            ("back_step", "Back by the step", "Shift+Left"),
            ("forward_step", "Forward by the step", "Shift+Right"),
            ("first", "First frame", "Ctrl+Left"),
            ("last", "Last frame", "Ctrl+Right"),
            ("key_before", "Key before", "Ctrl+Shift+Left"),
            ("key_after", "Next key", "Ctrl+Shift+Right"),
        ),
    ),
    (
        "Time",
        TIME,
        (
            ("play_back", "Play backwards", "J"),
            ("stop", "Stop", "K"),
            ("play", "Play", "L"),
            ("mark_in", "In point here", "Alt+I"),
            ("mark_out", "Out point here", "Alt+O"),
            ("loop", "Loop, bounce or stop at the end", ""),
        ),
    ),
    ("Time", (WINDOW,), (("go_to_frame", "Go to frame…", "Alt+G"), ("flipbook", "Play from memory", "Alt+F"))),
    (
        "Curves",
        (CURVES,),
        (
            ("constant", "Constant", "K"),
            ("linear", "Linear", "L"),
            ("smooth", "Smooth", "Z"),
            ("bezier", "Bézier", "C"),
            ("level", "Level handles", "H"),
            ("break_handles", "Break handles", "X"),
            ("insert_key", "Key on the curve", "Insert"),
            ("fit_all", "Fit all curves", "A"),
        ),
    ),
    (
        "Properties",
        (PROPERTIES,),
        (
            ("set_key", "Set a key", "K"),
            ("remove_key", "Remove the key", "Shift+K"),
            ("remove_animation", "No animation", ""),
            ("auto_key", "Keys by themselves", "Alt+K"),
            ("reset_knob", "Back to the default", "Ctrl+Backspace"),
            ("modified_only", "Only what was changed", "M"),
            ("pin", "Pin the panel", "P"),
            ("close_panels", "Close all panels", "Ctrl+Shift+W"),
        ),
    ),
    (
        "Faces",
        (FACES,),
        (
            ("weakest", "Jump to the weakest frame", "J"),
            ("merge_tracks", "Merge tracks", "M"),
            ("split_track", "Split the track here", "S"),
        ),
    ),
    (
        "Render",
        (WINDOW,),
        (
            ("render_all", "Render all writers…", "F5"),
            ("render_selected", "Render selected writers…", "F7"),
            ("clear_cache", "Empty the cache", "F12"),
            ("cancel", "Cancel", "Escape"),
        ),
    ),
    (
        "Render",
        (QUEUE,),
        (
            ("job_pause", "Pause or go on", "P"),
            ("job_cancel", "Cancel the job", "C"),
            ("job_again", "Render what is missing", "R"),
            ("job_show", "Open the result in the viewer", "Return"),
            ("job_error", "Jump to the error", "E"),
            ("job_clear", "Take out what is done", "X"),
            ("job_sooner", "Render sooner", "Ctrl+Up"),
            ("job_later", "Render later", "Ctrl+Down"),
        ),
    ),
    (
        "Window",
        (WINDOW,),
        (
            ("maximise", "Only the pane under the cursor", "Space"),
            ("full_screen", "Full screen", "Alt+S"),
            ("find_action", "Find an action…", "Ctrl+Shift+P"),
            ("save_layout", "Save the layout of the panes", ""),
            ("reset_layout", "Panes as they came", ""),
            ("help", "Help on what is under the cursor", "F1"),
        ),
    ),
)


def _actions() -> dict[str, Action]:
    found: dict[str, Action] = {}
    for menu, panes, rows in LIST:
        for name, label, keys in rows:
            found[name] = Action(name, label, menu, frozenset(panes), tuple(keys.split()))
    for number in range(10):
        key = str((number + 1) % 10)
        both = frozenset((GRAPH, VIEWER))
        for side, before in (("a", ""), ("b", "Shift+")):
            name = f"view_{side}_{number + 1}"
            found[name] = Action(
                name, f"Viewer {side.upper()} shows input {number + 1}", "Viewer", both, (before + key,)
            )
    return found


ACTIONS: Mapping[str, Action] = MappingProxyType(_actions())


def menus() -> dict[str, list[Action]]:
    """The actions by menu, in the order of the list."""
    rows: dict[str, list[Action]] = {}
    for action in ACTIONS.values():
        rows.setdefault(action.menu, []).append(action)
    return rows
