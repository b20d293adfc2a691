"""Levels: which version a sender speaks to the servers of each interface, so that all of them understand it."""

from __future__ import annotations

from collections.abc import Mapping

from nova_lite.core.clock import Clock
from nova_lite.rpc.errors import CannotSend, UnsupportedVersion
from nova_lite.rpc.interface import AnyInterface
from nova_lite.rpc.version import Version

AUTO = "auto"
ENVELOPE = "envelope"  # among a topic's versions: the newest envelope that all its servers read
MEMORY = 60.0  # seconds for which a refusal is remembered: the server that refused may be upgraded since


class Levels:
    """Of one bus. A pin is obeyed; otherwise the lowest that is known to run counts, and what refusals have taught."""

    def __init__(self, pins: Mapping[str, str], clock: Clock) -> None:
        """:param pins: version by interface, or ``auto``. :raises ContractError: one is not a version."""
        self._pins = {name: Version.parse(text) for name, text in pins.items() if text != AUTO}
        self._clock = clock
        self._told: Mapping[str, Mapping[str, str]] = {}
        self._learned: dict[str, tuple[Version, float]] = {}

    def tell(self, lowest: Mapping[str, Mapping[str, str]]) -> None:
        """The lowest versions that run now: by topic, by interface (``envelope`` among them)."""
        self._told = lowest

    def of(self, declared: AnyInterface) -> Version:
        """What to speak.

        :raises CannotSend: it is pinned to a version that this process does not know.
        """
        pin = self._pins.get(declared.name)
        if pin is not None:
            return checked(declared, pin)
        known = self._known(declared)
        # Of another major or newer: they understand us, or refuse us by name.
        return known if known is not None and declared.version.understands(known) else declared.version

    def pinned(self, declared: AnyInterface) -> bool:
        """True when the operator has said what to speak."""
        return declared.name in self._pins

    def learn(self, declared: AnyInterface, spoken: Version, refusal: UnsupportedVersion) -> Version | None:
        """A server has refused what was spoken: the version to try instead, None when there is none."""
        text = refusal.details.get("understood")
        if refusal.details.get("interface") != declared.name or not isinstance(text, str) or self.pinned(declared):
            return None
        understood = Version.parse(text)
        if understood >= spoken or not declared.version.understands(understood):
            return None
        self._learned[declared.name] = understood, self._clock.monotonic() + MEMORY
        return understood

    def envelope(self, target: str) -> int | None:
        """The newest envelope that every server of a target reads; None when nobody has said that it is not ours."""
        text = self._told.get(target, {}).get(ENVELOPE)
        return int(text) if text else None

    def _known(self, declared: AnyInterface) -> Version | None:
        text = self._told.get(declared.topic, {}).get(declared.name)
        known = Version.parse(text) if text else None
        learned = self._learned.get(declared.name)
        if learned is None:
            return known
        if self._clock.monotonic() > learned[1]:
            self._learned.pop(declared.name, None)
            return known
        return learned[0] if known is None else min(known, learned[0])


def checked(declared: AnyInterface, version: Version) -> Version:
    """:raises CannotSend: this process does not know the version."""
    if not declared.version.understands(version):
        raise CannotSend(f"{declared.name} {version} is not known here, {declared.version} is")
    return version
