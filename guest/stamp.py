"""Whether an image on disk is still what the recipe would build."""

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path


def recipe_files(directory: Path) -> tuple[Path, ...]:
    """The files whose content decides what is built: the package's modules and everything below rootfs/."""
    files = (*directory.glob("*.py"), *(directory / "rootfs").rglob("*"))
    return tuple(sorted(path for path in files if path.is_file()))


def fingerprint(directory: Path, files: Iterable[Path], words: Iterable[str]) -> str:
    """A SHA-256 over `words` and the names (in `directory`, or whole if outside), modes and contents of `files`."""
    total = hashlib.sha256()
    for word in words:
        total.update(f"word {word}\n".encode())
    for path in files:
        name = path.relative_to(directory) if path.is_relative_to(directory) else path
        executable = bool(path.stat().st_mode & 0o100)
        total.update(f"file {name} {executable} {hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return total.hexdigest()


def stamp_of(output: Path) -> Path:
    """Where the stamp of an image is kept: beside it."""
    return output.with_name(output.name + ".stamp")


def is_current(output: Path, wanted: str) -> bool:
    """True if `output` was built from the recipe with fingerprint `wanted` and still has its size."""
    try:
        found = json.loads(stamp_of(output).read_text())
        return bool(found == {"recipe": wanted, "bytes": output.stat().st_size})
    except (OSError, ValueError):
        return False


def write(output: Path, fingerprint_: str) -> None:
    """Record that `output` is what the recipe with this fingerprint builds."""
    content = {"recipe": fingerprint_, "bytes": output.stat().st_size}
    stamp_of(output).write_text(json.dumps(content) + "\n")
