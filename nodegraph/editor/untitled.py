"""Results of work that has no file yet: kept in a temporary folder, and put beside the project once it is saved."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from pathlib import Path

from nodegraph.engine.disk import Disk
from nodegraph.graph.document import Document


class Untitled:
    """The temporary folder of one editor, made with the first work that has no file."""

    def __init__(self) -> None:
        self._place: Path | None = None

    def folder(self, document: Document) -> Path | None:
        """Where the results of a document are kept; None for beside its file."""
        if document.path is not None:
            return None
        if self._place is None:
            self._place = Path(tempfile.mkdtemp(prefix="nodegraph-"))
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
