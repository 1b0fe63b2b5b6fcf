"""Opening any picture: an EXR, a still, a frame of a movie; nothing is decoded until it is asked for."""

from __future__ import annotations

import os
from collections import OrderedDict
from pathlib import Path
from threading import Lock

from nodegraph.data.errors import MediaError
from nodegraph.data.kinds import EXR
from nodegraph.media.exr_read import ExrReader
from nodegraph.media.open_exr_picture import open_exr_picture
from nodegraph.media.open_lazy import Opened
from nodegraph.media.open_still import open_still
from nodegraph.media.sequence import stamp_of
from nodegraph.media.stills import STILLS

PICTURES = EXR | STILLS
KEPT_HEADERS = 64


class Headers:
    """The headers of the EXRs that were looked at last."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Path, ExrReader] = OrderedDict()
        self._lock = Lock()

    def reader(self, path: Path) -> ExrReader:
        """The file's reader, its header read again only if the file changed."""
        with self._lock:
            known = self._kept.get(path)
            if known is not None and known.file.stamp == stamp_of(path):
                self._kept.move_to_end(path)
                return known
        fresh = ExrReader(path)
        with self._lock:
            self._kept[path] = fresh
            while len(self._kept) > KEPT_HEADERS:
                self._kept.popitem(last=False)
        return fresh


def open_picture(path: Path, headers: Headers, *, view: str = "", layer: str = "", part: str = "") -> Opened:
    """Open an EXR or a still; `view`, `layer` and `part` choose from what an EXR holds."""
    suffix = path.suffix.lower()
    if os.path.isdir(path):  # says no, where Path.is_dir raises for want of permission
        raise MediaError(f"{path} is a folder", "pick a file in it, or name a sequence as in name.####.exr")
    if suffix in EXR:
        return open_exr_picture(headers.reader(path), view=view, layer=layer, part=part)
    if suffix in STILLS:
        return open_still(path)
    raise MediaError(
        f"{path.name}: nothing here reads {suffix or 'a file without an ending'}", "give an EXR, PNG, TIFF, JPEG or DPX"
    )
