"""Faces of DeepFaceLab and faceswap, from files made here byte by byte as those programs write them."""

from __future__ import annotations

import json
import os
import pickle
import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nodegraph.data.errors import MediaError
from nodegraph.media.foreign_faces import frame_of, read_dfl, read_faceswap
from tests.nodes.face.shapes import face_points

LANDMARKS = face_points(300.0, 180.0, 100.0)


def jpeg(table: Any, protocol: int = 4) -> bytes:
    """A real JPEG, with a table in its segment 15 after the other application segments."""
    import cv2

    coded = cv2.imencode(".jpg", np.full((16, 16, 3), 90, np.uint8))[1].tobytes()
    assert coded[:4] == b"\xff\xd8\xff\xe0"
    (length,) = struct.unpack(">H", coded[4:6])
    packed = pickle.dumps(table, protocol)
    segment = b"\xff\xef" + struct.pack(">H", len(packed) + 2) + packed
    return coded[: 4 + length] + segment + coded[4 + length :]


def png(table: Any) -> bytes:
    """A real PNG, with a table in a chunk before its last."""
    import cv2

    coded = cv2.imencode(".png", np.full((16, 16, 3), 90, np.uint8))[1].tobytes()
    packed = pickle.dumps(table)
    chunk = struct.pack(">I", len(packed)) + b"fcWp" + packed
    chunk += struct.pack(">I", zlib.crc32(b"fcWp" + packed))
    return coded[:-12] + chunk + coded[-12:]


def dfl(frame: str = "00012.png", **changes: Any) -> dict[str, Any]:
    """The table that DeepFaceLab's extractor writes."""
    matrix = np.array([[2.0, 0.1, -400.0], [-0.1, 2.0, -200.0]])
    table = {
        "face_type": "whole_face",
        "landmarks": (LANDMARKS @ matrix[:, :2].T + matrix[:, 2]).tolist(),
        "source_filename": frame,
        "source_rect": (250, 120, 350, 250),
        "source_landmarks": LANDMARKS.tolist(),
        "image_to_face_mat": matrix.tolist(),
    }
    return {key: value for key, value in (table | changes).items() if value is not None}


def faceswap(frame: int, moved: float = 0.0, **changes: Any) -> dict[str, Any]:
    """A face as faceswap's alignment file has it."""
    return {
        "x": 250,
        "y": 120,
        "w": 100,
        "h": 130,
        "landmarks_xy": (LANDMARKS + moved).astype(np.float32),
        "mask": {
            "components": {"mask": b"x\x9c", "affine_matrix": np.eye(2, 3), "interpolator": 2, "stored_size": 128}
        },
        "identity": {"vggface2": np.zeros(512, np.float32)},
        "thumb": np.frombuffer(b"\xff\xd8\xff\xe0", np.uint8),
    } | changes


def test_dfl_face_images(tmp_path: Path) -> None:
    (tmp_path / "00012_0.jpg").write_bytes(jpeg(dfl()))
    (tmp_path / "00012_1.jpg").write_bytes(jpeg(dfl(source_rect=np.array([50, 20, 90, 60])), protocol=2))
    (tmp_path / "00013_0.png").write_bytes(png(dfl("00013.png", source_landmarks=LANDMARKS + 1)))
    (tmp_path / "notes.txt").write_text("not an image")
    (tmp_path / "plain.png").write_bytes(png(dfl())[:-12].split(b"fcWp")[0][:-4] + png(dfl())[-12:])
    found, without = read_dfl(tmp_path)
    assert without == ["plain.png"]
    assert sorted(found) == [12, 13]
    assert [tuple(face.box) for face in found[12]] == [(250, 120, 350, 250), (50, 20, 90, 60)]
    np.testing.assert_allclose(found[12][0].points, LANDMARKS + 0.5, atol=1e-9)
    np.testing.assert_allclose(found[13][0].points, LANDMARKS + 1.5, atol=1e-9)


