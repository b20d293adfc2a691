"""What goes wrong while a stack is put up or taken down."""

from pathlib import Path


class StackError(Exception):
    """A step cannot be done: what is wrong, what the user can do, and the log that tells more."""

    def __init__(self, message: str, remedy: str = "", log: Path | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy
        self.log = log


def tail(log: Path | None, lines: int = 15) -> str:
    """The last lines of a log; empty when there is none."""
    if log is None or not log.exists():
        return ""
    with log.open("rb") as file:
        file.seek(0, 2)
        file.seek(max(0, file.tell() - 16384))
        return "\n".join(file.read().decode("utf-8", "replace").splitlines()[-lines:])
