"""What tests of the command line share."""

from __future__ import annotations

from pathlib import Path

import pytest

from nodegraph.graph import model_files


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder for models."""
    folder = tmp_path / "models of mine"
    monkeypatch.setenv(model_files.VARIABLE, str(folder))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)
    return folder
