"""Playing on the timeline: at the shot's rate, round and round, and how many frames came too late."""

from __future__ import annotations

from nodegraph.editor.app import App
from nodegraph.editor.panes.timeline_others import Remembers
from nodegraph.editor.state import State
from nodegraph.editor.viewer.playback import Ends, Playing, Tally

SAID = 6.0  # seconds that it is told after play what was dropped


class Player:
    """Goes from frame to frame while the state says that it plays."""

    def __init__(self, app: App) -> None:
        self.app = app
        self.ends = Ends.LOOP
        self.tally: Tally | None = None
        self.skipped = 0
        self._before = 0  # dropped before play was begun anew on the way
        self._went = 0  # the frame that play went to last
        self._until = 0.0  # so long it is told what was dropped

    def play(self, way: int) -> None:
        """Play forward (1) or backward (-1); at the end of a range that is played once, from its beginning."""
        state = self.app.state
        self.skipped, self.tally = 0, None
        at_end = state.frame == (state.last if way > 0 else state.first)
        if self.ends is Ends.STOP and at_end:
            self.app.goto(state.first if way > 0 else state.last)
        self._went = self.app.state.frame
        self.app.change(playing=way)

    def stop(self) -> None:
        """Stand still."""
        if self.app.state.playing:
            self.app.change(playing=0)

    def tick(self, now: float) -> bool:
        """Go on, if a frame is due; True while it plays."""
        state = self.app.state
        if not state.playing:
            if self.tally is not None:
                self.tally, self._until = None, now + SAID
                self.app.wake_in(SAID + 0.1, "dropped")
            if state.frame != self._went or now > self._until:
                self.skipped = 0
            return False
        if self.tally is None or state.frame != self._went or self._differs(self.tally.playing, state):
            skipped = self.skipped if self.tally is not None else 0
            start = min(max(state.frame, state.first), state.last)
            rate = state.graph.shot.fps
            playing = Playing(state.first, state.last, rate, start, now, state.playing, self.ends)
            self.tally, self.skipped, self._before = Tally(playing), skipped, skipped
        frame = self.tally.show(now)
        if frame is not None:
            missed = max((pane.missed for pane in self.app.panes if isinstance(pane, Remembers)), default=0)
            self.skipped = max(self._before + self.tally.dropped, missed)
            self._went = frame
            self.app.goto(frame)
        if self.tally.playing.over(now):
            self.stop()
        return True

    def _differs(self, playing: Playing, state: State) -> bool:
        return (playing.first, playing.last, playing.way, playing.ends, playing.rate) != (
            state.first,
            state.last,
            state.playing,
            self.ends,
            state.graph.shot.fps,
        )
