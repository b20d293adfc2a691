import logging

import pytest

from nova_lite.virt.pump import Pump


def test_everything_is_delivered_in_order_and_one_failure_keeps_nothing(caplog: pytest.LogCaptureFixture) -> None:
    heard = []

    def listen(item: int) -> None:
        if item == 1:
            raise ValueError("no ones")
        heard.append(item)

    pump = Pump(listen)
    with caplog.at_level(logging.ERROR):
        for item in range(4):
            pump.put(item)
        pump.close()
    assert heard == [0, 2, 3]
    assert "an event was not taken: 1" in caplog.text


def test_what_comes_too_late_is_dropped() -> None:
    heard: list[int] = []
    pump = Pump(heard.append)
    pump.close()
    pump.put(1)
    assert heard == []
