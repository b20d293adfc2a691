"""An ordered clock: later with every reading, and not lost when the machine's clock was wrong."""

from __future__ import annotations

from nova_lite.core.clock import ManualClock, OrderedClock


def test_every_reading_is_later_though_the_clock_stands_still_or_goes_back() -> None:
    clock = ManualClock(1000.0)
    ordered = OrderedClock(clock)
    readings = [ordered.now(), ordered.now()]
    clock.advance(-20.0)
    readings += [ordered.now(), ordered.now()]
    clock.advance(21.0)
    readings.append(ordered.now())
    assert readings == sorted(set(readings))
    assert readings[0] == 1000.0 and readings[-1] == 1001.0


def test_a_clock_that_was_far_ahead_is_believed_once_it_is_right() -> None:
    clock = ManualClock(5000.0)
    ordered = OrderedClock(clock, patience=30.0)
    ordered.now()
    clock.advance(-31.0)
    assert ordered.now() == 4969.0
