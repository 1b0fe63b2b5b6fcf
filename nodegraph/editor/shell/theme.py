"""How the window looks: its colours by name, and the theme that all widgets take."""

from __future__ import annotations

import dearpygui.dearpygui as dpg

Colour = tuple[int, int, int, int]

BACKGROUND: Colour = (24, 24, 26, 255)  # between panes, and behind pictures and graphs
PANEL: Colour = (38, 38, 41, 255)
RAISED: Colour = (52, 52, 56, 255)  # fields, buttons, headers
HOVERED: Colour = (66, 66, 71, 255)
PRESSED: Colour = (80, 80, 86, 255)
SUNK: Colour = (28, 28, 30, 255)  # what one types into
LINE: Colour = (64, 64, 69, 255)
TEXT: Colour = (214, 214, 218, 255)
FAINT: Colour = (138, 138, 145, 255)
BRIGHT: Colour = (244, 244, 246, 255)
ACCENT: Colour = (247, 148, 29, 255)  # orange: what is selected, the current frame
ACCENT_DIM: Colour = (140, 86, 24, 255)
KEYED: Colour = (58, 122, 196, 255)  # blue: a knob with a key on this frame
ANIMATED: Colour = (38, 66, 104, 255)  # a knob that moves, without a key here
GOOD: Colour = (92, 190, 110, 255)
WARN: Colour = (232, 190, 72, 255)
BAD: Colour = (232, 84, 74, 255)
SHADE: Colour = (10, 10, 12, 170)  # over the window, behind a question

ROUNDING = 3.0
GAP = 6.0
CLEAR: Colour = (0, 0, 0, 0)

COLOURS: dict[str, Colour] = {
    "Text": TEXT,
    "TextDisabled": FAINT,
    "WindowBg": PANEL,
    "ChildBg": CLEAR,
    "PopupBg": (44, 44, 48, 255),
    "Border": LINE,
    "BorderShadow": CLEAR,
    "FrameBg": SUNK,
    "FrameBgHovered": (34, 34, 37, 255),
    "FrameBgActive": (40, 40, 44, 255),
    "TitleBg": BACKGROUND,
    "TitleBgActive": BACKGROUND,
    "TitleBgCollapsed": BACKGROUND,
    "MenuBarBg": BACKGROUND,
    "ScrollbarBg": CLEAR,
    "ScrollbarGrab": HOVERED,
    "ScrollbarGrabHovered": PRESSED,
    "ScrollbarGrabActive": FAINT,
    "CheckMark": ACCENT,
    "SliderGrab": (120, 120, 128, 255),
    "SliderGrabActive": ACCENT,
    "Button": RAISED,
    "ButtonHovered": HOVERED,
    "ButtonActive": PRESSED,
    "Header": (58, 58, 63, 255),
    "HeaderHovered": HOVERED,
    "HeaderActive": PRESSED,
    "Separator": LINE,
    "SeparatorHovered": ACCENT_DIM,
    "SeparatorActive": ACCENT,
    "ResizeGrip": CLEAR,
    "ResizeGripHovered": ACCENT_DIM,
    "ResizeGripActive": ACCENT,
    "Tab": BACKGROUND,
    "TabHovered": HOVERED,
    "TabSelected": PANEL,
    "TabSelectedOverline": ACCENT,
    "TabDimmed": BACKGROUND,
    "TabDimmedSelected": PANEL,
    "TabDimmedSelectedOverline": LINE,
    "DockingPreview": (247, 148, 29, 90),
    "DockingEmptyBg": BACKGROUND,
    "PlotLines": TEXT,
    "PlotHistogram": ACCENT,
    "PlotHistogramHovered": ACCENT,
    "TableHeaderBg": (46, 46, 50, 255),
    "TableBorderStrong": LINE,
    "TableBorderLight": (48, 48, 52, 255),
    "TableRowBg": CLEAR,
    "TableRowBgAlt": (255, 255, 255, 6),
    "TextSelectedBg": (58, 122, 196, 130),
    "DragDropTarget": ACCENT,
    "NavHighlight": CLEAR,
    "ModalWindowDimBg": SHADE,
    "TreeLines": LINE,
    "UnsavedMarker": ACCENT,
    "InputTextCursor": BRIGHT,
}

STYLES: dict[str, tuple[float, float]] = {
    "WindowPadding": (10, 8),
    "FramePadding": (8, 4),
    "ItemSpacing": (8, 6),
    "ItemInnerSpacing": (6, 4),
    "CellPadding": (6, 3),
    "IndentSpacing": (16, 0),
    "ScrollbarSize": (11, 0),
    "GrabMinSize": (9, 0),
    "WindowRounding": (0, 0),
    "ChildRounding": (ROUNDING, 0),
    "FrameRounding": (ROUNDING, 0),
    "PopupRounding": (4, 0),
    "ScrollbarRounding": (6, 0),
    "GrabRounding": (2, 0),
    "TabRounding": (3, 0),
    "WindowBorderSize": (0, 0),
    "ChildBorderSize": (1, 0),
    "PopupBorderSize": (1, 0),
    "FrameBorderSize": (0, 0),
    "TabBarBorderSize": (0, 0),
    "TabBarOverlineSize": (2, 0),
    "DockingSeparatorSize": (3, 0),
    "WindowTitleAlign": (0.0, 0.5),
}
UNSCALED = frozenset({"WindowTitleAlign", "WindowBorderSize", "PopupBorderSize", "ChildBorderSize", "FrameBorderSize"})

