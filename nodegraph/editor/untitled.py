"""Results of work that has no file yet: kept among the settings, and put beside the project once it is saved."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
from pathlib import Path

from nodegraph.editor.panels.recovery import is_alive
from nodegraph.editor.panels.settings import settings_folder
from nodegraph.engine.disk import Disk
from nodegraph.graph.document import Document


class Untitled:
    """The folder of one editor, there once a result is kept; it goes with the editor."""

    def __init__(self) -> None:
        self._place: Path | None = None

    def folder(self, document: Document) -> Path | None:
        """Where the results of a document are kept; None for beside its file."""
        if document.path is not None:
            return None
        if self._place is None:
            folder = settings_folder() / "untitled"
            _sweep(folder)
            self._place = folder / f"{os.getpid()}-{secrets.token_hex(4)}"
        return self._place

    def settle(self, kept: Path | None, document: Document) -> None:
        """The document was saved: what was made goes on to be of use."""
        if kept is None:
            return
        folder = Disk.of(document.folder).folder
        with contextlib.suppress(OSError):  # a result that cannot be moved is made again
            for path in kept.glob("*/*.kept"):
                target = folder / path.relative_to(kept)
                target.parent.mkdir(parents=True, exist_ok=True)
                if not target.exists():
                    shutil.move(path, target)

    def close(self) -> None:
        """The editor ends."""
        if self._place is not None:
            shutil.rmtree(self._place, ignore_errors=True)


def _sweep(folder: Path) -> None:
    """Take away what editors have left that did not come to their end."""
    for place in folder.iterdir() if folder.is_dir() else ():
        number = place.name.partition("-")[0]
        if number.isdigit() and not is_alive(int(number)):
            shutil.rmtree(place, ignore_errors=True)