def test_dfl_landmarks_of_the_face_image_go_back_to_the_frame(tmp_path: Path) -> None:
    """Older files know the landmarks in the face image only, and the matrix that brought them there."""
    (tmp_path / "a.jpg").write_bytes(jpeg(dfl(source_landmarks=None, source_rect=None)))
    found, _ = read_dfl(tmp_path)
    (face,) = found[12]
    np.testing.assert_allclose(face.points, LANDMARKS + 0.5, atol=1e-6)
    assert face.box.x0 == pytest.approx(LANDMARKS[:, 0].min() + 0.5)


def packed(images: list[bytes], configs: Any = None) -> bytes:
    """A folder as DeepFaceLab packs it: the last place in the table is counted from the start of the file."""
    told = pickle.dumps(configs, 4)
    head = struct.pack("QQ", 1, len(told)) + told
    places = [sum(map(len, images[:k])) for k in range(len(images))]
    start = len(head) + 8 * (len(images) + 1)
    return head + struct.pack(f"{len(images) + 1}Q", *places, start + sum(map(len, images))) + b"".join(images)


@pytest.mark.parametrize("as_file", [True, False])
def test_a_packed_folder(tmp_path: Path, as_file: bool) -> None:
    images = [jpeg(dfl(f"{k:05d}.png", source_landmarks=LANDMARKS + k)) for k in (1, 2)] + [png(dfl("00007.png"))]
    file = tmp_path / "faceset.pak"
    file.write_bytes(packed(images, [{"filename": "a", "sample_type": Runs(tmp_path / "made")}]))
    found, without = read_dfl(file if as_file else tmp_path)
    assert sorted(found) == [1, 2, 7]
    assert without == []
    np.testing.assert_allclose(found[2][0].points, LANDMARKS + 2.5, atol=1e-9)
    assert not (tmp_path / "made").exists()  # what a pack says of its images is passed over
    whole = file.read_bytes()
    for end in (0, 10, 20, len(whole) // 3, len(whole) - 400):
        file.write_bytes(whole[:end])
        with pytest.raises(MediaError):
            read_dfl(file)


@pytest.mark.parametrize("newer", [True, False], ids=["2.x", "1.0"])
def test_fsa(tmp_path: Path, newer: bool) -> None:
    frames: dict[str, Any] = {}
    for k in (1, 2, 30):
        faces = [faceswap(k, k), faceswap(k, 100 + k)] if k == 2 else [faceswap(k, k)]
        if newer:
            frames[f"clip_{k:06d}.png"] = {"faces": faces, "video_meta": {"pts_time": k, "keyframe": True}}
        else:
            old = [{"landmarksXY": face.pop("landmarks_xy").tolist(), **face} for face in faces]
            frames[f"clip_{k:06d}.png"] = old
    frames["clip_000031.png"] = {"faces": [], "video_meta": {}} if newer else []
    table = {"__meta__": {"version": 2.3}, "__data__": frames} if newer else frames
    file = tmp_path / "clip_alignments.fsa"
    file.write_bytes(zlib.compress(pickle.dumps(table)))
    found = read_faceswap(file)
    assert sorted(found) == [1, 2, 30, 31]
    assert [len(found[k]) for k in (1, 2, 30, 31)] == [1, 2, 1, 0]
    assert tuple(found[1][0].box) == (250, 120, 350, 250)
    np.testing.assert_allclose(found[2][1].points, LANDMARKS + 102.5, atol=1e-4)


def test_fsa_of_plain_lists_and_json(tmp_path: Path) -> None:
    """As the newest faceswap turns its faces into tables of lists; and as JSON, which the oldest wrote."""
    row = faceswap(5, landmarks_xy=LANDMARKS.tolist(), mask={}, identity={}, thumb=[255, 216])
    table = {"__meta__": {"version": 2.4}, "__data__": {"v_000005.mp4": {"faces": [row], "video_meta": {}}}}
    (tmp_path / "a.fsa").write_bytes(zlib.compress(pickle.dumps(table, 5)))
    (tmp_path / "a.json").write_text(json.dumps(table))
    for name in ("a.fsa", "a.json"):
        found = read_faceswap(tmp_path / name)
        np.testing.assert_allclose(found[5][0].points, LANDMARKS + 0.5, atol=1e-9)


@pytest.mark.parametrize("count", [4, 51])
def test_other_sets_of_landmarks_give_a_box(tmp_path: Path, count: int) -> None:
    table = {"v_1.png": {"faces": [faceswap(1, landmarks_xy=np.zeros((count, 2)))], "video_meta": {}}}
    (tmp_path / "a.fsa").write_bytes(zlib.compress(pickle.dumps(table)))
    ((face,),) = read_faceswap(tmp_path / "a.fsa").values()
    assert face.points is None
    assert face.confidence == 0.0
    assert face.box.width == 100


class Runs:
    """Makes a folder when Python's own reader opens it."""

    def __init__(self, folder: Path) -> None:
        self.folder = str(folder)

    def __reduce__(self) -> Any:
        return os.mkdir, (self.folder,)


def test_hostile_files_run_nothing(tmp_path: Path) -> None:
    made = tmp_path / "made"
    faces = tmp_path / "faces"
    faces.mkdir()
    hostile = dfl(source_rect=Runs(made))
    for name, data in (("00012_0.jpg", jpeg(hostile)), ("00012_0.png", png(hostile))):
        (faces / name).write_bytes(data)
        with pytest.raises(MediaError, match=r"plain data.*mkdir"):
            read_dfl(faces)
        (faces / name).unlink()
    (tmp_path / "a.fsa").write_bytes(zlib.compress(pickle.dumps({"v_1.png": [faceswap(1, mask=Runs(made))]})))
    with pytest.raises(MediaError, match=r"plain data.*mkdir"):
        read_faceswap(tmp_path / "a.fsa")
    assert not made.exists()


BROKEN = {
    "no zlib": b"hello",
    "cut off": zlib.compress(pickle.dumps({"v_1.png": [faceswap(1)]}))[:-20],
    "a list": zlib.compress(pickle.dumps([1, 2])),
    "nothing": zlib.compress(pickle.dumps({})),
    "no number": zlib.compress(pickle.dumps({"clip.png": []})),
    "words for numbers": zlib.compress(pickle.dumps({"v_1.png": [faceswap(1, x="a")]})),
    "not finite": zlib.compress(pickle.dumps({"v_1.png": [faceswap(1, landmarks_xy=np.full((68, 2), np.nan))]})),
    "a face that is none": zlib.compress(pickle.dumps({"v_1.png": [7]})),
    "faces that are none": zlib.compress(pickle.dumps({"v_1.png": {"faces": 7}})),
    "neither box nor landmarks": zlib.compress(pickle.dumps({"v_1.png": [{}]})),
    "broken JSON": b'{"__data__": ',
    "an empty file": b"",
}


@pytest.mark.parametrize("data", BROKEN.values(), ids=list(BROKEN))
def test_broken_alignment_files(data: bytes, tmp_path: Path) -> None:
    (tmp_path / "a.fsa").write_bytes(data)
    with pytest.raises(MediaError) as told:
        read_faceswap(tmp_path / "a.fsa")
    assert told.value.hint


def test_a_file_that_unpacks_without_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nodegraph.media.foreign_faces.LARGEST", 1 << 20)
    (tmp_path / "a.fsa").write_bytes(zlib.compress(bytes(1 << 22)))
    with pytest.raises(MediaError, match="more than any clip"):
        read_faceswap(tmp_path / "a.fsa")


def test_broken_face_images(tmp_path: Path) -> None:
    with pytest.raises(MediaError, match="no face images"):
        read_dfl(tmp_path)
    whole = jpeg(dfl())
    place = tmp_path / "00001_0.jpg"
    for data in (b"", b"\xff\xd8", b"\xff\xd8\xff\xee", whole[:30], whole[: len(whole) // 2], jpeg(7), jpeg({})):
        place.write_bytes(data)
        with pytest.raises(MediaError):
            read_dfl(tmp_path)


def test_frames_are_told_by_the_last_number() -> None:
    names = {"00012.png": 12, "clip_4k_000099.mp4": 99, "a7.0012.exr": 12}
    for name, frame in names.items():
        assert frame_of(name, Path("x")) == frame
