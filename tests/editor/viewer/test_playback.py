"""Playback against a plain walk along the frames."""

from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nodegraph.editor.viewer.playback import Ends, Newest, Playing, Tally
from nodegraph.editor.viewer.reel import Reel, order, ranges, room, without

RATE = Fraction(24000, 1001)


def walked(first: int, last: int, start: int, way: int, ends: Ends, steps: int) -> int:
    frame = start
    for _ in range(steps):
        after = frame + way
        if first <= after <= last:
            frame = after
        elif ends is Ends.LOOP:
            frame = first if way > 0 else last
        elif ends is Ends.BOUNCE and first < last:
            way = -way
            frame += way
    return frame


@given(
    st.integers(-5, 5),
    st.integers(0, 7),
    st.integers(0, 7),
    st.sampled_from([1, -1]),
    st.sampled_from(Ends),
    st.integers(0, 40),
)
def test_frames_come_as_one_would_walk_them(first: int, more: int, at: int, way: int, ends: Ends, steps: int) -> None:
    playing = Playing(first, first + more, RATE, first + min(at, more), 10.0, way, ends)
    assert playing.after(steps) == walked(first, first + more, first + min(at, more), way, ends, steps)


@given(st.integers(0, 30), st.integers(0, 30), st.sampled_from(Ends), st.sampled_from([1, -1]))
def test_a_change_on_the_way_goes_on_from_there(one: int, two: int, ends: Ends, way: int) -> None:
    playing = Playing(1, 6, Fraction(25), 3, 0.0, way, ends)
    later = playing.from_here(one / 25)
    assert later.frame(one / 25) == playing.frame(one / 25)
    assert later.after(two) == playing.after(one + two)


def test_an_hour_at_the_films_rate_drifts_by_nothing() -> None:
    playing = Playing(1001, 1100, RATE, 1001, 0.0)
    for steps in (1, 24, 86313):
        due = steps * 1001 / 24000
        assert playing.step(due) == steps
        assert playing.step(due - 0.001) == steps - 1
        assert playing.next_due(due - 0.001) == pytest.approx(due)


def test_dropped_frames_are_counted_and_shown_ones_not_twice() -> None:
    tally = Tally(Playing(1, 100, Fraction(10), 1, 0.0))
    assert [tally.show(now) for now in (0.0, 0.05, 0.1, 0.45, 0.5)] == [1, None, 2, 5, 6]
    assert (tally.shown, tally.dropped) == (4, 2)
    assert tally.reached == pytest.approx(3 / 0.5)


def test_every_frame_is_shown_however_long_it_takes() -> None:
    tally = Tally(Playing(1, 3, Fraction(10), 1, 0.0, ends=Ends.BOUNCE))
    moments = (0.0, 0.05, 0.1, 0.9, 0.95, 1.0, 1.1)
    assert [tally.every(now) for now in moments] == [1, None, 2, 3, None, 2, 1]
    assert tally.dropped == 0


def test_play_that_stops_says_when() -> None:
    playing = Playing(1, 5, Fraction(1), 3, 0.0, ends=Ends.STOP)
    assert not playing.over(2.5)
    assert playing.over(3.0)
    assert playing.frame(99) == 5


def test_the_newest_request_wins_and_nothing_queues() -> None:
    newest: Newest[int] = Newest()
    started = [newest.ask(frame) for frame in range(100)]
    assert [each for each in started if each is not None] == [0]
    assert newest.done(0) == (True, 99)
    assert newest.ask(99) is None
    assert newest.done(5) == (False, None)
    assert newest.done(99) == (True, None)
    assert newest.ask(7) == 7
    newest.ask(8)
    assert newest.ask(7) is None
    assert newest.done(7) == (True, None)
    newest.ask(1)
    assert newest.give_up() == 1
    assert newest.done(1) == (False, None)


@given(
    st.lists(st.tuples(st.integers(1, 20), st.integers(1, 40)), max_size=60),
    st.integers(1, 20),
    st.sampled_from([1, -1]),
)
def test_the_reel_never_holds_more_than_its_budget(puts: list[tuple[int, int]], playhead: int, way: int) -> None:
    reel: Reel[str] = Reel(100)
    for frame, size in puts:
        kept = reel.put(frame, "k", str(frame), size, playhead, (1, 20), way)
        assert (reel.get(frame, "k") == str(frame)) is kept
        assert reel.used == sum(each.nbytes for each in reel.kept.values()) <= 100


def test_the_frame_that_play_reaches_last_makes_room() -> None:
    reel: Reel[int] = Reel(50)
    for frame in range(1, 6):
        assert reel.put(frame, 0, frame, 10, 1, (1, 10))
    assert not reel.put(6, 0, 6, 10, 1, (1, 10))
    assert reel.put(6, 0, 6, 10, 3, (1, 10))
    assert reel.bar() == [(1, 1), (3, 6)]
    assert reel.get(3, "another graph") is None
    reel.keep_only({3: 0, 4: 1})
    assert reel.bar() == [(3, 3)]


@given(st.sets(st.integers(-30, 30)))
def test_ranges_are_the_frames_and_as_few_as_can_be(frames: set[int]) -> None:
    found = ranges(frames)
    assert {frame for first, last in found for frame in range(first, last + 1)} == frames
    assert all(b[0] > a[1] + 1 for a, b in pairwise(found))


def test_play_asks_for_what_is_ahead_first() -> None:
    assert [*order(3, (1, 5))] == [3, 4, 5, 1, 2]
    assert [*order(3, (1, 5), -1)] == [3, 2, 1, 5, 4]
    assert room(100, 33) == 3
    assert next(order(10**12, (1, 10**12))) == 10**12, "no frame is looked at that nobody asks for"


@given(st.sets(st.integers(-9, 30)), st.integers(-5, 5), st.integers(0, 20))
def test_the_frames_that_are_left(frames: set[int], first: int, more: int) -> None:
    span = (first, first + more)
    assert without(frames, span) == ranges(frame for frame in range(first, first + more + 1) if frame not in frames)


def test_a_range_of_absurd_length_has_few_stretches() -> None:
    assert without([5, 6, 10**15], (1, 10**15)) == [(1, 4), (7, 10**15 - 1)]
