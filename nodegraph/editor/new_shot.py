"""A new shot out of a movie, a sequence or a picture: its range, rate and format are those of the file."""

from __future__ import annotations

from pathlib import Path

from nodegraph.data.errors import MediaError
from nodegraph.data.kinds import is_movie
from nodegraph.graph.document import Document
from nodegraph.graph.graph import Graph
from nodegraph.graph.layout import placed
from nodegraph.graph.library import Library
from nodegraph.media.sequence import FileSequence

FIRST = 1001


def new_shot(library: Library, path: str) -> Document:
    """An unsaved document with a reader of the file, set up for it."""
    graph = Graph(library)
    name = Path(path).name.split(".")[0] or "shot"
    if is_movie(path):
        from nodegraph.media.video import VideoReader

        reader = VideoReader(path)
        try:
            info = reader.info
        finally:
            reader.close()
        graph = graph.with_shot(name=name, first=FIRST, last=FIRST + max(1, info.count) - 1, fps=info.fps)
        graph = graph.with_shot(format=type(graph.shot.format)(info.width, info.height, info.pixel_aspect))
    else:
        frames = FileSequence.of_pattern(path).frames() if "#" in path or "%" in path else ()
        first = Path(FileSequence.of_pattern(path).path(frames[0])) if frames else Path(path)
        if not first.is_file():
            raise MediaError(f"there is no {path}", "choose a movie, a sequence or a picture")
        from nodegraph.media.open import Headers, open_picture

        form = open_picture(first, Headers()).format
        first_frame, last_frame = (frames[0], frames[-1]) if frames else (FIRST, FIRST)
        graph = graph.with_shot(name=name, first=first_frame, last=last_frame, format=form)
    graph = graph.add("Read", "Read1", file=path)
    return Document(placed(graph, Read1=(0, 0)))
