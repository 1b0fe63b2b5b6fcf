"""`nodegraph edit` where no window can be."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from nodegraph.cli.main import main


@pytest.mark.parametrize("display", [None, ":977"])
def test_without_a_display_it_says_how_to_render(display: str | None) -> None:
    surroundings = {key: value for key, value in os.environ.items() if key != "DISPLAY"}
    if display is not None:
        surroundings["DISPLAY"] = display
    words = [sys.executable, "-m", "nodegraph", "edit"]
    done = subprocess.run(words, env=surroundings, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith("error: no window can be opened")
    assert "nodegraph render" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_without_its_package_it_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("nodegraph.cli.edit.find_spec", lambda name: None)
    assert main(["edit"]) == 1
    assert 'pip install "nodegraph[editor]"' in capsys.readouterr().err
