"""What a fake host has, how slow it is, and how it fails."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from nova_lite.core.errors import Invalid

Kind = Literal["error", "unavailable", "crash"]
_WORD = re.compile(r"(?P<chance>\d+(?:\.\d+)?)%|(?P<count>\d+)x|(?P<after>after)|(?P<kind>unavailable|crash)")


@dataclasses.dataclass(frozen=True, slots=True)
class Failure:
    """How a method fails.

    ``probability`` of each call in 0..1; ``count``: after so many failures the method works (0: it never heals);
    ``after``: fail when the work has been done already, as a lost reply looks. ``kind`` ``error`` raises VirtError,
    ``unavailable`` HypervisorUnavailable, and ``crash`` ends the process at once, as kill -9 does.
    """

    message: str = "the fake hypervisor was told to fail"
    probability: float = 1.0
    count: int = 0
    after: bool = False
    kind: Kind = "error"

    @classmethod
    def parse(cls, text: str) -> Failure:
        """Read ``[CHANCE%] [COUNTx] [after] [unavailable|crash] [message]``, as in ``50% 3x the disk is on fire``.

        :raises Invalid: the chance is over 100 %.
        """
        failure, words = cls(), text.split()
        while words and (match := _WORD.fullmatch(words[0])):
            words.pop(0)
            failure = failure._with(match)
        if failure.probability > 1:
            raise Invalid(f"a failure cannot happen in more than 100 % of all calls: {text!r}")
        return dataclasses.replace(failure, message=" ".join(words)) if words else failure

    def _with(self, match: re.Match[str]) -> Failure:
        if match["chance"]:
            return dataclasses.replace(self, probability=float(match["chance"]) / 100)
        if match["count"]:
            return dataclasses.replace(self, count=int(match["count"]))
        if match["after"]:
            return dataclasses.replace(self, after=True)
        return dataclasses.replace(self, kind="crash" if match["kind"] == "crash" else "unavailable")


@dataclasses.dataclass(frozen=True, slots=True)
class FakeSettings:
    """A fake host. Sizes in MiB and GiB; delays in seconds by the driver's method names; ``*`` stands for any method.

    ``state_dir``: where domains survive the process (None: they do not). ``deaf_guests``: guests do not hear the
    power button. ``seed`` decides which calls fail when a failure is a matter of chance. ``gates``: see ``gates.py``.
    """

    vcpus: int = 16
    memory_mb: int = 65536
    local_gb: int = 1000
    delays: Mapping[str, float] = dataclasses.field(default_factory=dict)
    failures: Mapping[str, Failure] = dataclasses.field(default_factory=dict)
    seed: int = 0
    state_dir: Path | None = None
    deaf_guests: bool = False
    gates: Path | None = None
