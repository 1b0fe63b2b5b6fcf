"""What keys and menus start in the viewer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from types import MappingProxyType
from typing import Any, Protocol

from nodegraph.data.image import Image
from nodegraph.editor.app import App
from nodegraph.editor.pane import Point, Start
from nodegraph.editor.panes.viewer_hands import Hands
from nodegraph.editor.panes.viewer_settings import Guides, Settings
from nodegraph.editor.panes.viewer_view import View
from nodegraph.editor.viewer.compare import Compare
from nodegraph.editor.viewer.framing import Framing, stepped
from nodegraph.editor.viewer.framing import Pane as Room
from nodegraph.editor.viewer.grade import Channel
from nodegraph.editor.viewer.layers import layers

STOP = 0.5  # of exposure, by a key


class Viewed(Protocol):
    """What the actions work on: the pane."""

    app: App
    settings: Settings
    framing: Framing
    hands: Hands
    under: Point | None

    @property
    def view(self) -> View: ...

    @property
    def room(self) -> Room: ...

    @property
    def image(self) -> Image | None: ...

    def set(self, settings: Settings) -> None: ...

    def frame_to(self, framing: Framing) -> None: ...

    def fit(self) -> None: ...

    def compare_with(self, node: str) -> None: ...


def actions_of(viewed: Viewed) -> Mapping[str, Start]:
    """Every action of the viewer by its name in `commands.LIST`."""
    found: dict[str, Start] = {
        "fit": viewed.fit,
        "fit_picture": viewed.fit,
        "zoom_in": partial(_zoom, viewed, 2),
        "zoom_out": partial(_zoom, viewed, -2),
        "actual_size": lambda: viewed.frame_to(viewed.framing.one_to_one(viewed.room)),
        "swap_buffers": partial(_swap, viewed),
        "overlays": partial(_flip, viewed, "overlays"),
        "clipping": partial(_flip, viewed, "clipping"),
        "false_colour": partial(_flip, viewed, "false_colour"),
        "scopes": partial(_flip, viewed, "scopes"),
        "annotation": partial(_flip, viewed, "annotation"),
        "hold": partial(_flip, viewed, "paused"),
        "proxy": partial(_flip, viewed, "proxy"),
        "guides": partial(_guides, viewed),
        "neutral": lambda: viewed.set(viewed.settings.neutral()),
        "exposure_up": partial(_expose, viewed, STOP),
        "exposure_down": partial(_expose, viewed, -STOP),
        "layer_up": partial(_layer, viewed, -1),
        "layer_down": partial(_layer, viewed, 1),
        "flipbook": partial(_flipbook, viewed),
        "refresh": partial(_refresh, viewed),
        "roi": partial(_region, viewed),
        "new_roi": partial(_new_region, viewed),
    }
    for name, channel in (
        ("red", Channel.RED),
        ("green", Channel.GREEN),
        ("blue", Channel.BLUE),
        ("alpha", Channel.ALPHA),
        ("luminance", Channel.LUMA),
        ("matte", Channel.MATTE),
    ):
        found[name] = partial(_channel, viewed, channel)
    for name, how in (
        ("wipe", Compare.WIPE),
        ("difference", Compare.DIFFERENCE),
        ("onion", Compare.ONION),
        ("sides", Compare.SIDES),
    ):
        found[name] = partial(_compare, viewed, how)
    for number in range(1, 5):
        found[f"proxy_{number}"] = partial(_proxy, viewed, 2**number)
    for slot in range(1, 11):
        found[f"view_a_{slot}"] = partial(_look, viewed, slot)
        found[f"view_b_{slot}"] = partial(_against, viewed, slot)
    return found


def _refresh(viewed: Viewed) -> None:
    viewed.view.refresh()


def _flipbook(viewed: Viewed) -> None:
    viewed.view.flipbook()


def _flip(viewed: Viewed, name: str) -> None:
    turned: dict[str, Any] = {name: not getattr(viewed.settings, name)}
    viewed.set(replace(viewed.settings, **turned))


def _swap(viewed: Viewed) -> None:
    state = viewed.app.state
    if not state.inputs.get(state.against):
        viewed.app.say("there is no B to swap with: select a node and press Shift+2", True)
        return
    _flip(viewed, "swapped")


def _channel(viewed: Viewed, channel: Channel) -> None:
    viewed.set(viewed.settings.on(channel))


def _expose(viewed: Viewed, stops: float) -> None:
    viewed.set(viewed.settings.exposed(viewed.settings.look.exposure + stops))


def _proxy(viewed: Viewed, down: int) -> None:
    viewed.set(viewed.settings.coarse(down))


def _guides(viewed: Viewed) -> None:
    every = list(Guides)
    after = every[(every.index(viewed.settings.guides) + 1) % len(every)]
    viewed.set(replace(viewed.settings, guides=after))
    viewed.app.say(after.value)


def _zoom(viewed: Viewed, steps: int) -> None:
    room = viewed.room
    x, y = viewed.under or (room.width / 2, room.height / 2)
    viewed.frame_to(viewed.framing.at_zoom(stepped(viewed.framing.zoom, steps), x, y))


def _layer(viewed: Viewed, steps: int) -> None:
    image = viewed.image
    if image is None:
        return
    names = [each.name for each in layers(image.channels)]
    at = names.index(viewed.settings.layer) if viewed.settings.layer in names else 0
    after = names[(at + steps) % len(names)]
    viewed.set(replace(viewed.settings, layer=after))
    viewed.app.say(f"layer {after or 'rgba'}")


def _region(viewed: Viewed) -> None:
    settings = viewed.settings
    if settings.region is None and not settings.in_region:
        _new_region(viewed)
        return
    viewed.set(replace(settings, in_region=not settings.in_region))


def _new_region(viewed: Viewed) -> None:
    viewed.hands.drawing_region = True
    viewed.app.say("draw the region of interest in the viewer")


def _compare(viewed: Viewed, how: Compare) -> None:
    state = viewed.app.state
    if not state.inputs.get(state.against):
        other = next((slot for slot in sorted(state.inputs) if slot != state.shown), 0)
        if not other:
            viewed.app.say("nothing to compare with: select a node and press Shift+2", True)
            return
        viewed.app.change(against=other)
        viewed.set(replace(viewed.settings, compare=how))
    else:
        viewed.set(viewed.settings.comparing(how))
    viewed.view.ask()


def _picked(viewed: Viewed) -> str:
    """The selected node, when it is the graph that the hands are on."""
    picked = viewed.app.state.picked.nodes
    return next(iter(picked)) if len(picked) == 1 and viewed.under is None else ""


def _look(viewed: Viewed, slot: int) -> None:
    state = viewed.app.state
    node = _picked(viewed) or state.inputs.get(slot, "")
    if not node and len(state.picked.nodes) == 1:
        node = next(iter(state.picked.nodes))
    if not node:
        viewed.app.say(f"nothing on input {slot % 10}: select a node and press {slot % 10}", True)
        return
    viewed.app.look(node, slot)


def _against(viewed: Viewed, slot: int) -> None:
    state = viewed.app.state
    node = _picked(viewed) or state.inputs.get(slot, "")
    if not node:
        viewed.app.say(f"nothing on input {slot % 10}: select a node and press Shift+{slot % 10}", True)
        return
    viewed.app.change(inputs=MappingProxyType({**state.inputs, slot: node}), against=slot)
    if viewed.settings.compare is Compare.OFF:
        viewed.set(replace(viewed.settings, compare=Compare.WIPE))
