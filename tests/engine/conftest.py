"""What the tests of the engine are handed."""

from __future__ import annotations

import pytest


@pytest.fixture
def unchecked(monkeypatch: pytest.MonkeyPatch) -> None:
    """For tests that count how often nodes run: checked mode runs them once more each time."""
    monkeypatch.delenv("NODEGRAPH_CHECKED", raising=False)
