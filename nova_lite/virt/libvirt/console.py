"""The serial console's log, which libvirt's log daemon writes and rolls over."""

from __future__ import annotations

from pathlib import Path

from nova_lite.virt.driver import HypervisorUnavailable


def tail(log: Path, max_bytes: int) -> bytes:
    """The last ``max_bytes`` bytes of a log and, if it was rolled over lately, of the file before it (``.0``).

    :raises HypervisorUnavailable: the log is there and cannot be read, as after the log daemon has rolled it over to a
        file of its own user.
    """
    newest = _end(log, max_bytes)
    missing = max_bytes - len(newest)
    return _end(log.with_name(f"{log.name}.0"), missing) + newest if missing > 0 else newest


def _end(path: Path, max_bytes: int) -> bytes:
    if max_bytes <= 0:
        return b""
    try:
        with path.open("rb") as file:
            size = file.seek(0, 2)
            file.seek(max(0, size - max_bytes))
            return file.read(max_bytes)
    except FileNotFoundError:
        return b""
    except OSError as error:
        raise HypervisorUnavailable(f"the console log {path.name} cannot be read: {error.strerror}") from error
