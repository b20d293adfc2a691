"""One compute process works on a host at a time."""

from __future__ import annotations

from pathlib import Path

import pytest

from nova_lite.compute import host_lock
from nova_lite.compute.host_lock import HostLock
from nova_lite.core import concurrency
from nova_lite.core.errors import Conflict

pytestmark = pytest.mark.promise(2)


def test_a_second_process_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(host_lock, "PATIENCE", 0.0)
    first, second = HostLock(tmp_path / "state/lock"), HostLock(tmp_path / "state/lock")
    first.setup()
    with pytest.raises(Conflict, match="another compute process"):
        second.setup()
    second.kill()
    first.kill()


def test_a_successor_waits_for_its_predecessor(tmp_path: Path) -> None:
    first, second = HostLock(tmp_path / "lock"), HostLock(tmp_path / "lock")
    first.setup()
    waiting = concurrency.spawn(second.setup)
    first.stop(0.0)
    waiting.wait(60.0)
    second.kill()
