"""Small pictures on cards and rows: made by a thread, shown when they are there."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from concurrent.futures import ThreadPoolExecutor

import dearpygui.dearpygui as dpg
import numpy as np
from numpy.typing import NDArray

from nodegraph.data.errors import NodegraphError
from nodegraph.editor.app import App

Small = NDArray[np.uint8]  # rows x columns x 3, as a screen shows it


class Pictures:
    """Textures by key. Who asks gets the picture at once or, when it has come, another call of `come`."""

    def __init__(self, app: App, come: Callable[[], None]) -> None:
        self.app = app
        self._come = come
        self.there: dict[Hashable, int | None] = {}
        self._asked: set[Hashable] = set()
        self._registry = 0
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="small pictures")
        self._closed = False
        self._telling = False

    def get(self, key: Hashable, make: Callable[[], Small]) -> int | None:
        """The texture of a key; None while it is made, and for good if it cannot be."""
        if key not in self.there and key not in self._asked and not self._closed:
            self._asked.add(key)
            self._pool.submit(self._make, key, make)
        return self.there.get(key)

    def put(self, key: Hashable, picture: Small) -> None:
        """Take in a picture that was made elsewhere; on the main thread."""
        self._asked.add(key)
        self._take(key, picture)

    def has(self, key: Hashable) -> bool:
        """True if the picture is there, or on its way."""
        return key in self.there or key in self._asked

    def _make(self, key: Hashable, make: Callable[[], Small]) -> None:
        try:
            picture = make()
        except (NodegraphError, OSError, ValueError):  # a card without a picture is no fault
            self.app.post(lambda: self._without(key))
            return
        self.app.post(lambda: self._take(key, picture))

    def _without(self, key: Hashable) -> None:
        self.there.setdefault(key, None)

    def _take(self, key: Hashable, picture: Small) -> None:
        if self._closed:
            return
        if not self._registry:
            self._registry = int(dpg.add_texture_registry())
        height, width = picture.shape[:2]
        light = np.ones((height, width, 4), np.float32)
        light[..., :3] = picture[..., :3].astype(np.float32) / 255
        self.there.pop(key, None)
        self.there[key] = int(dpg.add_static_texture(width, height, light.ravel().tolist(), parent=self._registry))
        if not self._telling:
            self._telling = True
            self.app.post(self._tell)

    def _tell(self) -> None:
        """All that have come by now are told of at once."""
        self._telling = False
        if not self._closed:
            self._come()

    def keep_only(self, keys: set[Hashable]) -> None:
        """Let go of all but these. Nothing that is drawn may hold on to the others."""
        for key in [key for key in self.there if key not in keys]:
            texture = self.there.pop(key)
            self._asked.discard(key)
            if texture is not None:
                dpg.delete_item(texture)

    def close(self) -> None:
        """The window closes."""
        self._closed = True
        self._pool.shutdown(wait=False, cancel_futures=True)
