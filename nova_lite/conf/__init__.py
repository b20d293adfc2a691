"""Configuration: options declared per room, loaded once in ``cmd`` into a frozen :class:`Settings`."""

from __future__ import annotations

import dataclasses
import difflib
import re
import socket
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from oslo_config import cfg

from nova_lite.conf.api import ApiSettings, IdentitySettings, ImageSettings, KeystoneSettings, QuotaSettings
from nova_lite.conf.compute import ComputeSettings, FakeSettings, LibvirtSettings
from nova_lite.conf.console import ConsoleSettings
from nova_lite.conf.control import ConductorSettings, SchedulerSettings
from nova_lite.conf.database import DatabaseSettings
from nova_lite.conf.network import NetworkSettings
from nova_lite.conf.notifications import NotificationSettings
from nova_lite.conf.options import options_of, values_of
from nova_lite.conf.process import ProcessSettings
from nova_lite.conf.rpc import RpcSettings, UpgradeLevels

# Group name -> (attribute of Settings, class): the whole configuration in one table.
GROUPS: dict[str, tuple[str, type[Any]]] = {
    "DEFAULT": ("process", ProcessSettings),
    "rpc": ("rpc", RpcSettings),
    "upgrade_levels": ("upgrade_levels", UpgradeLevels),
    "database": ("database", DatabaseSettings),
    "notifications": ("notifications", NotificationSettings),
    "api": ("api", ApiSettings),
    "keystone_authtoken": ("keystone", KeystoneSettings),
    "quota": ("quota", QuotaSettings),
    "identity": ("identity", IdentitySettings),
    "image": ("image", ImageSettings),
    "network": ("network", NetworkSettings),
    "scheduler": ("scheduler", SchedulerSettings),
    "conductor": ("conductor", ConductorSettings),
    "compute": ("compute", ComputeSettings),
    "libvirt": ("libvirt", LibvirtSettings),
    "fake": ("fake", FakeSettings),
    "console": ("console", ConsoleSettings),
}
DEFAULT_FILES = ("/etc/nova-lite/nova-lite.conf",)


class ConfigError(Exception):
    """The configuration breaks a rule; the message names the file, the option and the rule."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Settings:
    """Everything that can be configured, by room."""

    process: ProcessSettings
    rpc: RpcSettings
    upgrade_levels: UpgradeLevels
    database: DatabaseSettings
    notifications: NotificationSettings
    api: ApiSettings
    keystone: KeystoneSettings
    quota: QuotaSettings
    identity: IdentitySettings
    image: ImageSettings
    network: NetworkSettings
    scheduler: SchedulerSettings
    conductor: ConductorSettings
    compute: ComputeSettings
    libvirt: LibvirtSettings
    fake: FakeSettings
    console: ConsoleSettings


def load(files: Sequence[str], database: bool = True) -> Settings:
    """Read configuration files, later ones winning, into Settings with paths and the host name filled in.

    :param database: False for a daemon that must not know the database: a connection in its files is refused.
    :raises ConfigError: a file is missing or malformed, an option is unknown or its value breaks its rule.
    """
    files = list(files) or [name for name in DEFAULT_FILES if Path(name).exists()]
    for name in files:
        refuse_unknown(name)
    conf = cfg.ConfigOpts()
    for group, (_, kind) in GROUPS.items():
        conf.register_opts(options_of(kind), group=None if group == "DEFAULT" else group)
    try:
        conf(args=[], project="nova-lite", default_config_files=list(files), default_config_dirs=[])
        values = {
            attribute: values_of(kind, conf if group == "DEFAULT" else conf[group])
            for group, (attribute, kind) in GROUPS.items()
        }
    except cfg.ConfigFileValueError as error:
        raise ConfigError(_plain(str(error))) from error
    except cfg.Error as error:
        raise ConfigError(str(error)) from error
    settings = _filled(Settings(**values))
    if not database and settings.database.connection:
        raise ConfigError("[database] connection: this daemon has no business with the database; take it out of its "
                          "configuration files, so that a compromised host has nothing to find")
    return settings


def _filled(settings: Settings) -> Settings:
    state = Path(settings.process.state_path)
    replace = dataclasses.replace
    return replace(
        settings,
        process=replace(settings.process, host=settings.process.host or socket.gethostname()),
        notifications=replace(
            settings.notifications,
            spool_path=settings.notifications.spool_path or str(state / "notifications"),
            url=settings.notifications.url or settings.rpc.url,
        ),
        image=replace(settings.image, store_dir=settings.image.store_dir or str(state / "images")),
        compute=replace(
            settings.compute,
            instances_path=settings.compute.instances_path or str(state / "instances"),
            image_cache_path=settings.compute.image_cache_path or str(state / "image-cache"),
            networks_path=settings.compute.networks_path or str(state / "networks"),
        ),
    )


def refuse_unknown(name: str) -> None:
    """Refuse a file with a section or option that no room declares, naming the nearest one that exists.

    :raises ConfigError: as above, or the file cannot be read.
    """
    sections: dict[str, dict[str, list[str]]] = {}
    try:
        cfg.ConfigParser(name, sections).parse()
    except (OSError, cfg.ParseError) as error:
        raise ConfigError(f"{name}: {error}") from error
    for section, entries in sections.items():
        if section not in GROUPS:
            raise ConfigError(f"{name}: unknown section [{section}]{_nearest(section, list(GROUPS))}")
        known = [field.name for field in dataclasses.fields(GROUPS[section][1])]
        for entry in entries:
            if entry not in known:
                raise ConfigError(f"{name}: unknown option {entry!r} in [{section}]{_nearest(entry, known)}")


def _plain(message: str) -> str:
    # oslo.config shows where a value comes from as the repr of its own tuple; the file's name is what helps.
    return re.sub(r"from LocationInfo\(.*detail='([^']*)'\)", r"from \1", message)


def _nearest(name: str, known: list[str]) -> str:
    close = difflib.get_close_matches(name, known, n=1)
    return f"; did you mean {close[0]!r}?" if close else f"; known are {', '.join(known)}"
