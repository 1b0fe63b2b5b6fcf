"""The mouse in the viewer: pan, zoom, wipe, probe, region, and handles of nodes, one gesture at a time."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

from nodegraph.data.box import Box
from nodegraph.editor.app import App
from nodegraph.editor.pane import Button, Held, Point
from nodegraph.editor.panes.viewer_settings import Settings
from nodegraph.editor.panes.viewer_tools import Chosen, RotoTool, Tool
from nodegraph.editor.step import Step
from nodegraph.editor.viewer.compare import Compare, Wipe
from nodegraph.editor.viewer.framing import Framing, stepped
from nodegraph.editor.viewer.handles import Handle, box_handles, dragged_box, hit
from nodegraph.editor.viewer.overlays import dragged_out

ARM = 74.0  # screen pixels from a wipe's middle to the handle that turns it
WIPE_MIDDLE, WIPE_TURN = ("wipe", "middle"), ("wipe", "turn")


class Viewed(Protocol):
    """What the hands work on: the pane."""

    app: App
    settings: Settings
    framing: Framing

    def set(self, settings: Settings) -> None: ...

    def frame_to(self, framing: Framing) -> None: ...

    def probe_to(self, box: Box | None) -> None: ...

    def wipe_now(self) -> Wipe: ...

    def full(self) -> Box: ...

    def tool(self) -> Tool | None: ...

    def chose(self, part: tuple[str | int, ...], add: bool) -> None: ...

    def chose_points(self, chosen: Chosen) -> None: ...

    def redraw(self) -> None: ...


@dataclass
class Gesture:
    """What goes on while a button is down."""

    moved: Callable[[Point, Held], None]
    back: Callable[[], None]  # as if it had not been
    step: Step | None = None  # of undo, if it edits a node


class Hands:
    """Turns presses and drags, in the picture's own pixels on the screen, into what the viewer does."""

    def __init__(self, viewed: Viewed) -> None:
        self.viewed = viewed
        self.gesture: Gesture | None = None
        self.panning = False
        self.drawing_region = False  # the next drag draws one
        self.over: Handle | None = None

    def handles(self) -> list[Handle]:
        """Everything that can be taken hold of; what is drawn on top comes last."""
        viewed, found = self.viewed, list[Handle]()
        settings = viewed.settings
        tool = viewed.tool() if settings.overlays else None
        if tool is not None:
            found += tool.handles(viewed.framing)
        if settings.in_region and settings.region is not None:
            found += [Handle(("region", *h.part), h.x, h.y) for h in box_handles(settings.region, viewed.framing)]
        if settings.compare is Compare.WIPE:
            found += wipe_handles(viewed.wipe_now(), viewed.framing)
        return found

    def hovered(self, at: Point) -> bool:
        """The cursor is here; True if it came over a handle, or left one."""
        before, self.over = self.over, hit(self.handles(), *at)
        return (before is None) != (self.over is None) or (
            before is not None and self.over is not None and before.part != self.over.part
        )

    def pressed(self, at: Point, button: Button, held: Held) -> bool:
        """A button went down; True if it begins something."""
        if button is Button.LEFT and held.ctrl and held.alt and self._add_point(at):
            return True
        if button is Button.MIDDLE or (button is Button.LEFT and held.alt):
            self.gesture = self._pan(at)
        elif button is Button.RIGHT and held.ctrl:
            self.viewed.probe_to(None)
        elif button is Button.LEFT:
            self.gesture = self._left(at, held)
        else:
            return False
        return True

    def dragged(self, at: Point, held: Held) -> None:
        gesture = self.gesture
        if gesture is None:
            return
        if gesture.step is not None and gesture.step.is_over:  # a key has changed the graph since
            self.released()
        else:
            gesture.moved(at, held)

    def released(self) -> None:
        if self.gesture is not None:
            self.gesture, self.panning = None, False
            self.viewed.redraw()

    def drop(self) -> None:
        """Escape: what is dragged goes back to where it was, and a region is not drawn any more."""
        if self.drawing_region:
            self.drawing_region = False
            self.viewed.app.say("no region is drawn")
        if self.gesture is not None:
            self.gesture.back()
            self.released()

    def wheeled(self, at: Point, clicks: float) -> None:
        """Nearer or farther, about the cursor."""
        framing = self.viewed.framing
        steps = round(clicks) or (1 if clicks > 0 else -1)
        self.viewed.frame_to(framing.at_zoom(stepped(framing.zoom, steps), *at))

    def _left(self, at: Point, held: Held) -> Gesture | None:
        if self.drawing_region:
            self.drawing_region = False
            return self._region(at)
        taken = hit(self.handles(), *at)
        roto = taken is not None and taken.part[-1] == "point"
        if held.ctrl and not (held.shift and roto):
            return self._probe(at)
        if taken is None:
            self.viewed.chose((), False)
            return None
        if taken.part == WIPE_MIDDLE:
            return self._wipe(Wipe.moved_to)
        if taken.part == WIPE_TURN:
            return self._wipe(Wipe.turned_to)
        if taken.part[0] == "region":
            return self._resize(taken)
        return self._tool(taken, at, held)

    def _add_point(self, at: Point) -> bool:
        """Set a point of a shape here, if it is shapes that are worked on."""
        viewed = self.viewed
        tool = viewed.tool()
        if not isinstance(tool, RotoTool):
            return False
        graph, chosen = tool.added(viewed.framing.to_picture(*at))
        viewed.app.edit(f"point of {tool.node}", graph, "")
        viewed.chose_points(chosen)
        return True

    def _pan(self, at: Point) -> Gesture:
        start = self.viewed.framing
        self.panning = True
        viewed = self.viewed
        return Gesture(
            lambda to, _: viewed.frame_to(start.panned(to[0] - at[0], to[1] - at[1])), lambda: viewed.frame_to(start)
        )

    def _probe(self, at: Point) -> Gesture:
        viewed = self.viewed

        def moved(to: Point, held: Held) -> None:
            del held
            viewed.probe_to(dragged_out(viewed.framing, at, to, viewed.full()))

        moved(at, Held())
        return Gesture(moved, lambda: viewed.probe_to(None))

    def _region(self, at: Point) -> Gesture:
        viewed = self.viewed

        def moved(to: Point, held: Held) -> None:
            del held
            box = dragged_out(viewed.framing, at, to, viewed.full())
            if not box.empty:
                viewed.set(replace(viewed.settings, region=box, in_region=True))

        return Gesture(moved, self._settled())

    def _resize(self, taken: Handle) -> Gesture:
        viewed = self.viewed
        start = viewed.settings.region or viewed.full()

        def moved(to: Point, held: Held) -> None:
            del held
            sides = dragged_box(start, taken.part[1:], viewed.framing.to_picture(*to))
            box = Box(*(round(side) for side in sides)).meet(viewed.full())
            if not box.empty:
                viewed.set(replace(viewed.settings, region=box))

        return Gesture(moved, self._settled())

    def _wipe(self, to_place: Callable[[Wipe, Framing, float, float], Wipe]) -> Gesture:
        viewed = self.viewed

        def moved(to: Point, held: Held) -> None:
            del held
            viewed.set(replace(viewed.settings, wipe=to_place(viewed.wipe_now(), viewed.framing, *to)))

        return Gesture(moved, self._settled())

    def _settled(self) -> Callable[[], None]:
        """Puts wipe and region back to where they are now."""
        viewed, now = self.viewed, self.viewed.settings
        return lambda: viewed.set(replace(viewed.settings, wipe=now.wipe, region=now.region, in_region=now.in_region))

    def _tool(self, taken: Handle, at: Point, held: Held) -> Gesture | None:
        viewed = self.viewed
        tool = viewed.tool()
        if tool is None:
            return None
        viewed.chose(taken.part, held.shift)
        step = Step(viewed.app)
        off = (taken.x - at[0], taken.y - at[1])  # the cursor is not quite on it
        part = taken.part
        if part[-1] == "point" and held.shift:  # tangents and feather lie on the point until they are pulled out
            part = (*part[:2], "feather" if held.ctrl else "after")

        def moved(to: Point, now: Held) -> None:
            place = viewed.framing.to_picture(to[0] + off[0], to[1] + off[1])
            graph = tool.dragged(part, place, now.ctrl)
            self.over = Handle(part, to[0] + off[0], to[1] + off[1])
            step.edit(f"{tool.label}: {tool.node}", graph)

        return Gesture(moved, step.take_back, step)


def wipe_handles(wipe: Wipe, framing: Framing) -> list[Handle]:
    """The handle that moves a wipe, and the one that turns it, on B's side."""
    x, y = framing.to_pane(wipe.x, wipe.y)
    angle = math.radians(wipe.angle)
    turn = Handle(WIPE_TURN, x + ARM * math.cos(angle), y + ARM * math.sin(angle))
    return [turn, Handle(WIPE_MIDDLE, x, y)]
