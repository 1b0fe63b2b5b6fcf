"""From one colour space to another; nothing is clipped that the spaces themselves do not clip."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any

import numpy as np

from nodegraph.colour.config import Config
from nodegraph.colour.encoding import Encoding, to_aces
from nodegraph.data.buffers import empty
from nodegraph.data.errors import ColorspaceError
from nodegraph.data.image import Pixels, frozen
from nodegraph.data.threads import split_rows

PROBE = ((0.2, 0.4, 0.6, 0.25), (0.2, 0.4, 0.6, 0.75), (-0.5, 0.0, 5.0, 1.0))


@dataclass(frozen=True, eq=False)
class Processor:
    """A colour transform ready to be run on pixels, from any number of threads at once."""

    cpu: Any
    identity: bool  # it changes nothing
    linear: bool  # a matrix at most: premultiplied pixels may go through as they are
    uses_alpha: bool  # it reads or changes alpha, which we do not let it
    heavy: bool = False  # it has steps that cost far more than a matrix, a curve or a cube

    def run(self, pixels: Pixels, *, unpremult: bool = False) -> Pixels:
        """The transformed pixels, rows x columns x 3 or 4; alpha untouched, the input never written to.

        With `unpremult`, colour is divided by alpha before and multiplied after, as a curve asks for.
        """
        if self.identity or pixels.size == 0:
            return pixels
        height, depth = pixels.shape[0], pixels.shape[2]
        if depth not in (3, 4):
            raise ValueError(f"colour takes three channels, and alpha perhaps, not {depth}")
        result = empty(pixels.shape)
        straight = unpremult and depth == 4 and not self.linear
        if straight:
            from nodegraph.colour.kernels import associate, straighten

        def share(first: int, end: int) -> None:
            part = result[first:end]
            np.copyto(part, pixels[first:end])
            if straight:
                straighten(part)
            if depth == 4 and self.uses_alpha:
                colour = np.ascontiguousarray(part[..., :3])
                self._apply(colour)
                part[..., :3] = colour
            else:
                self._apply(part)
                if depth == 4:  # a matrix multiplies a NaN or an endless red by 0 into it
                    part[..., 3] = pixels[first:end, :, 3]
            if straight:
                associate(part, pixels[first:end])

        split_rows(share, height, result.nbytes)
        return frozen(result)

    def _apply(self, part: Pixels) -> None:
        import PyOpenColorIO as ocio

        height, width, depth = part.shape
        self.cpu.apply(ocio.PackedImageDesc(part, width, height, depth))


def processor(config: Config, src: str, dst: str) -> Processor:
    """The transform between two spaces of the config, or encodings spelt out; made once for each pair."""
    if src == dst:
        return NOTHING
    return cached(config, ("convert", src, dst), lambda: _conversion(config, src, dst), f"{src} to {dst}")


def convert(pixels: Pixels, config: Config, src: str, dst: str, *, unpremult: bool = True) -> Pixels:
    """Pixels (rows x columns x 3 or 4) from one colour space to another.

    Negative values and values above 1 survive wherever the spaces allow; alpha is untouched. Associated
    alpha is taken out while a curve is applied, unless `unpremult` is off (pixels that are not associated).
    Where the two spaces are one, the input itself comes back.
    """
    return processor(config, src, dst).run(pixels, unpremult=unpremult)


def through(config: Config, src: str, dst: str, *, unpremult: bool = True) -> Callable[[Pixels], Pixels] | None:
    """`convert` as a function of pixels alone, for files that are read later; None where nothing changes."""
    step = processor(config, src, dst)
    return None if step.identity else lambda pixels: step.run(pixels, unpremult=unpremult)


def cached(config: Config, key: Hashable, make: Callable[[], Any], told: str) -> Processor:
    """The processor that this config keeps under `key`, made of what `make` returns the first time.

    `make` returns an OCIO Processor or a Transform to be used within the config; `told` names it in errors.
    """
    import PyOpenColorIO as ocio

    found: Processor | None = config.made.get(key)
    if found is not None:
        return found
    with config.lock:
        found = config.made.get(key)
        if found is None:
            try:
                made = make()
                full = made if isinstance(made, ocio.Processor) else config.raw.getProcessor(made)
                found = _prepared(full)
            except ocio.Exception as fault:
                raise ColorspaceError(
                    f"no colour transform from {told} with the OCIO config {config.name}: {fault}",
                    "choose other spaces or another config",
                ) from fault
            config.made[key] = found
    return found


def _conversion(config: Config, src: str, dst: str) -> Any:
    import PyOpenColorIO as ocio

    ends = [config.space(name) for name in (src, dst)]
    if all(config.find(name) for name in ends):
        return config.raw.getProcessor(*ends)
    group = ocio.GroupTransform()
    for step in (*to_interchange(config, ends[0]), *from_interchange(config, ends[1])):
        group.appendTransform(step)
    return group


def to_interchange(config: Config, name: str) -> list[Any]:
    """The steps from a space or an encoding to ACES2065-1."""
    import PyOpenColorIO as ocio

    encoding = None if config.find(name) else Encoding.parse(name)
    if encoding is not None:
        return [to_aces(encoding)]
    return [ocio.ColorSpaceTransform(src=config.space(name), dst=interchange(config))]


def from_interchange(config: Config, name: str) -> list[Any]:
    """The steps from ACES2065-1 to a space or an encoding."""
    import PyOpenColorIO as ocio

    encoding = None if config.find(name) else Encoding.parse(name)
    if encoding is not None:
        step = to_aces(encoding)
        step.setDirection(ocio.TRANSFORM_DIR_INVERSE)
        return [step]
    return [ocio.ColorSpaceTransform(src=interchange(config), dst=config.space(name))]


def interchange(config: Config) -> str:
    """The name that ACES2065-1 has in this config."""
    import PyOpenColorIO as ocio

    space = config.raw.getColorSpace("aces_interchange")
    if space is not None:
        return str(space.getName())
    found = config.by_interop("lin_ap0_scene")
    if found:
        return found
    try:
        builtin = ocio.Config.CreateFromFile("ocio://default")
        return str(ocio.Config.IdentifyBuiltinColorSpace(config.raw, builtin, "ACES2065-1"))
    except ocio.Exception as fault:
        raise ColorspaceError(
            f"the OCIO config {config.name} does not say how its spaces relate to ACES2065-1",
            "give it the role aces_interchange",
        ) from fault


def _prepared(full: Any) -> Processor:
    import PyOpenColorIO as ocio

    best = full.getOptimizedProcessor(ocio.OPTIMIZATION_DEFAULT)
    cpu = best.getDefaultCPUProcessor()
    linear = all(
        isinstance(step, ocio.MatrixTransform) and not any(step.getOffset()) for step in best.createGroupTransform()
    )
    heavy = any(isinstance(step, ocio.FixedFunctionTransform) for step in best.createGroupTransform())
    answers = [cpu.applyRGBA(list(pixel)) for pixel in PROBE]
    kept = all(answer[3] == np.float32(pixel[3]) for answer, pixel in zip(answers, PROBE, strict=True))
    uses_alpha = not kept or answers[0][:3] != answers[1][:3]
    return Processor(cpu, bool(cpu.isNoOp() or best.isNoOp()), linear, uses_alpha, heavy)


NOTHING = Processor(cpu=None, identity=True, linear=True, uses_alpha=False)
