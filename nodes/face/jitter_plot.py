"""JitterPlot."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from nodegraph.data.anamorphic import Stretch
from nodegraph.data.errors import MediaError
from nodegraph.data.shot import Shot
from nodegraph.data.tracks import Tracks
from nodegraph.graph.context import Context
from nodegraph.graph.knob import File, Knob
from nodegraph.graph.node import node
from nodegraph.media.atomic import atomic, make_room, sweep
from nodegraph.ops.tremble import lag, tremble_of
from nodegraph.ops.tremble_plot import Drawn, tremble_plot


@node(sink=True, revision=1)
def jitter_plot(
    before: Tracks,
    after: Tracks,
    shot: Shot,
    ctx: Context,
    *,
    file: Annotated[File, Knob(help="name.svg, to be opened in a browser")] = File(""),
    create_folders: Annotated[bool, Knob(help="make folders that are not there")] = True,
    overwrite: Annotated[bool, Knob(help="replace a file that is there")] = True,
) -> Path:
    """Draw how much tracks tremble before and after smoothing: position, scale, rotation and shape, with the figures.

    A frame's tremble is how far it lies off the straight way between its neighbours; a head that moves has a little of
    its own. Cuts are dashed lines, keys by hand small triangles. Anamorphic plates are measured unsqueezed.
    """
    if not file:
        raise MediaError("JitterPlot has no file", "give a name such as jitter.svg")
    target = Path(file)
    if target.suffix.lower() != ".svg":
        raise MediaError(f"{target.name} is no name of a drawing", "end it in .svg")
    before, after = (Stretch.square(each.format).tracks(each) for each in (before, after))
    drawn = []
    for track in before:
        other = next((each for each in after if each.name == track.name), None)
        if other is None:
            ctx.warn(f"{track.name} is not in the tracks after, and is left out")
            continue
        olds, news = tremble_of(track, before.cuts), tremble_of(other, after.cuts)
        later = lag(track, other, before.cuts)
        drawn.append(Drawn(track.name, olds, news, later, before.cuts.starts, tuple(sorted(other.keys))))
    make_room(target, create=create_folders, overwrite=overwrite)
    ctx.load(("swept", target.parent), lambda: sweep(target.parent))
    with atomic(target) as beside:
        beside.write_text(tremble_plot(drawn, f"{shot.name}: tremble before and after"), encoding="utf-8")
    return target
