"""``tempest.conf`` for a cloud that stack.sh has put up."""

from __future__ import annotations

import configparser
from pathlib import Path
from typing import Any

import requests

from tests.clients.stack import Stack

SNAPSHOT = 0.5  # seconds that a pretended host takes for one
Sections = dict[str, dict[str, object]]


def write(stack: Stack, directory: Path) -> Path:
    """Make what Tempest needs in the cloud, and the file that names it."""
    client = stack.client()
    # Tempest uploads a thousand stars as an image of any format: such a cloud is needed for half of its image tests.
    _configure(stack, "nova-lite-api", "[image]\nrequire_format_match = false\n")
    # And it wants to see an image being saved, for which a pretended host must take as long as a real one.
    computes = sorted(path.stem for path in (stack.state / "etc").glob("nova-lite-compute*.conf"))
    for compute in computes:
        _configure(stack, compute, f"[fake]\ndelays = snapshot:{SNAPSHOT}\n")
    client.wait_for_api()
    client.wait_for_hosts(len(computes))
    data = directory / "image.raw"
    data.write_bytes(bytes(1 << 20))
    images = [client.upload(data, name, "raw") for name in ("tempest", "tempest-alt")]
    public = _external_network(client.session, client.url)
    client.close()
    file = directory / "tempest.conf"
    parser = configparser.ConfigParser(interpolation=None)
    parser.read_dict(_sections(stack.openrc(), images, public, directory))
    with file.open("w") as stream:
        parser.write(stream)
    return file


def _configure(stack: Stack, daemon: str, text: str) -> None:
    with (stack.state / "etc" / f"{daemon}.conf").open("a") as configuration:
        configuration.write(f"\n{text}")
    running = stack.daemon(daemon)
    running.terminate()
    running.wait(60)  # the stack's supervisor starts it again


def _external_network(session: requests.Session, url: str) -> str | None:
    """The id of the network that routers lead to; empty when there is none, None without a network service."""
    answer = session.get(f"{url}/network/v2.0/networks?router:external=true", timeout=30)
    if not answer.ok:
        return None
    networks: list[dict[str, Any]] = answer.json()["networks"]
    return str(networks[0]["id"]) if networks else ""


def _sections(openrc: dict[str, str], images: list[str], public: str | None, directory: Path) -> Sections:
    return {
        "DEFAULT": {"log_file": directory / "tempest.log", "debug": False},
        "auth": {
            "use_dynamic_credentials": True, "create_isolated_networks": public is not None,
            "admin_username": openrc["OS_USERNAME"], "admin_password": openrc["OS_PASSWORD"],
            "admin_project_name": openrc["OS_PROJECT_NAME"], "admin_domain_name": "Default",
        },
        "oslo_concurrency": {"lock_path": directory / "locks"},
        "service_available": {
            "nova": True, "glance": True, "neutron": True, "cinder": False, "swift": False,
            "horizon": False,
        },
        "validation": {"run_validation": False},
        **_identity(openrc["OS_AUTH_URL"].removesuffix("/v3")),
        **_compute(images),
        **_network(public),
        "image-feature-enabled": {
            "api_v2": True, "import_image": True, "image_format_enforcement": False,
        },
    }


def _identity(url: str) -> Sections:
    return {
        "identity": {
            "uri_v3": f"{url}/v3", "auth_version": "v3", "region": "RegionOne",
            "user_lockout_failure_attempts": 5, "user_lockout_duration": 1, "user_unique_last_password_count": 1,
        },
        "identity-feature-enabled": {"api_v2": False, "api_v3": True, "security_compliance": True},
    }


def _compute(images: list[str]) -> Sections:
    can = dict.fromkeys((
        "resize", "console_output", "pause", "suspend", "rescue", "shelve", "snapshot", "live_migration",
        "cold_migration", "interface_attach", "config_drive", "metadata_service",
    ), True)
    cannot = dict.fromkeys((
        "vnc_console", "change_password", "personality", "swap_volume", "volume_multiattach", "stable_rescue",
    ), False)
    return {
        "compute": {
            "image_ref": images[0], "image_ref_alt": images[1], "flavor_ref": "42", "flavor_ref_alt": "84",
            "build_interval": 1, "build_timeout": 60, "min_compute_nodes": 1, "max_microversion": "latest",
        },
        "compute-feature-enabled": {**can, **cannot},
    }


def _network(public: str | None) -> Sections:
    return {
        "network": {
            "public_network_id": public or "", "floating_network_name": "public" if public else "",
            "project_network_cidr": "10.100.0.0/16", "project_network_mask_bits": 28,
        },
        "network-feature-enabled": {"floating_ips": bool(public), "ipv6_subnet_attributes": True},
    }
