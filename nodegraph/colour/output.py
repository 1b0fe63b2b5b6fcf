"""What pixels become on their way out of the program: a colour space, or a display with a view."""

from __future__ import annotations

from typing import NamedTuple

from nodegraph.colour.auto import AUTO
from nodegraph.colour.config import Config
from nodegraph.colour.convert import Processor, processor
from nodegraph.colour.display import exact_view


class Output(NamedTuple):
    """The transform, and the name of the space its values are in (a space, an encoding, or a display's)."""

    step: Processor
    space: str


def output(config: Config, wanted: str, working: str, fallback: str) -> Output:
    """From the working space to `wanted`: a space, an encoding spelt out, or `display/view`; `auto` is the fallback."""
    name = fallback if wanted in ("", AUTO) else wanted
    for display in config.displays:
        if name.casefold().startswith(f"{display}/".casefold()):
            view = config.view(display, name[len(display) + 1 :].strip())
            return Output(exact_view(config, display, view, working), _space_of(config, display, view))
    space = config.space(name)
    return Output(processor(config, working, space), space)


def _space_of(config: Config, display: str, view: str) -> str:
    found = str(config.raw.getDisplayViewColorSpaceName(display, view))
    return display if found in ("", "<USE_DISPLAY_NAME>") else found
