"""Film and sensor grain: measured on a plate, and made anew on a picture that lacks it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nodegraph.data.box import Box
from nodegraph.data.buffers import empty
from nodegraph.data.image import Pixels, frozen
from nodegraph.data.threads import split_rows

BLOCK = 32  # pixels across a piece of plate that is looked at
CELL = 8  # its parts, whose means tell whether it is flat
BLOCKS = 1024  # at most so many, evenly over the plate
LEVELS = 10  # brightnesses that the strength is measured at
FLAT = 0.3  # the flattest share of the blocks of a brightness; the others have picture in them
ABOVE = 1.25  # so far above the others a strength is not believed: picture, not grain
QUIET = 0.05  # how much a block above the curve counts, against one below it
FITS = 12
REACH = 7  # pixels that grain spreads to either side

Doubles = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Grain:
    """Measured grain: its strength by luminance, its shape, and how its channels go together."""

    luminance: Doubles  # rising
    strength: Doubles  # 3 x luminances: standard deviation per channel
    kernel: Pixels  # 3 x k x k, of unit energy: what turns white noise into this grain
    mixing: Doubles  # 3 x 3, lower triangle: from independent channels to grain's own correlation

    @property
    def none(self) -> bool:
        return not self.strength.any()


CLEAN = Grain(np.zeros(1), np.zeros((3, 1)), np.zeros((3, 1, 1), np.float32), np.eye(3))


def measure(plate: Pixels, weights: Sequence[float]) -> Grain:
    """The grain of a plate (rows x columns x 3, linear): what fine variation its flat parts have.

    Blocks are sorted by luminance; of each brightness only the flattest are taken, flat judged by the means of
    their parts, which grain hardly moves; a smooth surface is taken out of each, and the median of what is
    left is the strength. `weights` are the luminance of red, green and blue.
    """
    blocks = _blocks(plate)
    if blocks.shape[0] < 4:
        return CLEAN
    luma = blocks.mean(axis=(2, 3)) @ np.asarray(weights)
    rest = _without_surface(blocks)
    power = (rest**2).mean(axis=(2, 3))
    bumps = _bumps(blocks)
    luminance: list[float] = []
    strength: list[Doubles] = []
    flattest: list[NDArray[np.intp]] = []
    for members in np.array_split(np.argsort(luma, kind="stable"), min(LEVELS, blocks.shape[0] // 4)):
        flat = members[np.argsort(bumps[members], kind="stable")[: max(3, int(len(members) * FLAT))]]
        typical = np.median(power[flat], axis=0)
        level = float(luma[flat].mean())
        if not luminance or level > luminance[-1] + 1e-5 * abs(luminance[-1]):  # apart in float32 too
            luminance.append(level)
            strength.append(np.sqrt(typical))
        flattest.append(flat[(power[flat] <= 2 * typical).all(axis=1)])
    levels, believed = np.array(luminance), _believed(luma, power, np.array(luminance), np.array(strength).T)
    picked = np.concatenate(flattest)
    usual = np.stack([np.interp(luma[picked], levels, each) for each in believed], axis=1) ** 2
    picked = picked[(power[picked] <= 2 * usual).all(axis=1)]
    if not len(picked):
        return CLEAN
    quiet = rest[picked]
    deviation = np.sqrt((quiet**2).mean(axis=(2, 3), keepdims=True))
    # What float32 rounds off is no grain.
    rounding = 1e-6 * np.abs(blocks[picked]).mean(axis=(2, 3), keepdims=True)
    alive = (deviation > rounding).all(axis=(1, 2, 3))
    if not alive.any():
        return CLEAN
    scaled = quiet[alive] / deviation[alive]
    kernels = _kernels(scaled)
    left = np.array([_left_by_surface(kernel) for kernel in kernels])
    return Grain(levels, believed / left[:, None], kernels, _mixing(scaled))


def _believed(luma: Doubles, power: Doubles, luminance: Doubles, strength: Doubles) -> Doubles:
    """Strengths (channels x luminances) without those that hair, cloth and foliage would have for grain.

    Where a brightness has no flat part in the plate, what is measured there is picture, and that only ever adds. So a
    smooth rising curve is laid along the quietest of all blocks, and what is far above it is brought down to it.
    """
    from scipy.optimize import nnls

    most = max(float(luma.max()), 1e-9)
    blocks, levels = _curves(luma / most), _curves(luminance / most)
    result = strength.copy()
    for channel, measured, noise in zip(result, strength, np.maximum(power.T, 1e-30), strict=True):
        weight = 1 / noise
        for _ in range(FITS):
            shares, _ = nnls(blocks * weight[:, None], noise * weight)
            fit = np.maximum(blocks @ shares, 1e-30)
            weight = np.where(noise > fit, QUIET, 1.0) / np.maximum(fit, noise)
        np.minimum(measured, ABOVE * np.sqrt(np.maximum(levels @ shares, 0)), out=channel)
    return result


def _curves(light: Doubles) -> Doubles:
    """What the power of grain is made of: never less where there is more light."""
    light = np.maximum(light, 0)
    return np.stack([np.ones_like(light), np.sqrt(light), light, light**2], axis=1)


def field(grain: Grain, box: Box, *, frame: int, seed: int = 0, size: float = 1.0) -> Pixels:
    """Grain of deviation 1 for a rectangle, rows x columns x 3; a pixel's grain is the same in any rectangle."""
    import cv2

    from nodegraph.colour.noise import mix_channels, white

    kernels = [_sized(kernel, size) for kernel in grain.kernel]
    reach = max(kernel.shape[0] // 2 for kernel in kernels)
    wide = box.grow(reach)
    planes: list[Pixels] = []
    for channel, kernel in enumerate(kernels):
        digest = hashlib.blake2b(f"{seed} {frame} {channel}".encode(), digest_size=8).digest()
        key = np.uint64(int.from_bytes(digest, "little"))
        noise = empty((wide.height, wide.width))

        def share(first: int, end: int, key: np.uint64 = key, noise: Pixels = noise) -> None:
            white(key, wide.x0, wide.y0 + first, noise[first:end])

        split_rows(share, wide.height, noise.nbytes)
        rows, columns = box.slices(wide)
        planes.append(np.asarray(cv2.filter2D(noise, -1, kernel), np.float32)[rows, columns])
    mixing = grain.mixing.astype(np.float32)
    result = empty((box.height, box.width, 3))

    def mix(first: int, end: int) -> None:
        red, green, blue = (plane[first:end] for plane in planes)
        mix_channels(red, green, blue, mixing, result[first:end])

    split_rows(mix, box.height, result.nbytes)
    return frozen(result)


def add(pixels: Pixels, grain: Grain, noise: Pixels, weights: Sequence[float], amount: float = 1.0) -> Pixels:
    """Pixels (rows x columns x 3 or 4) with grain as strong as their luminance asks for; alpha as it was."""
    if grain.none or amount == 0:
        return pixels
    from nodegraph.colour.noise import add_grain

    result = empty(pixels.shape)
    luma, levels = np.asarray(weights, np.float32), grain.luminance.astype(np.float32)
    strength, gain = grain.strength.astype(np.float32), np.float32(amount)

    def share(first: int, end: int) -> None:
        result[first:end] = pixels[first:end]
        add_grain(result[first:end], noise[first:end], luma, levels, strength, gain)

    split_rows(share, pixels.shape[0], pixels.nbytes)
    return frozen(result)


def _blocks(plate: Pixels) -> Doubles:
    """Square pieces spread evenly over the plate: pieces x 3 x rows x columns."""
    down, across = plate.shape[0] // BLOCK, plate.shape[1] // BLOCK
    count = down * across
    picks = np.unique(np.linspace(0, count - 1, min(BLOCKS, count)).astype(int)) if count else np.empty(0, int)
    result = np.empty((len(picks), 3, BLOCK, BLOCK), np.float64)
    for k, pick in enumerate(picks):
        y, x = pick // across * BLOCK, pick % across * BLOCK
        result[k] = plate[y : y + BLOCK, x : x + BLOCK, :3].transpose(2, 0, 1)
    return result[np.isfinite(result).all(axis=(1, 2, 3))]


def _surface() -> Doubles:
    """An orthonormal basis of quadratic surfaces over a block."""
    y, x = np.mgrid[-1 : 1 : BLOCK * 1j, -1 : 1 : BLOCK * 1j]
    columns = np.stack([np.ones_like(x), x, y, x * x, x * y, y * y], axis=-1).reshape(BLOCK * BLOCK, 6)
    return np.asarray(np.linalg.qr(columns)[0], np.float64)


_SURFACE = _surface()


def _without_surface(blocks: Doubles) -> Doubles:
    flat = blocks.reshape(-1, BLOCK * BLOCK)
    return np.asarray((flat - (flat @ _SURFACE) @ _SURFACE.T).reshape(blocks.shape), np.float64)


def _bumps(blocks: Doubles) -> Doubles:
    """How much the parts of each block differ in the mean: picture, for grain is averaged away."""
    parts = BLOCK // CELL
    means = blocks.reshape(len(blocks), 3, parts, CELL, parts, CELL).mean(axis=(3, 5))
    return np.asarray(means.var(axis=(2, 3)).sum(axis=1), np.float64)


def _kernels(scaled: Doubles) -> Pixels:
    """For each channel the symmetric kernel with the mean spectrum of the pieces."""
    window = np.hanning(BLOCK + 2)[1:-1]
    spectrum = (np.abs(np.fft.fft2(scaled * window[:, None] * window)) ** 2).mean(axis=0)
    waves = np.fft.fftfreq(BLOCK) * BLOCK
    far = np.hypot(waves[:, None], waves[None, :])
    kernels = np.empty((3, 2 * REACH + 1, 2 * REACH + 1), np.float32)
    middle = BLOCK // 2
    for c in range(3):
        # The surface that was taken out took the slowest waves along: they go on as the next ones fall.
        ring = (far >= 2.5) & (far < 6.5)
        fall, top = np.polyfit(far[ring] ** 2, np.log(np.maximum(spectrum[c][ring], 1e-12)), 1)
        whole = np.where(far < 2.5, np.exp(top + min(fall, 0.0) * far**2), spectrum[c])
        kernel = np.fft.fftshift(np.fft.ifft2(np.sqrt(whole)).real)
        kernel = kernel[middle - REACH : middle + REACH + 1, middle - REACH : middle + REACH + 1]
        kernels[c] = kernel / np.sqrt((kernel**2).sum())
    return kernels


def _left_by_surface(kernel: Pixels) -> float:
    """What share of this grain's deviation is left when a surface is taken out of a block."""
    wide = 2 * BLOCK
    spectrum = np.abs(np.fft.fft2(kernel, (wide, wide))) ** 2
    surfaces = np.abs(np.fft.fft2(_SURFACE.T.reshape(-1, BLOCK, BLOCK), (wide, wide))) ** 2
    taken = (surfaces * spectrum).mean(axis=(1, 2)).sum() / BLOCK**2
    return float(np.sqrt(max(0.1, 1 - taken)))


def _mixing(scaled: Doubles) -> Doubles:
    flat = scaled.transpose(1, 0, 2, 3).reshape(3, -1)
    together = flat @ flat.T / flat.shape[1]
    deviation = np.sqrt(np.diag(together))
    together /= np.outer(deviation, deviation)
    # Channels that are copies of each other leave the matrix on the edge of what can be factored.
    return np.asarray(np.linalg.cholesky(together * (1 - 1e-9) + 1e-9 * np.eye(3)), np.float64)


def _sized(kernel: Pixels, size: float) -> Pixels:
    """The kernel of grain `size` times as large."""
    import cv2

    if size == 1:
        return kernel
    reach = max(1, round(REACH * size))
    steps = (np.arange(-reach, reach + 1) / size + REACH).astype(np.float32)
    x, y = np.meshgrid(steps, steps)
    sized = cv2.remap(kernel, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=0)
    return np.asarray(sized / np.sqrt((sized**2).sum()), np.float32)
