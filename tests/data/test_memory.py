"""What is let go of goes back to the system, by the C library's own account."""

from __future__ import annotations

import subprocess
import sys

import pytest

# In a process of its own, for it cannot be taken back. A large piece that is let go of teaches glibc to keep the next.
LOOK = """
import ctypes, sys
from nodegraph.data.memory import give_back_at_once
if sys.argv[1] == "told":
    give_back_at_once()

class Info(ctypes.Structure):
    _fields_ = [(name, ctypes.c_size_t) for name in
                ("arena", "ordblks", "smblks", "hblks", "hblkhd", "usmblks", "fsmblks", "uordblks", "fordblks", "keep")]

look = ctypes.CDLL(None).mallinfo2
look.restype = Info
bytearray(30 << 20)
before = look().hblkhd
held = bytearray(20 << 20)
print(look().hblkhd - before >= 20 << 20)
"""


@pytest.mark.parametrize(("told", "by_itself"), [("told", "True"), ("untold", "False")])
def test_large_pieces_stand_by_themselves(told: str, by_itself: str) -> None:
    """What glibc maps by itself goes back when it is let go of; what stands in a heap need not."""
    if sys.platform != "linux":
        pytest.skip("only glibc has to be told")
    done = subprocess.run([sys.executable, "-c", LOOK, told], capture_output=True, text=True)
    if "mallinfo2" in done.stderr:
        pytest.skip("the C library gives no account of its memory (before glibc 2.33)")
    assert done.stdout.strip() == by_itself, done.stderr