THEME = 4_200_000_001
BARE = 4_200_000_002  # no padding, and the window's own ground: for panes that draw to their edges
FLAT = 4_200_000_003  # buttons without a ground, as in a bar of icons
CHOSEN = 4_200_000_004  # a button that is on
SHEET = 4_200_000_005  # a window over the window
MENU = 4_200_000_006  # the bar at the top
CARD = 4_200_000_007  # a field that stands out
FLOATING = 4_200_000_008  # as BARE, with a ground that hides what lies below
BIN = 4_200_000_009  # the window's own ground: for a pane whose cards have theirs


def base_colours(floating: bool = False) -> dict[int, Colour]:
    """The colours by Dear ImGui's numbers.

    What holds the docked panes and their tabs paints nothing, since the window is cleared anyway; but where panes
    float over others, their tabs are to be seen on a ground of their own.
    """
    bars = {} if floating else dict.fromkeys(("TitleBg", "TitleBgActive", "TitleBgCollapsed"), CLEAR)
    colours = {**COLOURS, "WindowBg": CLEAR, **bars}
    return {getattr(dpg, f"mvThemeCol_{name}"): colour for name, colour in colours.items()}


def build(scale: float = 1.0) -> None:
    """Make the themes; the first is bound to all widgets."""
    with dpg.theme(tag=THEME), dpg.theme_component(dpg.mvAll):
        for name, colour in COLOURS.items():
            dpg.add_theme_color(getattr(dpg, f"mvThemeCol_{name}"), colour)
        for name, (x, y) in STYLES.items():
            times = 1.0 if name in UNSCALED else scale
            dpg.add_theme_style(getattr(dpg, f"mvStyleVar_{name}"), x * times, y * times)
    for tag, ground in ((BARE, CLEAR), (FLOATING, BACKGROUND)):
        with dpg.theme(tag=tag), dpg.theme_component(dpg.mvAll):
            dpg.add_theme_style(dpg.mvStyleVar_WindowPadding, 0, 0)
            dpg.add_theme_color(dpg.mvThemeCol_WindowBg, ground)
    with dpg.theme(tag=BIN), dpg.theme_component(dpg.mvAll):
        dpg.add_theme_color(dpg.mvThemeCol_WindowBg, CLEAR)
    with dpg.theme(tag=FLAT), dpg.theme_component(dpg.mvAll):
        dpg.add_theme_color(dpg.mvThemeCol_Button, CLEAR)
    with dpg.theme(tag=CHOSEN), dpg.theme_component(dpg.mvAll):
        dpg.add_theme_color(dpg.mvThemeCol_Button, ACCENT_DIM)
        dpg.add_theme_color(dpg.mvThemeCol_ButtonHovered, ACCENT_DIM)
        dpg.add_theme_color(dpg.mvThemeCol_Text, BRIGHT)
    with dpg.theme(tag=SHEET), dpg.theme_component(dpg.mvAll):
        dpg.add_theme_color(dpg.mvThemeCol_PopupBg, (46, 46, 50, 255))
        dpg.add_theme_color(dpg.mvThemeCol_WindowBg, (46, 46, 50, 255))
        dpg.add_theme_style(dpg.mvStyleVar_WindowPadding, 14 * scale, 12 * scale)
        dpg.add_theme_style(dpg.mvStyleVar_WindowRounding, 5 * scale, 0)
        dpg.add_theme_style(dpg.mvStyleVar_PopupRounding, 5 * scale, 0)
        dpg.add_theme_style(dpg.mvStyleVar_WindowBorderSize, 1, 0)
    with dpg.theme(tag=MENU), dpg.theme_component(dpg.mvAll):
        for ground in (dpg.mvThemeCol_WindowBg, dpg.mvThemeCol_MenuBarBg):  # the window is cleared in their colour
            dpg.add_theme_color(ground, CLEAR)
        dpg.add_theme_style(dpg.mvStyleVar_FramePadding, 8 * scale, 5 * scale)
        dpg.add_theme_style(dpg.mvStyleVar_ItemSpacing, 10 * scale, 6 * scale)
        dpg.add_theme_style(dpg.mvStyleVar_WindowPadding, 8 * scale, 8 * scale)
    with dpg.theme(tag=CARD), dpg.theme_component(dpg.mvAll):
        dpg.add_theme_color(dpg.mvThemeCol_ChildBg, PANEL)
        dpg.add_theme_style(dpg.mvStyleVar_WindowPadding, 12 * scale, 8 * scale)
    dpg.bind_theme(THEME)
