"""What a file is, by its name: all that read, tag, list or show files go by the same endings."""

from __future__ import annotations

from pathlib import Path

import pytest

from nodegraph.colour.auto import input_space
from nodegraph.colour.config import load_config
from nodegraph.data.kinds import EXR, MOVIES, is_exr, is_movie
from nodegraph.editor.panels.files import Sort, sort_of
from nodegraph.media.sequence import FileSequence


@pytest.mark.parametrize("ending", sorted(MOVIES))
def test_a_movie_is_one_wherever_it_is_asked(ending: str) -> None:
    for name in (f"clip{ending}", f"CLIP.1001{ending.upper()}"):
        assert is_movie(name)
        assert not is_exr(name)
        assert not FileSequence.of(name).is_sequence
        assert sort_of(name) is Sort.MOVIE
        reason = input_space(load_config(), Path(name), {}).reason
        assert "a movie" in reason or "rule" in reason


@pytest.mark.parametrize("ending", sorted(EXR))
def test_an_exr_is_one(ending: str) -> None:
    for name in (Path(f"plate.1001{ending}"), f"PLATE.1001{ending.upper()}"):
        assert is_exr(name)
        assert not is_movie(name)
        assert sort_of(str(name)) is Sort.PICTURE


@pytest.mark.parametrize("name", ["exr", ".mov", "plate.exr.part", "mov/plate", "plate"])
def test_others_are_neither(name: str) -> None:
    assert not is_exr(name)
    assert not is_movie(name)
