"""Secrets on the disk."""

import stat
from pathlib import Path

from stack import files


def mode(path: Path) -> int:
    """Permission bits."""
    return stat.S_IMODE(path.stat().st_mode)


def test_secrets_are_for_their_owner(tmp_path: Path) -> None:
    """Mode 0600, also when the file was open before."""
    path = tmp_path / "secret"
    path.write_text("old", encoding="utf-8")
    path.chmod(0o644)
    assert files.write_private(path, "new")
    assert (path.read_text(encoding="utf-8"), mode(path)) == ("new", 0o600)
    path.chmod(0o644)
    assert not files.write_private(path, "new")
    assert mode(path) == 0o600


def test_a_password_is_made_once(tmp_path: Path) -> None:
    """And is long enough not to be guessed."""
    first = files.password(tmp_path / "p")
    assert files.password(tmp_path / "p") == first
    assert len(first) >= 20
    assert files.password(tmp_path / "q") != first
