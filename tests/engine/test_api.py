"""The Python API: its page's examples run, and importing it costs nothing."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

import nodegraph as ng

PAGE = Path(__file__).parents[2] / "docs" / "api.md"
HEAVY = ("numpy", "networkx", "OpenEXR", "PyOpenColorIO", "cv2", "numba", "av", "ffmpeg", "skimage", "nodes")


def test_the_examples_of_the_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert len(blocks) >= 7
    example = tmp_path / "example.py"
    example.write_text("\n".join(blocks), encoding="utf-8")
    done = subprocess.run([sys.executable, "-W", "error", str(example)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "out" / "comp.1006.exr").is_file()


def test_every_name_is_there() -> None:
    assert set(ng.__all__) == set(ng.HOME_OF)
    for name in ng.__all__:
        assert getattr(ng, name) is not None
        assert name in dir(ng)
    with pytest.raises(AttributeError, match="nothing_of_the_kind"):
        getattr(ng, "nothing_of_the_" + "kind")


def test_importing_it_reads_nothing_heavy() -> None:
    code = f"import sys, nodegraph; print([name for name in {HEAVY!r} if name in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
