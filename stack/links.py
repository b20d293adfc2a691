"""Short names for deep directories: the path of a Unix socket may have 107 bytes only."""

import hashlib
import os
import tempfile
from pathlib import Path

from stack.errors import StackError

SOCKET_PATH_LIMIT = 107
ROOM_FOR_NAME = 40


def short(directory: Path) -> Path:
    """The directory itself when sockets in it have short enough paths; otherwise where its short link is or will be."""
    if len(os.fsencode(directory)) + ROOM_FOR_NAME <= SOCKET_PATH_LIMIT:
        return directory
    digest = hashlib.sha256(os.fsencode(directory)).hexdigest()[:12]
    return _base() / f"nova-lite-{digest}"


def make(directory: Path) -> Path:
    """Create the directory, and its short link where one is needed; what to use in paths of sockets.

    Raises StackError when something else stands in the link's place.
    """
    directory.mkdir(parents=True, exist_ok=True)
    link = short(directory)
    if link != directory and not _is_ours(link, directory):
        try:
            link.symlink_to(directory)
        except FileExistsError as error:
            raise StackError(f"{link} is in the way", f"remove {link}") from error
    return link


def remove(directory: Path) -> None:
    """Remove the short link, if there is one."""
    link = short(directory)
    if link != directory and _is_ours(link, directory):
        link.unlink()


def _is_ours(link: Path, directory: Path) -> bool:
    return link.is_symlink() and link.lstat().st_uid == os.geteuid() and Path(os.readlink(link)) == directory


def _base() -> Path:
    if os.geteuid() == 0 and os.access("/run", os.W_OK):
        return Path("/run")
    return Path(os.environ.get("XDG_RUNTIME_DIR") or tempfile.gettempdir())
