"""SuperResolution, with upscalers generated to their contract, whose picture is known beforehand."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nodegraph.colour.network_light import curve, uncurve
from nodegraph.data.box import Box, Format
from nodegraph.data.errors import GraphError, MissingWeights, ModelError
from nodegraph.data.image import Image
from nodegraph.data.model import Card, Model
from nodegraph.data.shot import Shot
from nodegraph.graph.context import Context
from nodes.swap.super_resolution import super_resolution
from tests.nodes.swap import networks

LIN = "lin_rec709_scene"
SHOT = Shot(space=LIN)


def run(image: Image, path: Path, ctx: Context | None = None, kind: str = "", **knobs: Any) -> Image:
    return super_resolution(image, Model(path, str(path), Card(path.stem, kind)), SHOT, ctx or Context(), **knobs)


def picture(height: int = 90, width: int = 130, seed: int = 1) -> Image:
    pixels = np.random.default_rng(seed).uniform(0.0, 1.0, (height, width, 3)).astype(np.float32)
    return Image.of(pixels, colorspace=LIN)


def blocks_of(pixels: np.ndarray, scale: int) -> np.ndarray:
    return pixels.repeat(scale, axis=0).repeat(scale, axis=1)


@pytest.mark.parametrize(
    ("build", "scale"),
    [
        (lambda path: networks.upscaler(path, 1), 1),
        (lambda path: networks.upscaler(path, 2), 2),
        (lambda path: networks.upscaler(path, 3, names=("x", "y.17")), 3),
        (lambda path: networks.upscaler(path, 4), 4),
        (lambda path: networks.upscaler(path, 8), 8),
        (lambda path: networks.upscaler(path, 4, side=64), 4),  # takes tiles of one size only
        (lambda path: networks.upscaler(path, 2, side=256, declared=False), 2),  # that does not say what comes out
        (lambda path: networks.upscaler(path, 2, side=200), 2),  # of one size that is larger than the picture
    ],
)
def test_the_picture_is_the_one_that_the_network_makes(
    build: Callable[[Path], Path], scale: int, tmp_path: Path
) -> None:
    """Between black and white, whatever the size of tiles; the factor is found out, not told."""
    image = picture()
    for tile in (64, 96, 512):
        result = run(image, build(tmp_path / "any name.onnx"), tile=tile, margin=8, overlap=8)
        assert result.format == Format(130 * scale, 90 * scale)
        assert result.data == Box(0, 0, 130 * scale, 90 * scale)
        assert np.allclose(result.pixels, blocks_of(image.pixels, scale), atol=1e-5)


def test_a_model_of_half_precision(tmp_path: Path) -> None:
    image = picture()
    result = run(image, networks.upscaler(tmp_path / "a.onnx", 2, kind=networks.HALF))
    assert np.allclose(result.pixels, blocks_of(image.pixels, 2), atol=4e-3)


def test_there_are_no_seams(tmp_path: Path) -> None:
    """A network that looks around, in many tiles, gives what it gives in one; without a margin it does not."""
    path = networks.mixing_upscaler(tmp_path / "a.onnx", reach=6)
    image = picture(150, 210)
    whole = run(image, path, tile=512).pixels
    assert np.abs(run(image, path, tile=64, margin=8, overlap=8).pixels - whole).max() < 2e-5
    assert np.abs(run(image, path, tile=64, margin=0, overlap=0).pixels - whole).max() > 1e-2


def test_light_above_white_and_below_black_stays(tmp_path: Path) -> None:
    pixels = np.full((60, 60, 3), 0.2, np.float32)
    pixels[10:25, 10:25], pixels[35:50, 35:50], pixels[35:50, 5:20] = 16.0, -0.1, (1000.0, 0.5, 0.1)
    result = run(Image.of(pixels, colorspace=LIN), networks.upscaler(tmp_path / "a.onnx", 4)).pixels
    expected = blocks_of(pixels, 4)
    inside = np.zeros((60, 60), bool)
    for rows, columns in (((13, 22), (13, 22)), ((38, 47), (38, 47)), ((38, 47), (8, 17)), ((2, 8), (30, 55))):
        inside[slice(*rows), slice(*columns)] = True
    inside = blocks_of(inside, 4)
    assert np.allclose(result[inside], expected[inside], rtol=2e-4, atol=1e-5)


def test_blend_fades_to_a_plain_enlargement(tmp_path: Path) -> None:
    image = picture()
    path = networks.upscaler(tmp_path / "a.onnx", 2)
    none, half, full = (run(image, path, blend=blend).pixels for blend in (0.0, 0.5, 1.0))
    assert np.abs(none - full).max() > 0.1
    y, x = np.mgrid[:90, :130] / 130
    soft = Image.of(np.stack([0.3 + 0.2 * x, 0.4 + 0.1 * y, 0.5 + 0 * x], axis=-1), colorspace=LIN)
    grown = run(soft, path, blend=0.0).pixels
    expected = 0.3 + 0.2 * ((np.arange(260) + 0.5) / 2 - 0.5) / 130
    assert np.allclose(grown[90, 10:-10, 0], expected[10:-10], atol=1e-4)  # centred, not shifted
    between = (half > np.minimum(none, full) - 1e-4) & (half < np.maximum(none, full) + 1e-4)
    assert between.all()


def test_windows_alpha_and_layers_grow_along(tmp_path: Path) -> None:
    rng = np.random.default_rng(4)
    pixels = rng.uniform(0, 1, (20, 30, 5)).astype(np.float32)
    pixels[..., 3], pixels[..., 4] = 1.0, 7.5
    names = ("R", "G", "B", "A", "depth.Z")
    image = Image.of(
        pixels, channels=names, data=Box(-5, 3, 25, 23), format=Format(40, 24, 2.0), metadata={"owner": "us"}
    )
    result = run(image, networks.upscaler(tmp_path / "a.onnx", 4))
    assert result.channels == names
    assert result.data == Box(-20, 12, 100, 92)
    assert result.format == Format(160, 96, 2.0)
    assert result.metadata["owner"] == "us"
    assert np.allclose(result.pixels[..., :3], blocks_of(pixels[..., :3], 4), atol=1e-5)
    assert (result.pixels[..., 3] == 1).all()
    assert np.allclose(result.pixels[..., 4], 7.5, atol=1e-5)


def test_a_picture_of_one_channel(tmp_path: Path) -> None:
    pixels = np.random.default_rng(5).uniform(0, 1, (20, 30, 1)).astype(np.float32)
    image = Image.of(pixels, channels=("R",), colorspace=LIN)
    result = run(image, networks.upscaler(tmp_path / "a.onnx", 2))
    assert np.allclose(result.pixels, blocks_of(pixels, 2), atol=1e-5)


def test_a_broken_pixel_does_not_reach_the_network(tmp_path: Path) -> None:
    image = picture(80, 80)
    pixels = image.pixels.copy()
    pixels[40, 40] = np.nan, np.inf, -np.inf
    path = networks.mixing_upscaler(tmp_path / "a.onnx", reach=6)
    broken = run(image.with_pixels(pixels), path).pixels
    bad = ~np.isfinite(broken).all(axis=2)
    assert bad.any()
    assert not np.delete(bad, np.s_[76:86], axis=0).any()
    assert not np.delete(bad, np.s_[76:86], axis=1).any()


def test_progress_is_told_tile_by_tile_and_it_can_be_stopped(tmp_path: Path) -> None:
    told: list[float] = []

    class Telling(Context):
        def progress(self, done: float, message: str = "") -> None:
            told.append(done)
            super().progress(done, message)

    run(picture(100, 100), networks.upscaler(tmp_path / "a.onnx"), Telling(), tile=64, margin=8, overlap=8)
    assert len(told) == 9
    assert told == sorted(told)
    assert told[0] == 0


@pytest.mark.parametrize(
    ("build", "words"),
    [
        (lambda path: networks.restorer(path), "does not enlarge frames: it is for restore"),
        (lambda path: networks.codeformer(path), "does not enlarge frames: it is for restore"),
        (lambda path: networks.odd_scale(path, 1.5), "64x64 into 96x96: no whole factor"),
        (lambda path: networks.odd_scale(path, 0.5), "no whole factor"),
        (lambda path: networks.odd_scale(path, 32), "no whole factor"),
        (lambda path: networks.outside(path), "other files"),
        (lambda path: path, "cannot be read"),
        (lambda path: _cut(networks.upscaler(path)), "no ONNX model, or only a part"),
    ],
)
def test_a_wrong_or_broken_file_is_refused_in_words(build: Callable[[Path], Path], words: str, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=words) as told:
        run(picture(), build(tmp_path / "bad.onnx"))
    assert "bad.onnx" in told.value.message
    assert told.value.hint


def _cut(path: Path) -> Path:
    path.write_bytes(path.read_bytes()[:-30])
    return path


def test_a_card_may_say_that_a_square_network_of_scale_one_is_for_frames(tmp_path: Path) -> None:
    image = picture()
    path = networks.restorer(tmp_path / "denoise.onnx", 256, add=0.1)
    result = run(image, path, kind="upscale")
    assert result.format == image.format


def test_tiles_that_are_too_small_are_told(tmp_path: Path) -> None:
    with pytest.raises(GraphError, match="too small for a margin of 32"):
        run(picture(), networks.upscaler(tmp_path / "a.onnx"), tile=64, margin=32)


# -- torch weights -------------------------------------------------------------------------------------


def test_torch_weights_without_torch_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from tests.cli.test_models import safetensors

    monkeypatch.setitem(sys.modules, "torch", None)
    monkeypatch.setitem(sys.modules, "spandrel", None)
    with pytest.raises(MissingWeights, match="torch weights") as told:
        run(picture(), safetensors(tmp_path / "a.safetensors"))
    assert "pip install" in told.value.hint


def torch_or_skip() -> Any:
    """torch, where it and spandrel are installed and fit each other."""
    torch = pytest.importorskip("torch", reason="torch is not installed")
    try:
        import spandrel  # noqa: F401
    except (ImportError, RuntimeError) as fault:
        pytest.skip(f"spandrel cannot be loaded: {fault}")
    return torch


def compact(torch: Any, features: int = 8, scale: int = 2) -> Any:
    """The compact network of Real-ESRGAN in its published layout, with random weights."""

    def conv(put: int, out: int) -> Any:
        return torch.nn.Conv2d(put, out, 3, 1, 1)

    class Compact(torch.nn.Module):  # type: ignore[misc, name-defined]
        def __init__(self) -> None:
            super().__init__()
            rows = [conv(3, features), torch.nn.PReLU(features), conv(features, features), torch.nn.PReLU(features)]
            self.body = torch.nn.ModuleList([*rows, conv(features, 3 * scale * scale)])

        def forward(self, x: Any) -> Any:
            deep = x
            for layer in self.body:
                deep = layer(deep)
            plain = torch.nn.functional.interpolate(x, scale_factor=scale, mode="nearest")
            return torch.nn.functional.pixel_shuffle(deep, scale) + plain

    torch.manual_seed(1)
    return Compact().eval()


@pytest.mark.parametrize("ending", [".pth", ".safetensors"])
def test_torch_weights_of_a_network_that_spandrel_knows(ending: str, tmp_path: Path) -> None:
    """Tiled, against the network itself on the whole picture."""
    torch = torch_or_skip()
    from safetensors.torch import save_file

    network = compact(torch)
    path = tmp_path / f"a{ending}"
    if ending == ".pth":
        torch.save({"params_ema": network.state_dict()}, path)
    else:
        save_file(network.state_dict(), str(path))
    image = picture(70, 90)
    padded = np.pad(curve(image.pixels), ((16, 16), (16, 16), (0, 0)), mode="symmetric")
    with torch.inference_mode():
        whole = network(torch.from_numpy(padded).permute(2, 0, 1)[None]).clamp(0, 1)[0].permute(1, 2, 0).numpy()
    result = run(image, path, tile=64, margin=16, overlap=8)
    assert result.format == Format(180, 140)
    assert np.allclose(result.pixels, uncurve(whole[32:-32, 32:-32]), atol=1e-4)


def test_torch_weights_of_an_unknown_network_are_told(tmp_path: Path) -> None:
    torch = torch_or_skip()
    path = tmp_path / "a.pth"
    torch.save({"somebody.weight": torch.zeros(3, 3)}, path)
    with pytest.raises(ModelError, match="does not know"):
        run(picture(), path)
