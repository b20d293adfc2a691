"""``tempest.conf`` for a cloud that stack.sh has put up. What it says that the cloud can do, the cloud can do."""

from __future__ import annotations

import configparser
from pathlib import Path

from tests.integration.tempest.resources import Resources

NANO, MICRO = "42", "84"  # flavors that a new cloud has
FIXED = "private"  # the network that a new cloud has
BUILD_TIMEOUT = 300  # seconds; a machine may be busy with other things too
Sections = dict[str, dict[str, object]]


def write(openrc: dict[str, str], resources: Resources, directory: Path) -> Path:
    """The file, in ``directory``; ``openrc`` is the admin's environment."""
    file = directory / "tempest.conf"
    parser = configparser.ConfigParser(interpolation=None)
    parser.read_dict(_sections(openrc, resources, directory))
    with file.open("w") as stream:
        parser.write(stream)
    return file


def _sections(openrc: dict[str, str], resources: Resources, directory: Path) -> Sections:
    return {
        "DEFAULT": {"log_file": directory / "tempest.log", "debug": False},
        "auth": {
            "use_dynamic_credentials": True,
            # Of a project's own network the host of its guests knows nothing; the shared one it reaches.
            "create_isolated_networks": not resources.guests_are_real,
            "admin_username": openrc["OS_USERNAME"], "admin_password": openrc["OS_PASSWORD"],
            "admin_project_name": openrc["OS_PROJECT_NAME"], "admin_domain_name": "Default",
        },
        "oslo_concurrency": {"lock_path": directory / "locks"},
        "service_available": {
            "nova": True, "glance": True, "neutron": True, "cinder": False, "swift": False,
            "horizon": False,
        },
        "validation": {
            "run_validation": resources.guests_are_real, "connect_method": "fixed", "network_for_ssh": FIXED,
            "image_ssh_user": "root", "ssh_timeout": BUILD_TIMEOUT,
        },
        **_identity(openrc["OS_AUTH_URL"].removesuffix("/v3")),
        **_compute(resources),
        **_network(resources),
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


def _compute(resources: Resources) -> Sections:
    can = dict.fromkeys((
        "resize", "console_output", "pause", "suspend", "rescue", "shelve", "snapshot", "live_migration",
        "cold_migration", "interface_attach", "config_drive", "vnc_console", "personality",
    ), True)
    cannot = dict.fromkeys((
        "metadata_service", "swap_volume", "volume_multiattach", "stable_rescue",
    ), False)
    # Tempest would not wait until a real guest's agent answers.
    can["change_password"] = not resources.guests_are_real
    image, alternative = resources.images
    return {
        "compute": {
            "image_ref": image, "image_ref_alt": alternative, "flavor_ref": NANO, "flavor_ref_alt": MICRO,
            "build_interval": 1, "build_timeout": BUILD_TIMEOUT, "min_compute_nodes": resources.hosts,
            "max_microversion": "latest", "fixed_network_name": FIXED,
        },
        "compute-feature-enabled": {**can, **cannot},
    }


def _network(resources: Resources) -> Sections:
    return {
        "network": {
            "public_network_id": resources.external_network, "floating_network_name": "public",
            "project_network_cidr": "10.100.0.0/16", "project_network_mask_bits": 28,
        },
        "network-feature-enabled": {
            "floating_ips": True, "ipv6_subnet_attributes": True, "api_extensions": ",".join(resources.extensions),
        },
    }
