"""The shot's displays and views in the viewer: loaded and baked on a thread, then chosen by name."""

from __future__ import annotations

from typing import Protocol

from nodegraph.colour.config import Config, load_config
from nodegraph.editor.app import App
from nodegraph.editor.panes.viewer_bar import QUICK, Bar
from nodegraph.editor.panes.viewer_looker import Looker
from nodegraph.editor.panes.viewer_settings import Settings


class Home(Protocol):
    """What it works for: the pane."""

    settings: Settings
    bar: Bar

    @property
    def looker(self) -> Looker: ...

    def set(self, settings: Settings) -> None: ...

    def redraw(self) -> None: ...


class Colours:
    """Which config there is, and by what name its views go in the tool bar."""

    def __init__(self, app: App, home: Home) -> None:
        self.app = app
        self.home = home
        self.config: Config | None = None
        self.name: str | None = None
        self.views: dict[str, tuple[str, str]] = {}  # as shown -> display, view

    @property
    def shown(self) -> str:
        """The view, as the bar has it."""
        look = self.home.settings.look
        chosen = (look.display, look.view)
        return next((name for name, each in self.views.items() if each == chosen), QUICK)

    def load(self, name: str) -> None:
        """Take the views of a config; until it is there the picture is shown as an sRGB screen shows it."""
        if name != self.name:
            self.name = name
            self.home.looker.apart(lambda: _loaded(name), lambda config: self._took(name, config))

    def choose(self, name: str) -> None:
        """Show the picture through a view; it is baked first, which may take a second."""
        config = self.config
        if config is None or name not in self.views:
            self.home.set(self.home.settings.viewed("", ""))
            return
        display, view = self.views[name]
        space = self.app.state.graph.shot.space
        self.home.looker.apart(
            lambda: _baked(config, display, view, space),
            lambda _: self.home.set(self.home.settings.viewed(display, view)),
        )

    def _took(self, name: str, config: Config) -> None:
        if name != self.name:
            return
        self.config = config
        self.views = names_of(config)
        self.home.bar.views(list(self.views))
        self.home.redraw()
        first = next(iter(self.views), "")
        if first:
            self.choose(first)


def names_of(config: Config) -> dict[str, tuple[str, str]]:
    """Every view of every display by a short name, the config's own default first."""
    usual = config.default_display
    found: dict[str, tuple[str, str]] = {}
    first = (usual, config.view(usual))
    rows = [first]
    for display in (usual, *(each for each in config.displays if each != usual)):
        rows += [(display, view) for view in config.views(display) if (display, view) != first]
    for display, view in rows:
        screen = display.partition(" - ")[0]
        short = f"{view.partition(' (')[0]}  {screen}"
        found[f"{view}  {screen}" if short in found else short] = (display, view)
    return found


def _loaded(name: str) -> Config:
    config = load_config(name)
    display = config.default_display
    _baked(config, display, config.view(display), config.working)
    return config


def _baked(config: Config, display: str, view: str, space: str) -> None:
    from nodegraph.colour.display import baked_view

    baked_view(config, display, view, space or config.working)
