"""The screen that windows are measured on: one for the whole program, gone with it."""

import os
import shutil
import subprocess
import sys

import pytest

SCRIPT = """
import os
from nodegraph.bench import screen
for _ in range(2):
    with screen.screen(), screen.bare(screen.empty_canvas((200, 100)), (220, 120)) as turn:
        turn()
    print(os.environ["DISPLAY"], flush=True)
"""


@pytest.mark.skipif(shutil.which("Xvfb") is None, reason="Xvfb is not installed")
def test_windows_open_one_after_the_other_on_one_screen() -> None:
    surroundings = {**os.environ, "LIBGL_ALWAYS_SOFTWARE": "1"}
    surroundings.pop("DISPLAY", None)
    done = subprocess.run([sys.executable, "-c", SCRIPT], env=surroundings, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    first, second = done.stdout.split()
    assert first == second
    assert not os.path.exists(f"/tmp/.X11-unix/X{first[1:]}") or _is_deaf(first), "the screen went with the program"


def _is_deaf(display: str) -> bool:
    import socket

    with socket.socket(socket.AF_UNIX) as asked:
        return asked.connect_ex(f"/tmp/.X11-unix/X{display[1:]}") != 0
