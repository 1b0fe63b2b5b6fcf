"""Movies: UHD ProRes to float light against PyAV's own 8-bit route, and through a whole graph on all cores."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from nodegraph.bench import plain
from nodegraph.bench.figures import Figure, at_least, exactly, seconds, shown
from nodegraph.bench.graphs import shot_graph
from nodegraph.data.image import Pixels
from nodegraph.data.threads import cores
from nodegraph.graph.document import Document, save
from nodegraph.graph.graph import Graph
from nodegraph.media.movie_write import Codec, encode_movie
from nodegraph.media.video import VideoReader

GROUP = "engine"
WIDTH, HEIGHT = 3840, 2160
FRAMES = 12
LEGAL_WHITE, BRIGHTEST = 940, 1019  # ten-bit codes of white and of the brightest that a file may hold

# Runs in a process of its own, on as many cores as it is told: the same program, threads and all.
RENDER = """
import json, os, sys, time
if hasattr(os, "sched_setaffinity"):
    os.sched_setaffinity(0, json.loads(sys.argv[1]))
from pathlib import Path
from nodegraph.engine.render import render
from nodegraph.graph.document import load
import cv2
cv2.setNumThreads(len(json.loads(sys.argv[1])))
document = load(sys.argv[2])
render(document.graph, "out", [1001], root=document.folder)
start = time.perf_counter()
render(document.graph, "out", root=document.folder)
print(time.perf_counter() - start)
"""


def make_movie(path: Path, frames: int = FRAMES) -> None:
    """A plate that drifts."""
    picture = np.clip(plain.plate(WIDTH + 4 * frames, HEIGHT).astype(np.float32), 0, 1) ** np.float32(1 / 2.4)
    drifting = (np.ascontiguousarray(picture[:, 4 * k : 4 * k + WIDTH]) for k in range(frames))
    encode_movie(path, drifting, Fraction(24), Codec.PRORES_HQ)


def codes_back(path: Path, code: int) -> Pixels:
    """How a frame of one ten-bit code reads, from a movie that loses nothing."""
    import av

    with av.open(str(path), "w") as movie:
        stream: Any = movie.add_stream("ffv1", rate=24)
        stream.width, stream.height, stream.pix_fmt = 64, 32, "yuv422p10le"
        frame = av.VideoFrame(64, 32, "yuv422p10le")
        for plane, value in zip(frame.planes, (code, 512, 512), strict=True):
            plane.update(np.full(plane.buffer_size // 2, value, np.uint16).tobytes())
        frame.pts = 0
        for packet in (*stream.encode(frame), *stream.encode(None)):
            movie.mux(packet)
    reader = VideoReader(path)
    pixels = reader.frame(0)
    reader.close()
    return pixels


def decode() -> list[Figure]:
    import av

    with tempfile.TemporaryDirectory(prefix="nodegraph-bench-") as name:
        path = Path(name) / "plate.mov"
        make_movie(path)

        def ours() -> None:
            reader = VideoReader(path)
            for k in range(FRAMES):
                reader.frame(k)
            reader.close()

        def theirs() -> None:
            with av.open(str(path)) as movie:
                movie.streams.video[0].thread_type = "AUTO"
                movie.streams.video[0].codec_context.thread_count = cores()
                for frame in movie.decode(video=0):
                    frame.to_ndarray(format="rgb24").astype(np.float32)

        def eight_bits() -> None:
            with av.open(str(path)) as movie:
                movie.streams.video[0].thread_type = "AUTO"
                movie.streams.video[0].codec_context.thread_count = cores()
                for frame in movie.decode(video=0):
                    frame.to_ndarray(format="rgb24")

        slow, bytes_only, fast = seconds((theirs, eight_bits, ours), 3)
        white, brightest = (codes_back(Path(name) / f"{code}.mkv", code) for code in (LEGAL_WHITE, BRIGHTEST))
        return [
            at_least(GROUP, "decode: UHD ProRes to float, against PyAV's rgb24 to float", slow / fast, 1.0),
            shown(GROUP, "decode: the same against PyAV's rgb24, left in 8 bits", bytes_only / fast, "x"),
            exactly(GROUP, "decode: values of legal white that are not 1.0", int(np.count_nonzero(white != 1.0)), 0),
            at_least(GROUP, "decode: what is whiter than white comes out as", float(brightest.min()), 1.09, ""),
        ]


def graph() -> Graph:
    """A movie, four merges over the whole frame, an OCIO transform, EXR."""
    result = shot_graph(WIDTH, HEIGHT, FRAMES).add("Read", "plate", file="plate.mov")
    last = "plate"
    for k, operation in enumerate(("plus", "screen", "multiply", "max"), 1):
        result = result.add("Constant", f"tint{k}", color=(0.01 * k, 0.02, 0.03, 1.0))
        result = result.add("Merge", f"merge{k}", operation=operation, mix=0.5)
        result = result.connect(f"merge{k}", "b", last).connect(f"merge{k}", "a", f"tint{k}")
        last = f"merge{k}"
    result = result.add("ColorSpace", "log", target="ACEScct").connect("log", "image", last)
    result = result.add("Write", "out", file="out/out.####.exr", compression="ZIP", colorspace="ACEScg")
    return result.connect("out", "image", "log")


def pipeline() -> list[Figure]:
    with tempfile.TemporaryDirectory(prefix="nodegraph-bench-") as name:
        folder = Path(name)
        make_movie(folder / "plate.mov")
        project = folder / "shot.ngraph.json"
        save(Document(graph()), project)
        one, every = (rendered(project, count) for count in (1, cores()))
        return [
            at_least(GROUP, f"pipeline: ProRes, merges, OCIO, EXR on {cores()} cores against one", one / every, 1.7),
            shown(GROUP, "pipeline: each UHD frame", every / FRAMES * 1000, "ms"),
        ]


def rendered(project: Path, count: int) -> float:
    """Seconds that a render takes on so many cores."""
    mine = sorted(os.sched_getaffinity(0))[:count] if hasattr(os, "sched_getaffinity") else list(range(count))
    command = [sys.executable, "-c", RENDER, json.dumps(mine), str(project)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return float(done.stdout.splitlines()[-1])


MEASURES = {"pipeline": pipeline, "decode": decode}
