"""Gates: points at which a fake hypervisor waits until it is let through. Tests end or freeze processes there."""

from __future__ import annotations

from pathlib import Path

from nova_lite.core import concurrency

POLL = 0.02  # seconds between two looks at a closed gate


class Gates:
    """A directory of files. ``METHOD.before`` or ``METHOD.after`` holds every call of that driver method there; for
    each call that waits there is ``METHOD.before.UUID``, and the call goes on once ``METHOD.before`` is gone.
    """

    def __init__(self, directory: Path | None) -> None:
        self._directory = directory

    def pass_through(self, name: str, uuid: str) -> None:
        """Wait while the gate is closed."""
        if self._directory is None or not (self._directory / name).exists():
            return
        waiting = self._directory / f"{name}.{uuid}"
        waiting.touch()
        while (self._directory / name).exists():
            concurrency.sleep(POLL)
        waiting.unlink(missing_ok=True)
