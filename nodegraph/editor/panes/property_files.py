"""File knobs: whether their files are there, looked up beside the window, the browser, and the colour spaces."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from time import monotonic

from nodegraph.colour.config import load_config
from nodegraph.data.errors import NodegraphError
from nodegraph.editor.app import App
from nodegraph.editor.panels.files import existence
from nodegraph.editor.panes.property_row import RowView
from nodegraph.editor.panes.property_turn import Turning
from nodegraph.engine.paths import absolute

Seen = tuple[bool | None, str]
FRESH = 4.0  # seconds for which a look at the disk holds


class Files:
    """Looks at disks on a thread of its own, so that a slow one never holds the window."""

    def __init__(self, app: App, turning: Turning) -> None:
        self.app, self.turning = app, turning
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="properties")
        self._seen: dict[tuple[str, Path], tuple[float, Seen]] = {}
        self._asked: set[tuple[str, Path]] = set()
        self._rows: list[RowView] = []
        self._spaces: dict[str, tuple[str, ...]] = {}

    def look(self, rows: Iterable[RowView]) -> None:
        """Have the files of these rows marked."""
        folder, roots = self.app.state.document.folder, dict(self.app.state.graph.roots)
        self._rows = list(rows)
        for row in self._rows:
            text = row.row.text
            if not text:
                row.show_file(None, "no file named")
                continue
            key = (text, folder)
            when, seen = self._seen.get(key, (-FRESH, (None, "")))
            row.show_file(*self._mark(row, seen))
            if monotonic() - when >= FRESH and key not in self._asked:
                self._asked.add(key)
                self._pool.submit(self._find, key, roots)

    def _find(self, key: tuple[str, Path], roots: dict[str, str]) -> None:
        text, folder = key
        try:
            found: Seen = existence(absolute(text, folder, roots), folder)
        except NodegraphError as fault:
            found = (False, str(fault))
        self.app.post(partial(self._show, key, found))

    def _show(self, key: tuple[str, Path], found: Seen) -> None:
        self._seen[key] = (monotonic(), found)
        self._asked.discard(key)
        for row in self._rows:
            if row.row.text == key[0] and row.alive:
                row.show_file(*self._mark(row, found))

    def _mark(self, row: RowView, seen: Seen) -> Seen:
        """A file that is yet to be written is not missing."""
        if row.row.saves and seen[0] is False:
            return None, "not there yet"
        return seen

    def ask(self, row: RowView) -> None:
        """Let the artist choose a file for a row."""
        folder, text = self.app.state.document.folder, row.row.text
        self._seen.pop((text, folder), None)
        self.app.browse(
            f"{row.node} {row.row.label}",
            absolute(text, folder, self.app.state.graph.roots) if text else str(folder),
            lambda path: self.turning.set(row.node, row.knob, inside(path, folder)),
            saves=row.row.saves,
        )

    def spaces(self, config: str, came: Callable[[], None]) -> tuple[str, ...]:
        """The colour spaces to choose from; empty until the config is read, and then `came` is called."""
        if config not in self._spaces:
            self._spaces[config] = ()
            self._pool.submit(self._read, config, came)
        return self._spaces[config]

    def _read(self, config: str, came: Callable[[], None]) -> None:
        try:
            found = load_config(config)
            names = tuple(sorted(found.roles)) + found.spaces
        except NodegraphError:  # who uses the space says what is wrong with it
            return

        def tell() -> None:
            self._spaces[config] = names
            came()

        self.app.post(tell)

    def close(self) -> None:
        """Stop looking."""
        self._pool.shutdown(wait=False, cancel_futures=True)


def inside(path: str, folder: Path) -> str:
    """A path as a knob holds it: from the project's folder if it is in it."""
    chosen = Path(path)
    return chosen.relative_to(folder).as_posix() if chosen.is_relative_to(folder) else path
