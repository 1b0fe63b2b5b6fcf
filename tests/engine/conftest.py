"""What the tests of the engine are handed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.engine.toys import RECORD


@pytest.fixture
def unchecked(monkeypatch: pytest.MonkeyPatch) -> None:
    """For tests that count how often nodes run, from now on: checked mode runs them once more each time."""
    monkeypatch.delenv("NODEGRAPH_CHECKED", raising=False)
    RECORD.take()


@pytest.fixture
def fresh_record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files go into a folder of the test's own, and nothing has run yet."""
    monkeypatch.chdir(tmp_path)
    RECORD.take()
