"""Curves for the tests of the curve editor."""

from __future__ import annotations

from hypothesis import strategies as st

from nodegraph.graph.curve import Curve, Handle, Key, Kind

values = st.floats(-100, 100, allow_nan=False).map(lambda each: round(each, 3))


@st.composite
def curves(draw: st.DrawFn, kinds: tuple[Kind, ...] = tuple(Kind), most: int = 6) -> Curve:
    """Curves of all kinds, with handles that reach over half their stretch at most."""
    frames = sorted(draw(st.sets(st.integers(1001, 1060), min_size=1, max_size=most)))
    keys = []
    for index, frame in enumerate(frames):
        back = frame - frames[index - 1] if index else 10
        ahead = frames[index + 1] - frame if index + 1 < len(frames) else 10
        before = Handle(-draw(st.floats(0, 0.5)) * back, draw(values))
        after = Handle(draw(st.floats(0, 0.5)) * ahead, draw(values))
        keys.append(Key(float(frame), draw(values), draw(st.sampled_from(kinds)), before, after))
    return Curve(tuple(keys))
