"""The file browser: folders with sequences folded, places that are come back to, a path that can be typed."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

import dearpygui.dearpygui as dpg

from nodegraph.editor.asking import FileWanted
from nodegraph.editor.panels.bindings import Chord
from nodegraph.editor.panels.files import Entry, Listing, Order, Places, Sort, existence, listed
from nodegraph.editor.shell import fonts, icons, theme
from nodegraph.editor.shell.loop import Guard
from nodegraph.editor.shell.sheet import sheet

SIGNS = {
    Sort.FOLDER: (icons.FOLDER, (222, 178, 92, 255)),
    Sort.SEQUENCE: (icons.SEQUENCE, (120, 170, 222, 255)),
    Sort.MOVIE: (icons.MOVIE, (170, 140, 214, 255)),
    Sort.PICTURE: (icons.PICTURE, (120, 170, 222, 255)),
    Sort.GRAPH: (icons.GRAPH, theme.ACCENT),
    Sort.PRESET: (icons.PRESET, (120, 190, 150, 255)),
    Sort.MODEL: (icons.MODEL, (200, 120, 160, 255)),
    Sort.OTHER: (icons.FILE, theme.FAINT),
}
ORDERS = (Order.NAME, Order.SORT, Order.SIZE, Order.CHANGED)
DOUBLE, FRAMES = 0.5, 5  # seconds, or frames where they are slow, between two clicks that are a double click
MOST = 1000  # rows that are shown
UNITS = ("B", "kB", "MB", "GB", "TB")


def told_size(size: float) -> str:
    """A size as one reads it."""
    for unit in UNITS:
        if size < 1000 or unit == UNITS[-1]:
            return f"{size:.0f} {unit}" if unit == "B" or size >= 100 else f"{size:.1f} {unit}"
        size /= 1000
    return ""


class Browser:
    """A window in which a file is chosen."""

    def __init__(
        self,
        wanted: FileWanted,
        guard: Guard,
        scale: float,
        post: Callable[[Callable[[], None]], None],
        done: Callable[[], None],
    ) -> None:
        self.wanted = wanted
        self.guard = guard
        self.scale = scale
        self.post = post
        self.done = done
        self.places = Places.load()
        self.folder = self._start()
        self.listing = Listing(self.folder)
        self.picked = -1
        self.folded = True
        self.order, self.backwards = Order.NAME, False
        self.window = 0
        self._asked = 0
        self.rows: list[int] = []
        self._clicked: tuple[int, float, int] = (-1, 0.0, 0)

    def _start(self) -> Path:
        wanted = self.wanted.folder
        recent = [Path(each) for each in self.places.recent]
        rows = [*([wanted] if wanted else []), *recent, Path.cwd(), Path.home()]
        return next((each.resolve() for each in rows if each.is_dir()), Path("/"))

    # -- what it is made of ----------------------------------------------------------------------------------

    def build(self) -> None:
        """Make the window, and look into the first folder."""
        width, height = round(960 * self.scale), round(620 * self.scale)
        with sheet(self.wanted.title, width, height) as self.window:
            self._bar()
            foot = round((78 if self.wanted.saving else 70) * self.scale)
            with dpg.group(horizontal=True):
                self._places = dpg.add_child_window(width=round(190 * self.scale), height=-foot, border=False)
                with dpg.child_window(width=-1, height=-foot):
                    self._table()
            self._foot()
        self._show_places()
        self.go(self.folder)

    def _bar(self) -> None:
        with dpg.group(horizontal=True):
            self._sign(icons.UP_FOLDER, "Folder above (Backspace)", lambda: self.go(self.folder.parent))
            self._sign(icons.HOME, "Home", lambda: self.go(Path.home()))
            self._sign(icons.REFRESH, "Look again (F5)", self._look)
            self._star = self._sign(icons.STAR, "Keep this folder among the places, or no longer", self._favourite)
            self.path_field = dpg.add_input_text(
                width=-round(240 * self.scale),
                on_enter=True,
                callback=lambda _s, text: self.guard.run(self.typed, text),
            )
            self.filter_field = dpg.add_input_text(
                width=-round(34 * self.scale),
                hint="part of a name, or *.exr",
                callback=lambda: self.guard.run(self._look),
            )
            self._fold = self._sign(icons.SEQUENCE, "Show sequences as one row", self._turn_fold)
            dpg.bind_item_theme(self._fold, theme.CHOSEN)

    def _sign(self, sign: str, tip: str, work: Callable[[], None]) -> int:
        button = int(dpg.add_button(label=sign, width=round(28 * self.scale), callback=lambda: self.guard.run(work)))
        dpg.bind_item_font(button, fonts.ICONS)
        with dpg.tooltip(button, delay=0.5):
            dpg.add_text(tip)
        return button

    def _table(self) -> None:
        flags = {"resizable": True, "borders_innerV": False, "row_background": True, "scrollY": True}
        with dpg.table(
            header_row=True, sortable=True, callback=self._sorted, policy=dpg.mvTable_SizingFixedFit, **flags
        ) as self._listed:
            dpg.add_table_column(
                label="", width_fixed=True, init_width_or_weight=22 * self.scale, no_sort=True, no_resize=True
            )
            dpg.add_table_column(label="Name", width_stretch=True, default_sort=True, prefer_sort_ascending=True)
            dpg.add_table_column(label="Kind", width_fixed=True, init_width_or_weight=80 * self.scale)
            dpg.add_table_column(label="Size", width_fixed=True, init_width_or_weight=80 * self.scale)
            dpg.add_table_column(label="Changed", width_fixed=True, init_width_or_weight=130 * self.scale)
        self._columns = dpg.get_item_children(self._listed, 0)

    def _foot(self) -> None:
        with dpg.group(horizontal=True):
            self._told = dpg.add_text("", color=theme.FAINT)
        with dpg.group(horizontal=True):
            side = round(120 * self.scale)
            self.name_field = dpg.add_input_text(
                width=-round((338 if self.wanted.or_folder else 210) * self.scale),
                default_value=self.wanted.name,
                hint=self._hint(),
                on_enter=True,
                callback=lambda: self.guard.run(self.take),
            )
            verb = "Save" if self.wanted.saving else "Use this folder" if self.wanted.wants_folder else "Open"
            main = dpg.add_button(label=verb, width=side, callback=lambda: self.guard.run(self.take))
            dpg.bind_item_theme(main, theme.CHOSEN)
            if self.wanted.or_folder:
                dpg.add_button(label="Whole folder", width=side, callback=lambda: self.guard.run(self._take_folder))
            dpg.add_button(label="Cancel", width=-1, callback=lambda: self.guard.run(self.closed))

    def _hint(self) -> str:
        return "name of the file" if self.wanted.saving else "or type a path here"

    def _show_places(self) -> None:
        dpg.delete_item(self._places, children_only=True)
        groups = [
            ("Favourites", self.places.favourites),
            ("Recent", self.places.recent[:8]),
            ("Computer", (str(Path.home()), str(Path.cwd()), "/")),
        ]
        for label, rows in groups:
            if not rows:
                continue
            head = dpg.add_text(label, parent=self._places, color=theme.FAINT)
            dpg.bind_item_font(head, fonts.SMALL)
            for row in dict.fromkeys(rows):
                item = dpg.add_selectable(
                    label=Path(row).name or row,
                    parent=self._places,
                    user_data=row,
                    callback=lambda _s, _v, text: self.guard.run(self.go, Path(text)),
                )
                with dpg.tooltip(item, delay=0.5):
                    dpg.add_text(row)

    # -- going about -----------------------------------------------------------------------------------------

    def go(self, folder: Path) -> None:
        """Into a folder."""
        self.folder = folder
        self.picked = -1
        dpg.set_value(self.path_field, str(folder))
        dpg.set_value(self.filter_field, "")
        if not self.wanted.saving:
            dpg.set_value(self.name_field, "")
        self._look()

    def typed(self, text: str) -> None:
        """A path was typed: a folder is gone into, a file is taken."""
        path = Path(text).expanduser()
        path = path if path.is_absolute() else self.folder / path
        if path.is_dir():
            self.go(path)
        elif existence(str(path), self.folder)[0]:
            self._take(str(path))
        else:
            self._tell(f"there is no {path}", theme.BAD)

    def _look(self) -> None:
        """List the folder, aside: a file server may be slow."""
        self._asked += 1
        turn, text = self._asked, str(dpg.get_value(self.filter_field))
        folder, order, backwards, folded = self.folder, self.order, self.backwards, self.folded
        sorts = self.wanted.sorts

        def work() -> None:
            found = listed(folder, text, sorts, order, backwards=backwards, folded=folded)
            self.post(lambda: self._show(turn, found))

        self._tell("looking…", theme.FAINT)
        threading.Thread(target=work, daemon=True).start()

    def _show(self, turn: int, found: Listing) -> None:
        if turn != self._asked or not dpg.does_item_exist(self.window):
            return
        self.listing, self.picked = found, -1
        dpg.delete_item(self._listed, children_only=True, slot=1)
        self.rows = []
        for k, entry in enumerate(found.entries[:MOST]):
            with dpg.table_row(parent=self._listed):
                sign, colour = SIGNS[entry.sort]
                dpg.bind_item_font(dpg.add_text(sign, color=colour), fonts.ICONS)
                with dpg.group(horizontal=True, horizontal_spacing=0):
                    self.rows.append(
                        int(
                            dpg.add_selectable(
                                span_columns=True,
                                user_data=k,
                                callback=lambda _s, _v, row: self.guard.run(self._click, row),
                            )
                        )
                    )
                    dpg.add_text(entry.label)  # the label of a row would end at ##, before the frames of a sequence
                dpg.add_text(entry.sort.value, color=theme.FAINT)
                dpg.add_text("" if entry.sort is Sort.FOLDER else told_size(entry.size), color=theme.FAINT)
                dpg.add_text(time.strftime("%Y-%m-%d %H:%M", time.localtime(entry.changed)), color=theme.FAINT)
        if found.problem:
            self._tell(found.problem, theme.BAD)
        else:
            count = len(found.entries)
            more = f"; the first {MOST} are shown: type part of a name" if count > MOST else ""
            self._tell(f"{count} {'row' if count == 1 else 'rows'}{more}", theme.FAINT)

    def _click(self, row: int) -> None:
        if self.listing.folder != self.folder:  # it is still looked into: these are rows of the one before
            dpg.set_value(self.rows[row], False)
            return
        now, frame, (last, before, frame_before) = time.monotonic(), int(dpg.get_frame_count()), self._clicked
        self._clicked = (row, now, frame)
        self.pick(row)
        if row == last and (now - before < DOUBLE or frame - frame_before <= FRAMES):
            self.open_row(row)

    def pick(self, row: int) -> None:
        """Select a row."""
        for k, item in enumerate(self.rows):
            dpg.set_value(item, k == row)
        self.picked = row
        entry = self.listing.entries[row]
        if entry.sort is not Sort.FOLDER:
            dpg.set_value(self.name_field, entry.name)
            self._tell(f"{entry.label}   {told_size(entry.size)}", theme.TEXT)

    def _bring(self, row: int) -> None:
        """Scroll until a row is seen, and one more beyond it."""
        view = dpg.get_item_parent(self._listed)
        top, tall = dpg.get_item_pos(view)[1] + dpg.get_item_pos(self.window)[1], dpg.get_item_rect_size(view)[1]
        y, high = dpg.get_item_rect_min(row)[1], dpg.get_item_rect_size(row)[1]
        above, below = top + 2 * high - y, y + 3 * high - (top + tall)
        if above > 0 or below > 0:
            dpg.set_y_scroll(self._listed, max(0.0, dpg.get_y_scroll(self._listed) + (below if below > 0 else -above)))

    def open_row(self, row: int) -> None:
        """What a double click does: into a folder, or take the file."""
        entry = self.listing.entries[row]
        if entry.sort is Sort.FOLDER:
            self.go(Path(entry.path))
        else:
            self.take()

    def key(self, chord: Chord) -> bool:
        """Arrows go up and down the rows, Backspace to the folder above; while a field is typed into, they are its."""
        if (
            dpg.is_item_active(self.name_field)
            or dpg.is_item_active(self.path_field)
            or dpg.is_item_active(self.filter_field)
        ):
            return False
        if chord.key in ("Up", "Down") and self.rows and self.listing.folder == self.folder:
            self.pick(max(0, min(len(self.rows) - 1, self.picked + (1 if chord.key == "Down" else -1))))
            self._bring(self.rows[self.picked])
        elif chord.key == "Backspace":
            self.go(self.folder.parent)
        elif chord.key == "F5":
            self._look()
        else:
            return False
        return True

    def closed(self) -> None:
        """Nothing was chosen."""
        self.done()

    def _sorted(self, _sender: int, specs: list[list[int]] | None) -> None:
        if specs:
            column, way = specs[0]
            self.order = ORDERS[max(0, self._columns.index(column) - 1)]
            self.backwards = way < 0
            self._look()

    def _turn_fold(self) -> None:
        self.folded = not self.folded
        dpg.bind_item_theme(self._fold, theme.CHOSEN if self.folded else 0)
        self._look()

    def _favourite(self) -> None:
        self.places = self.places.turned(self.folder)
        self.places.save()
        self._show_places()

    def _tell(self, text: str, colour: theme.Colour) -> None:
        dpg.set_value(self._told, text)
        dpg.configure_item(self._told, color=colour)

    # -- the answer ------------------------------------------------------------------------------------------

    def take(self) -> None:
        """Give what is named or selected to who asked."""
        name = str(dpg.get_value(self.name_field)).strip()
        entry = self._entry()
        if not name and entry is not None and entry.sort is Sort.FOLDER and not self.wanted.wants_folder:
            self.go(Path(entry.path))
        elif self.wanted.wants_folder and not name:
            self._take_folder()
        elif not name:
            self._tell("choose a file, or type its name", theme.BAD)
        elif self.wanted.saving:
            self._take(str(self._to_save(name)))
        else:
            self.typed(name)

    def _take_folder(self) -> None:
        """The folder that is selected, else the one that is looked into."""
        entry = self._entry()
        self._take(entry.path if entry is not None and entry.sort is Sort.FOLDER else str(self.folder))

    def _entry(self) -> Entry | None:
        return self.listing.entries[self.picked] if 0 <= self.picked < len(self.listing.entries) else None

    def _to_save(self, name: str) -> Path:
        path = Path(name).expanduser()
        path = path if path.is_absolute() else self.folder / path
        suffix = self.wanted.suffix
        return path if not suffix or path.name.endswith(suffix) else path.with_name(path.name + suffix)

    def _take(self, path: str) -> None:
        self.places = self.places.used(Path(path) if Path(path).is_dir() else Path(path).parent)
        self.places.save()
        self.done()
        self.wanted.take(path)
