"""The shape of pixels as files tell it: what neither lens nor tape has is not believed, wherever it stands."""

from __future__ import annotations

import json
import struct
from pathlib import Path

import numpy as np
import OpenEXR
import pytest

from nodegraph.data.box import Format, believed
from nodegraph.data.errors import DocumentError
from nodegraph.data.faces import Faces
from nodegraph.data.tracks import Tracks
from nodegraph.graph.document import read
from nodegraph.graph.library import Library
from nodegraph.media.exr_file import open_exr
from nodegraph.media.nuke_tracks import read_script

NONE = (0.0, -1.0, 1e-30, 1e30, float("inf"), float("nan"))
NAME = b"pixelAspectRatio\0float\0"


@pytest.mark.parametrize("aspect", NONE)
def test_what_no_pixel_is_like_counts_as_square(tmp_path: Path, aspect: float) -> None:
    path = tmp_path / "a.exr"
    OpenEXR.File({"type": OpenEXR.scanlineimage}, {"RGB": np.ones((4, 4, 3), np.float16)}).write(str(path))
    data = path.read_bytes()
    at = data.index(NAME) + len(NAME) + 4
    path.write_bytes(data[:at] + struct.pack("<f", aspect) + data[at + 4 :])
    assert open_exr(path).parts[0].pixel_aspect == 1.0
    assert Tracks.from_json({"format": [4, 4, aspect], "tracks": []}).format == Format(4, 4)
    assert Faces.from_json({"format": [4, 4, aspect], "faces": []}).format == Format(4, 4)


@pytest.mark.parametrize("told", ["0", "0.0", "9" * 40])
def test_nor_where_a_script_says_it(told: str) -> None:
    text = f"# faces of a 64x48 plate, pixel aspect {told}\nset cut_paste_input [stack 0]\n"
    assert read_script(text, Format(64, 48, 2.0)).format == Format(64, 48)


@pytest.mark.parametrize("aspect", [0, -1, 1e-30, 1e30])
def test_a_shot_of_such_pixels_is_refused(aspect: float) -> None:
    saved = {"format": "nodegraph", "version": 1, "shot": {"format": [4, 4, aspect]}}
    with pytest.raises(DocumentError, match="cannot be"):
        read(json.dumps(saved), Library.of())


@pytest.mark.parametrize("aspect", [0.5, 0.9091, 1.0, 1.3333, 2.0])
def test_what_lenses_and_tapes_have_is_believed(aspect: float) -> None:
    assert believed(aspect) == aspect
