"""An API that cannot serve says why and ends, instead of starting its workers again for ever."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from nova_lite.identity import ensure_key
from stack.servers import free_port

ROOT = Path(__file__).resolve().parents[3]
PATIENCE = 300.0  # seconds; it takes one or two where nothing else runs


def serve(directory: Path, more: str) -> subprocess.CompletedProcess[str]:
    """Run nova-lite-api to its end."""
    (directory / "api.conf").write_text(
        f"[database]\nconnection = sqlite:///{directory}/db\n[rpc]\nsigning = false\nzmq_ipc_dir = {directory}\n"
        f"[identity]\ntoken_key_dir = {directory}/tokens\n[api]\nport = {free_port()}\n{more}\n"
    )
    return subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "nova_lite.cmd.api", "--config-file", str(directory / "api.conf")],
        cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE, stdin=subprocess.DEVNULL, check=False,
    )


def test_without_a_key_for_tokens(tmp_path: Path) -> None:
    ended = serve(tmp_path, "")
    assert ended.returncode == 2
    assert f"No token key (*.pem) in {tmp_path}/tokens: run nova-lite-manage bootstrap." in ended.stderr


def test_without_a_keystone_to_ask(tmp_path: Path) -> None:
    ended = serve(tmp_path, "auth_strategy = keystone")
    assert ended.returncode == 2
    assert "[keystone_authtoken] auth_url must say where" in ended.stderr


@pytest.mark.parametrize("workers", [1, 2])
def test_when_no_worker_can_be_built(tmp_path: Path, workers: int) -> None:
    ensure_key(tmp_path / "tokens")
    ended = serve(tmp_path, f"paste_config = {tmp_path}/nowhere.ini\nworkers = {workers}")
    assert ended.returncode == 1
    assert "nowhere.ini" in ended.stdout + ended.stderr
    assert "nova-lite-api could not start" in ended.stdout + ended.stderr
