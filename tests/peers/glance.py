"""Glance from its package: a store of files, tokens checked at an identity service of the test's choice."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from tests.peers.peer import Peer

CONFIGURATION = """\
[DEFAULT]
enabled_backends = files:file
[database]
connection = sqlite:///{data_dir}/glance.sqlite
[glance_store]
default_backend = files
[files]
filesystem_store_datadir = {data_dir}/images
[os_glance_staging_store]
filesystem_store_datadir = {data_dir}/staging
[os_glance_tasks_store]
filesystem_store_datadir = {data_dir}/tasks
[paste_deploy]
flavor = keystone
config_file = {paste}
[keystone_authtoken]
auth_type = password
auth_url = {user.auth_url}
www_authenticate_uri = {user.auth_url}
username = {user.name}
password = {user.password}
project_name = {user.project}
user_domain_name = Default
project_domain_name = Default
interface = public
"""


@dataclasses.dataclass(frozen=True)
class Validator:
    """The user as whom Glance checks tokens."""

    auth_url: str
    name: str
    password: str
    project: str


class Glance(Peer):
    """The image service; its files under ``data_dir/images``."""

    module = "glance.wsgi.api"

    def __init__(self, data_dir: Path, user: Validator, port: int | None = None) -> None:
        super().__init__(data_dir, port)
        self._user = user

    def make(self, template: Path) -> None:
        """Schema."""
        configuration = self._configured(template)
        self.manage("glance-manage", "--config-file", str(configuration), "db_sync")

    def configure(self) -> None:
        """Whom it asks about tokens."""
        self._configured(self.data_dir)

    def _configured(self, data_dir: Path) -> Path:
        configuration = data_dir / "glance-api.conf"
        paste = self.environment / "etc" / "glance" / "glance-api-paste.ini"
        configuration.write_text(CONFIGURATION.format(data_dir=data_dir, paste=paste, user=self._user), "ascii")
        return configuration

    def variables(self) -> dict[str, str]:
        return {**super().variables(), "OS_GLANCE_CONFIG_DIR": str(self.data_dir)}
