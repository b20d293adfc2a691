"""The peers' own virtual environment, under var/: made once from pinned requirements."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
REQUIREMENTS = ROOT / "requirements-peers.txt"


def interpreter() -> Path:
    """The Python of the environment, made anew when its requirements have changed. Raises CalledProcessError."""
    place = ROOT / "var" / "peers" / "oslo.messaging"
    python, stamp = place / "bin" / "python", place / "requirements.txt"
    if not (stamp.exists() and stamp.read_bytes() == REQUIREMENTS.read_bytes()):
        print("installing the peers ...", file=sys.stderr, flush=True)
        subprocess.run([sys.executable, "-m", "venv", "--clear", place], check=True)
        pip: list[str | Path] = [python, "-m", "pip", "-q", "--disable-pip-version-check", "install", "--no-deps", "-r", REQUIREMENTS]
        subprocess.run(pip, check=True)
        stamp.write_bytes(REQUIREMENTS.read_bytes())
    return python
