"""Autosave and what it is for: work that a crash would have taken is found again."""

from __future__ import annotations

import os
import secrets
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from nodegraph.data.errors import DocumentError, NodegraphError
from nodegraph.editor.panels.settings import settings_folder
from nodegraph.graph.document import Document, load, save_text, text_of, write
from nodegraph.graph.library import Library

IDLE = 5.0  # seconds after the last edit
LATEST = 30.0  # seconds after the first edit that is not kept, however busy the hands are
SUFFIX = ".ngraph.json"


class Found(NamedTuple):
    """An autosave that holds more than the project's file; `path` is None for work that never had a file."""

    autosave: Path
    path: Path | None
    changed: float  # seconds since 1970


def autosave_of(path: Path) -> Path:
    """Where the autosave of a project lies: beside it, in its hidden folder, with backups of its own."""
    return path.parent / ".nodegraph" / "autosave" / path.name


def found(path: Path) -> Found | None:
    """The autosave of a project that is newer than its file and says something else; None if there is none."""
    autosave = autosave_of(path)
    try:
        changed = autosave.stat().st_mtime
    except OSError:
        return None
    if path.exists() and (path.stat().st_mtime > changed or path.read_bytes() == autosave.read_bytes()):
        return None
    return Found(autosave, path, changed)


def untitled(folder: Path | None = None) -> tuple[Found, ...]:
    """Work without a file that was left by an editor that is gone, newest first."""
    folder = folder or settings_folder() / "autosave"
    rows = []
    for path in folder.glob(f"untitled-*{SUFFIX}") if folder.is_dir() else ():
        number = path.name.split("-")[1]
        if number.isdigit() and not is_alive(int(number)):
            rows.append(Found(path, None, path.stat().st_mtime))
    return tuple(sorted(rows, key=lambda row: -row.changed))


def recovered(row: Found, library: Library | None = None) -> Document:
    """The document of an autosave, to go on with under the project's own name."""
    document = load(row.autosave, library, strict=False)
    return replace(document, path=row.path)


def discard(row: Found) -> None:
    """Let an autosave go: its backups stay for a while."""
    row.autosave.unlink(missing_ok=True)


def is_alive(process: int) -> bool:
    """True if the editor of this number still runs; where that cannot be asked, only this one does."""
    if process == os.getpid():
        return True
    if os.name != "posix":  # there os.kill would end it
        return False
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return True
    return True


class Autosaver:
    """Decides when to keep what, for one open document. Times are seconds of one clock."""

    def __init__(self, document: Document, folder: Path | None = None) -> None:
        name = f"untitled-{os.getpid()}-{secrets.token_hex(4)}{SUFFIX}"
        self._spare = (folder or settings_folder() / "autosave") / name
        self._kept = write(document)  # what is safe on the disk, in the file or the autosave
        self._first: float | None = None
        self._last = 0.0
        self.problem = ""

    def target(self, document: Document) -> Path:
        """Where the autosave of a document goes."""
        return autosave_of(document.path) if document.path else self._spare

    def edited(self, now: float) -> None:
        """Tell of an edit, at the end of its gesture."""
        self._last = now
        if self._first is None:
            self._first = now

    def due(self, now: float) -> bool:
        """True when it is time: the hands have rested, or the oldest edit has waited long enough."""
        return self._first is not None and (now - self._last >= IDLE or now - self._first >= LATEST)

    def wait(self, now: float) -> float | None:
        """Seconds until it will be time; None if there is nothing to keep."""
        if self._first is None:
            return None
        return max(0.0, min(self._last + IDLE, self._first + LATEST) - now)

    def poll(self, document: Document, now: float) -> bool:
        """Keep the document if it is due; True if it was written. A fault is told in `problem`, and tried again."""
        if not self.due(now):
            return False
        text = write(document)
        if text == self._kept:
            self._first = None
            return False
        return self._keep(text, self.target(document), now)

    def _keep(self, text: str, target: Path, now: float) -> bool:
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            save_text(text, target)
        except (OSError, NodegraphError) as fault:
            self.problem = f"the autosave failed: {fault}"
            self._first = self._last = now
            return False
        self._kept, self._first, self.problem = text, None, ""
        return True

    def took_over(self, row: Found, document: Document, now: float) -> None:
        """Tell that an autosave is gone on with: it is kept, and work without a file under this editor's own name."""
        target = self.target(document)
        if row.autosave == target and target.exists():
            return
        if self._keep(write(document), target, now) and row.autosave != target:
            discard(row)

    def saved(self, document: Document) -> None:
        """Tell that the artist has saved: the autosaves are no longer needed."""
        self._kept, self._first, self.problem = write(document), None, ""
        self._spare.unlink(missing_ok=True)
        if document.path is not None:
            autosave_of(document.path).unlink(missing_ok=True)

    def closed(self, document: Document) -> None:
        """Tell that the artist closes the document and wants no more of it."""
        self._first = None
        self.target(document).unlink(missing_ok=True)
        self._spare.unlink(missing_ok=True)


def is_changed(document: Document) -> bool:
    """True if the file on the disk does not say what the document says, for the question at closing."""
    if document.path is None:
        return bool(document.graph.nodes)
    try:
        return text_of(document.path) != write(document)
    except DocumentError:
        return True
