"""The text of every configuration file that stack.sh writes. Pure: values in, text out."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from stack.bridges import Plug
from stack.cloud import Cloud, Daemon

Sections = Mapping[str, Mapping[str, object]]


@dataclass(frozen=True)
class Facts:
    """What the servers and the hypervisor of a cloud turned out to be."""

    database_url: str
    broker_url: str
    libvirt_uri: str
    service_password: str
    plug: Plug


def ini(sections: Sections) -> str:
    """Sections and options in the syntax of oslo.config."""
    head = "# Written by stack.sh at every run; changes are lost.\n"
    return head + "".join(f"\n[{name}]\n{_options(values)}" for name, values in sections.items())


def _options(values: Mapping[str, object]) -> str:
    return "".join(f"{name} = {_text(value)}\n" for name, value in values.items())


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def configuration(cloud: Cloud, facts: Facts) -> dict[Path, str]:
    """Every configuration file of ours: path to text. Only the shared one, of API and conductor, names the database."""
    files = {cloud.etc / "nova-lite.conf": ini({**_common(cloud), **_bus(cloud, facts), **_control(cloud, facts)})}
    for daemon in cloud.daemons:
        sections: dict[str, Mapping[str, object]] = {"DEFAULT": {"pid_file": cloud.state / f"run/{daemon.name}.pid"}}
        if daemon.program == "nova-lite-scheduler":
            sections = {**_merged(_common(cloud), sections), **_bus(cloud, facts)}
        if daemon.program == "nova-lite-compute":
            sections = {
                **_merged(_common(cloud), sections, _host(cloud, daemon)),
                **_bus(cloud, facts),
                **_compute(cloud, daemon, facts),
            }
        files[daemon.configuration[-1]] = ini(sections)
    return files


def _merged(*parts: Sections) -> dict[str, Mapping[str, object]]:
    merged: dict[str, Mapping[str, object]] = {}
    for part in parts:
        for name, values in part.items():
            merged[name] = {**merged.get(name, {}), **values}
    return merged


def _common(cloud: Cloud) -> Sections:
    return {
        "DEFAULT": {"state_path": cloud.lib, "host": cloud.host},
        "notifications": {"driver": "spool", "spool_path": cloud.lib / "notifications"},
    }


def _host(cloud: Cloud, daemon: Daemon) -> Sections:
    """Several hosts of one machine share neither name nor the file with the host's identity."""
    alone = len(cloud.hosts) == 1
    return {"DEFAULT": {"host": daemon.host, "state_path": cloud.lib if alone else cloud.lib / "hosts" / daemon.host}}


def _bus(cloud: Cloud, facts: Facts) -> Sections:
    keys = {"key_dir": cloud.etc / "keys"}
    if cloud.choices.broker == "rabbit":
        return {"rpc": {"transport": "kombu", "url": facts.broker_url, **keys}}
    return {"rpc": {"transport": "zmq", "zmq_ipc_dir": cloud.run / "rpc", **keys}}


def _control(cloud: Cloud, facts: Facts) -> Sections:
    # SQLite has one writer at a time: a second conductor process would only wait for the first one.
    writers = {"conductor": {"workers": 1}} if cloud.choices.database == "sqlite" else {}
    return {
        **writers,
        "database": {"connection": facts.database_url},
        "api": {"listen": "127.0.0.1", "port": cloud.api_port, "public_url": cloud.url},
        "identity": {"token_key_dir": cloud.etc / "tokens"},
        "image": {"store_dir": cloud.lib / "images"},
        "network": {"plug": facts.plug.kind, "private_cidr": facts.plug.block},
    }


def _compute(cloud: Cloud, daemon: Daemon, facts: Facts) -> Sections:
    compute = {
        "driver": "fake" if cloud.choices.hypervisor == "fake" else "libvirt",
        "instances_path": cloud.instances if len(cloud.hosts) == 1 else cloud.instances / daemon.host,
        "image_cache_path": cloud.lib / "image-cache",
        "auth_url": f"{cloud.url}/identity/v3",
        "image_url": f"{cloud.url}/image",
        "username": "nova",
        "password": facts.service_password,
        "project_name": "service",
    }
    console = {"port": cloud.console_port(daemon.host)}
    if cloud.choices.hypervisor == "fake":
        return {"compute": compute, "console": console}
    compute["networks_path"] = cloud.networks
    return {"console": console, "compute": compute, "libvirt": {"uri": facts.libvirt_uri}}


def openrc(cloud: Cloud, password: str, libvirt_uri: str) -> str:
    """What a shell sources to use the cloud with the openstack client and virsh."""
    values = {
        "OS_AUTH_URL": f"{cloud.url}/identity/v3",
        "OS_USERNAME": "admin",
        "OS_PASSWORD": password,
        "OS_PROJECT_NAME": "admin",
        "OS_USER_DOMAIN_NAME": "Default",
        "OS_PROJECT_DOMAIN_NAME": "Default",
        "OS_IDENTITY_API_VERSION": "3",
        "OS_REGION_NAME": "RegionOne",
        **({"LIBVIRT_DEFAULT_URI": libvirt_uri} if libvirt_uri else {}),
    }
    lines = [f"export {name}={_quoted(value)}" for name, value in values.items()]
    path = f"PATH={_quoted(cloud.root / 'bin')}:{_quoted(cloud.root / '.venv/bin')}:$PATH"
    return "\n".join(["# . ./openrc: the admin of this cloud", *lines, f"export {path}"]) + "\n"


def _quoted(value: object) -> str:
    return "'" + str(value).replace("'", "'\\''") + "'"
