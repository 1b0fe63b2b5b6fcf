"""The two clips that may lie beside the project: a talking head, and a man on a balcony."""

from __future__ import annotations

from pathlib import Path

SOURCE, TARGET = "data_src.mp4", "data_dst.mp4"


def clip(name: str) -> Path | None:
    """A clip in the folder `media` beside the project or in it; None if it is not there."""
    project = Path(__file__).resolve().parents[2]
    places = (project.parent / "shared" / "media", project.parent / "media", project / "media")
    return next((place / name for place in places if (place / name).is_file()), None)
