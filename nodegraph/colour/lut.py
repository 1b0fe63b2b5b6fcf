"""LUT files and ASC CDLs as transforms, in the colour space they were made for."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from pathlib import Path
from typing import Any, NamedTuple

from nodegraph.colour.config import Config
from nodegraph.colour.convert import Processor, cached, from_interchange, to_interchange
from nodegraph.data.errors import ColorspaceError


class Direction(Enum):
    """Which way a transform is taken."""

    FORWARD = "forward"
    INVERSE = "inverse"


class Interpolation(Enum):
    """How values between a cube's entries are found. Curves are always linear."""

    TETRAHEDRAL = "tetrahedral"
    LINEAR = "linear"


class Cdl(NamedTuple):
    """An ASC CDL: out = (in * slope + offset) ^ power, then saturation with Rec.709 weights."""

    slope: tuple[float, ...] = (1.0, 1.0, 1.0)
    offset: tuple[float, ...] = (0.0, 0.0, 0.0)
    power: tuple[float, ...] = (1.0, 1.0, 1.0)
    saturation: float = 1.0

    @property
    def neutral(self) -> bool:
        return self == Cdl()

    def checked(self) -> Cdl:
        """This CDL, if the ASC allows it."""
        if min(self.slope) < 0 or min(self.power) <= 0 or self.saturation < 0:
            raise ColorspaceError(
                f"slope {self.slope}, power {self.power}, saturation {self.saturation:g} are no CDL",
                "keep slope and saturation at 0 or above, power above 0",
            )
        return self


def file_stamp(path: Path) -> str:
    """What tells one state of a LUT file from another."""
    try:
        state = path.stat()
    except OSError:
        return f"{path} missing"
    return f"{path} {state.st_size} {state.st_mtime_ns}"


def lut_processor(
    config: Config,
    path: Path,
    space: str,
    process_space: str = "",
    *,
    direction: Direction = Direction.FORWARD,
    interpolation: Interpolation = Interpolation.TETRAHEDRAL,
) -> Processor:
    """A LUT file (.cube, .csp, .clf, .3dl, … all that OCIO reads) applied in `process_space` to pixels in `space`."""

    def make() -> Any:
        import PyOpenColorIO as ocio

        ocio.ClearAllCaches()  # OCIO keeps a file by its name alone, and this one may have changed
        # OCIO's best is tetrahedral for a cube; asked for by that name, it complains at every curve.
        linear = interpolation is Interpolation.LINEAR
        lut = ocio.FileTransform(
            src=str(path),
            interpolation=ocio.INTERP_LINEAR if linear else ocio.INTERP_BEST,
            direction=getattr(ocio, f"TRANSFORM_DIR_{direction.name}"),
        )
        try:
            config.raw.getProcessor(lut)
        except ocio.Exception as fault:
            raise ColorspaceError(f"the LUT file {path} cannot be used: {fault}", _hint(direction)) from fault
        return _within(config, space, process_space, [lut])

    _there(path, "LUT")
    key = ("lut", file_stamp(path), space, process_space, direction, interpolation)
    return cached(config, key, make, f"the LUT file {path}")


def _hint(direction: Direction) -> str:
    if direction is Direction.INVERSE:
        return "not every LUT has an inverse: one that is not monotonic has none"
    return "check that it is whole, and of the kind that its ending says"


def cdl_processor(
    config: Config,
    steps: Sequence[Cdl],
    space: str,
    process_space: str = "",
    *,
    direction: Direction = Direction.FORWARD,
) -> Processor:
    """CDLs one after the other in `process_space`, on pixels in `space`; nothing is clamped."""

    def make() -> Any:
        import PyOpenColorIO as ocio

        group = ocio.GroupTransform()
        for step in steps:
            step = step.checked()
            transform = ocio.CDLTransform(
                slope=list(step.slope), offset=list(step.offset), power=list(step.power), sat=step.saturation
            )
            transform.setStyle(ocio.CDL_NO_CLAMP)
            group.appendTransform(transform)
        group.setDirection(getattr(ocio, f"TRANSFORM_DIR_{direction.name}"))
        return _within(config, space, process_space, [group])

    return cached(config, ("cdl", *steps, space, process_space, direction), make, "a CDL")


def read_cdl(path: Path, name: str = "") -> Cdl:
    """The CDL in a .cc, .ccc or .cdl file: the one with the id (or number) `name`, else the first."""
    import PyOpenColorIO as ocio

    _there(path, "CDL")
    ocio.ClearAllCaches()
    try:
        found = ocio.CDLTransform.CreateFromFile(str(path), name)
    except ocio.Exception as fault:
        what = f"no correction {name!r}" if name else "no CDL that can be read"
        raise ColorspaceError(f"{path} has {what}: {fault}", "give the id of one of its corrections") from fault
    return Cdl(tuple(found.getSlope()), tuple(found.getOffset()), tuple(found.getPower()), float(found.getSat()))


def _there(path: Path, what: str) -> None:
    if not path.is_file():
        fault = "is a folder" if path.is_dir() else "is missing"
        raise ColorspaceError(f"the {what} file {path} {fault}", "choose the file again")


def _within(config: Config, space: str, process_space: str, steps: list[Any]) -> Any:
    import PyOpenColorIO as ocio

    group = ocio.GroupTransform()
    inner = config.space(process_space) if process_space else space
    moves = inner != config.space(space)
    for step in (
        *(_move(config, space, inner) if moves else ()),
        *steps,
        *(_move(config, inner, space) if moves else ()),
    ):
        group.appendTransform(step)
    return group


def _move(config: Config, src: str, dst: str) -> list[Any]:
    import PyOpenColorIO as ocio

    if config.find(src) and config.find(dst):
        return [ocio.ColorSpaceTransform(src=config.space(src), dst=config.space(dst))]
    return [*to_interchange(config, src), *from_interchange(config, dst)]
