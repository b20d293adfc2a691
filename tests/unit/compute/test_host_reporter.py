"""A host's report in words."""

from __future__ import annotations

import re

from nova_lite.compute.host_reporter import uptime


def test_uptime_says_what_the_command_says() -> None:
    said = uptime(86400 + 3661)
    assert re.fullmatch(
        r"01:01:01 up (\d+ days?, )?[ \d]\d:\d\d,  load average: \d+\.\d\d, \d+\.\d\d, \d+\.\d\d", said
    ), said
