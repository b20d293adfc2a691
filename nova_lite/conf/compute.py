"""Options of the compute host and its drivers."""

from __future__ import annotations

import dataclasses

from nova_lite.conf.options import option


@dataclasses.dataclass(frozen=True, kw_only=True)
class ComputeSettings:
    """[compute]"""

    driver: str = option("libvirt", "Hypervisor driver.", choices=("libvirt", "fake"))
    instances_path: str = option("", "Directory of the guests' disks. Empty: instances/ under state_path.")
    image_cache_path: str = option("", "Directory of base images. Empty: image-cache/ under state_path.")
    networks_path: str = option(
        "", "Directory of what runs for the networks of this host's guests; the user of dnsmasq must be able to reach "
        "it. Empty: networks/ under state_path.",
    )
    networks_socket: str = option(
        "", "Socket of nova-lite-networks, which makes networks in networks_path for a compute without the rights to. "
        "Empty: compute makes them itself.",
    )
    report_interval: float = option(10.0, "Seconds between two reports to the conductor.", minimum=0.5)
    lease_interval: float = option(15.0, "Seconds between two renewals of what runs here.", minimum=0.5)
    power_sync_interval: float = option(
        600.0, "Seconds between two comparisons of all guests' power states with the records.", minimum=1,
    )
    concurrent_operations: int = option(10, "Operations that run at a time.", minimum=1)
    force_config_drive: bool = option(
        True, "Give every guest a config drive, not only those whose request asks for it."
    )
    cpu_allocation_ratio: float = option(4.0, "Virtual CPUs offered for each real one.", minimum=0.1)
    ram_allocation_ratio: float = option(1.0, "Memory offered for each real byte.", minimum=0.1)
    disk_allocation_ratio: float = option(1.0, "Disk offered for each real byte.", minimum=0.1)
    reserved_memory_mb: int = option(512, "MiB of memory kept for the host itself.", minimum=0)
    reserved_disk_gb: int = option(0, "GiB of disk kept for the host itself.", minimum=0)
    auth_url: str = option("http://127.0.0.1:8774/identity/v3", "Identity service that issues our tokens.")
    image_url: str = option("http://127.0.0.1:8774/image", "Image service to fetch images from.")
    username: str = option("nova", "User as whom images are fetched.")
    password: str = option("", "That user's password.", secret=True)
    project_name: str = option("service", "That user's project.")
    user_domain_name: str = option("Default", "That user's domain.")
    project_domain_name: str = option("Default", "That project's domain.")


@dataclasses.dataclass(frozen=True, kw_only=True)
class LibvirtSettings:
    """[libvirt]"""

    uri: str = option("qemu:///system", "Hypervisor to drive.")
    virt_type: str = option(
        "auto", "kvm, qemu (software emulation), or auto: kvm when a short self-test shows that it works.",
        choices=("auto", "kvm", "qemu"),
    )
    patience: float = option(25.0, "Seconds of silence after which libvirt counts as out of reach.", minimum=1)


@dataclasses.dataclass(frozen=True, kw_only=True)
class FakeSettings:
    """[fake]"""

    vcpus: int = option(1000, "Virtual CPUs that the pretended host has.", minimum=0)
    memory_mb: int = option(1024000, "MiB of memory that it has.", minimum=0)
    disk_gb: int = option(100000, "GiB of disk that it has.", minimum=0)
    state_dir: str = option("", "Directory in which pretended guests outlive the process. Empty: they do not.")
    delays: dict[str, str] = option({}, "Seconds that driver methods take, as method:seconds.")
    failures: dict[str, str] = option({}, "Driver methods that fail, as method:[CHANCE%] [COUNTx] [after] [message].")
    seed: int = option(0, "Seed of the failures.")
    gates: str = option("", "Directory of gates at which driver methods wait, for tests. Empty: there are none.")
