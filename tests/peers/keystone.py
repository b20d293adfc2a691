"""Keystone from its package: fernet tokens, SQLite, bootstrapped with an administrator."""

from __future__ import annotations

import os
from pathlib import Path

from tests.peers.peer import Peer

CONFIGURATION = """\
[database]
connection = sqlite:///{data_dir}/keystone.sqlite
[fernet_tokens]
key_repository = {data_dir}/fernet
[fernet_receipts]
key_repository = {data_dir}/receipts
[credential]
key_repository = {data_dir}/credential
[identity]
password_hash_rounds = 4
[security_compliance]
lockout_failure_attempts = 5
lockout_duration = 30
"""


class Keystone(Peer):
    """User ``admin`` of project ``admin`` with :attr:`password`; its own endpoints are in the catalog."""

    module = "keystone.wsgi.api"

    @property
    def auth_url(self) -> str:
        return f"{self.url}/v3"

    def make(self, template: Path) -> None:
        """Keys and schema."""
        for name in ("fernet", "receipts", "credential"):
            (template / name).mkdir(mode=0o700)
        me = ("--keystone-user", str(os.geteuid()), "--keystone-group", str(os.getegid()))
        self._manage(template, "db_sync")
        self._manage(template, "fernet_setup", *me)

    def configure(self) -> None:
        """The administrator and the catalog."""
        urls = [f"--bootstrap-{kind}-url={self.auth_url}" for kind in ("public", "internal", "admin")]
        self._manage(
            self.data_dir, "bootstrap", f"--bootstrap-password={self.password}", "--bootstrap-region-id=RegionOne",
            *urls,
        )

    def _manage(self, data_dir: Path, *command: str) -> None:
        configuration = data_dir / "keystone.conf"
        configuration.write_text(CONFIGURATION.format(data_dir=data_dir), encoding="ascii")
        self.manage("keystone-manage", "--config-file", str(configuration), *command)

    def variables(self) -> dict[str, str]:
        return {**super().variables(), "OS_KEYSTONE_CONFIG_FILES": str(self.data_dir / "keystone.conf")}
