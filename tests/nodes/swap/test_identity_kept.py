"""What Identity finds is kept with the project: looked for once, and again when the pictures or a knob change."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import cv2
import numpy as np
import pytest
from skimage import data

from nodegraph.data.identity import Identity
from nodegraph.data.shot import Shot
from nodegraph.engine.check import same
from nodegraph.engine.evaluate import evaluate
from nodegraph.graph.graph import Graph
from nodegraph.graph.library import Library
from nodegraph.ml.dlib_models import DlibModels
from nodes.swap.identity import identity

PORTRAIT = data.astronaut()[:300, 60:400, ::-1]


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often somebody looked for a face."""
    monkeypatch.delenv("NODEGRAPH_CHECKED", raising=False)  # which looks at everything again
    found: Counter[str] = Counter()
    plain = DlibModels.hog

    def counted(self: DlibModels, *args: object) -> object:
        found["looks"] += 1
        return plain(self, *args)  # type: ignore[arg-type]

    monkeypatch.setattr(DlibModels, "hog", counted)
    return found


def clip(path: Path, frames: int) -> None:
    """A clip of a portrait that goes dark."""
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 24, PORTRAIT.shape[1::-1])
    for frame in range(frames):
        writer.write(cv2.convertScaleAbs(PORTRAIT, alpha=1 - 0.05 * frame))
    writer.release()


def who(folder: Path, file: str, **knobs: object) -> Identity:
    graph = Graph(Library.of(identity), shot=Shot()).add("Identity", "Who", file=file, **knobs)
    found = evaluate(graph, "Who", root=folder)
    assert isinstance(found, Identity)
    return found


def test_a_clip_is_looked_at_once(tmp_path: Path, looks: Counter[str]) -> None:
    clip(tmp_path / "her.avi", 3)
    first = who(tmp_path, "her.avi", most=2)
    assert looks["looks"] == 3
    again = who(tmp_path, "her.avi", most=2)
    assert looks["looks"] == 3
    assert same(again, first)
    assert [photo.name for photo in again.photos] == [photo.name for photo in first.photos]
    assert all(photo.face.descriptor is not None for photo in again.photos)


def test_another_knob_or_another_clip_is_looked_at_anew(tmp_path: Path, looks: Counter[str]) -> None:
    clip(tmp_path / "her.avi", 3)
    assert len(who(tmp_path, "her.avi", most=2).photos) == 2
    looks.clear()
    assert len(who(tmp_path, "her.avi", most=1).photos) == 1
    assert looks["looks"] == 3
    clip(tmp_path / "her.avi", 2)
    changed = who(tmp_path, "her.avi", most=2)
    assert looks["looks"] == 5
    assert [photo.name for photo in changed.photos] == ["her.avi frame 1", "her.avi frame 2"]


def test_a_photograph_more_and_a_record_more_are_seen(tmp_path: Path, looks: Counter[str]) -> None:
    (tmp_path / "her").mkdir()
    cv2.imwrite(str(tmp_path / "her" / "a.png"), PORTRAIT)
    assert len(who(tmp_path, "her").photos) == 1
    cv2.imwrite(str(tmp_path / "her" / "b.png"), np.ascontiguousarray(PORTRAIT[:, ::-1]))
    assert len(who(tmp_path, "her").photos) == 2
    (tmp_path / "her" / "consent.json").write_text('{"subject": "E. C."}')
    assert who(tmp_path, "her").consent.subject == "E. C."
    looks.clear()
    assert who(tmp_path, "her").consent.subject == "E. C."
    assert not looks
