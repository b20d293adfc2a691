"""nova-lite-compute: carries out operations on the guests of this host. It has no database."""

from __future__ import annotations

from nova_lite.core import concurrency

concurrency.patch()

import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from nova_lite.cmd import daemon, notifying
from nova_lite.cmd.users import image_user
from nova_lite.compute import operations
from nova_lite.compute.consoles import ConsoleDoor
from nova_lite.compute.executor import Executor
from nova_lite.compute.guard import Guard
from nova_lite.compute.host_lock import HostLock
from nova_lite.compute.host_reporter import Allowance, Host, HostReporter, host_uuid
from nova_lite.compute.leases import Leases
from nova_lite.compute.manager import ComputeManager
from nova_lite.compute.operations.base import LifecycleOperation
from nova_lite.compute.operations.move import Moving
from nova_lite.compute.operations.snapshot import Imaging
from nova_lite.compute.power_states import PowerStates
from nova_lite.compute.reporter import Reporter
from nova_lite.compute.startup import Recovery
from nova_lite.compute.steps.create_disks import BuildConfigDrive, CreateDisks
from nova_lite.compute.steps.fetch_image import FetchImage
from nova_lite.compute.steps.plug import Networks
from nova_lite.compute.strays import Strays
from nova_lite.compute.suspects import LIFETIME, LIMIT, Suspects
from nova_lite.conf import Settings
from nova_lite.conf.compute import ComputeSettings
from nova_lite.console.proxy import ConsoleProxy, ProxySettings
from nova_lite.core import launcher
from nova_lite.core.clock import Clock, OrderedClock, SystemClock
from nova_lite.core.ids import is_uuid
from nova_lite.core.service import Closing, PeriodicTasks, Service
from nova_lite.image.cache import ImageCache
from nova_lite.image.client import ImageClient
from nova_lite.image.parcels import Parcels
from nova_lite.image.writer import ImageWriter
from nova_lite.network.host.helper import HelpedNetworks
from nova_lite.network.host.networks import HostNetworks, NoNetworks
from nova_lite.objects.instance import Instance
from nova_lite.objects.states import Action, Leg
from nova_lite.rpc import Bus
from nova_lite.rpc.authorisation import only
from nova_lite.rpc.journal import Journal
from nova_lite.rpcapi.compute import Compute
from nova_lite.rpcapi.conductor import Conductor
from nova_lite.virt import configdrive, drivers, programs
from nova_lite.virt.capabilities import CapableDriver
from nova_lite.virt.fake.settings import Failure, FakeSettings
from nova_lite.virt.libvirt.settings import LibvirtSettings

NAME = "nova-lite-compute"


def load_driver(settings: Settings, owner: str, clock: Clock) -> CapableDriver:
    """The configured driver, not yet connected."""
    chosen: FakeSettings | LibvirtSettings
    if settings.compute.driver == "fake":
        fake = settings.fake
        chosen = FakeSettings(
            vcpus=fake.vcpus, memory_mb=fake.memory_mb, local_gb=fake.disk_gb, seed=fake.seed,
            delays={method: float(seconds) for method, seconds in fake.delays.items()},
            failures={method: Failure.parse(text) for method, text in fake.failures.items()},
            state_dir=Path(fake.state_dir or settings.compute.instances_path),
            gates=Path(fake.gates) if fake.gates else None,
        )
    else:
        chosen = LibvirtSettings(
            instances_path=Path(settings.compute.instances_path), uri=settings.libvirt.uri,
            virt_type=settings.libvirt.virt_type,  # type: ignore[arg-type]  # the option's choices are the type's
            patience=settings.libvirt.patience,
            graphics=settings.console.port != 0,
        )
    return drivers.load(chosen, settings.process.host, owner, clock)


def console_proxy(settings: Settings, driver: CapableDriver, clock: Clock) -> ConsoleProxy | None:
    """Where clients enter the consoles of this host's guests; None where they do not."""
    options, consoles = settings.console, driver.capabilities.consoles
    if options.port == 0 or consoles is None:
        return None
    return ConsoleProxy(ProxySettings(
        host=settings.process.host, listen=options.listen, port=options.port, base_url=options.base_url.rstrip("/"),
        web_root=Path(options.web_root) if options.web_root else None, allowed_origins=options.allowed_origins,
        token_ttl=options.token_ttl, max_sessions=options.max_sessions,
    ), consoles, clock)


def image_client(settings: Settings, clock: Clock) -> ImageClient:
    """Fetches images over HTTP, with this service's own credentials."""
    return ImageClient(settings.compute.image_url, image_user(settings.compute), clock)


def image_writer(settings: Settings, clock: Clock) -> ImageWriter:
    """Sends images of guests, with the same credentials."""
    return ImageWriter(settings.compute.image_url, image_user(settings.compute), clock)


def config_drives(instances_path: Path) -> BuildConfigDrive:
    """A function that makes an instance's config drive beside its disk."""

    def make(instance: Instance, admin_pass: str | None, *, rescue: bool = False) -> Path:
        path = instances_path / instance.uuid / (configdrive.RESCUE_FILE if rescue else configdrive.FILE)
        configdrive.build(instance, path, admin_pass)
        return path

    return make


def files_of_guests(instances_path: Path) -> set[str]:
    """The uuids of instances that have a directory (or, with the fake driver, a file) here."""
    if not instances_path.is_dir():
        return set()
    names = {path.name.removesuffix(".json") for path in instances_path.iterdir()}
    return {name for name in names if len(name) == 36 and is_uuid(name)}


def build(settings: Settings, shared: Bus | None = None) -> Service:
    """The whole service, not yet started, on a bus of its own or on one that is ``shared``."""
    clock, host, state = SystemClock(), settings.process.host, Path(settings.process.state_path)
    owner, ordered = host_uuid(state), OrderedClock(clock)  # of what this host tells of itself: the later word counts
    driver = load_driver(settings, owner, clock)
    bus = shared or daemon.bus(settings, "nova-compute", clock)
    conductor = bus.proxy(Conductor)
    server = daemon.server(settings, bus, only("nova-api", "nova-scheduler", "nova-conductor"), clock)
    reports = HostReporter(Host(host, owner, server.versions), driver, conductor, allowance(settings.compute), ordered)
    # Two that need each other: the executor tells when an instance has settled, the power states ask who is busy.
    networks = host_networks(settings, clock)
    reporter = Reporter(host, conductor, ordered)
    guard = Guard(host, _operations(settings, driver, networks, clock), driver, reporter, clock)
    executor = Executor(guard, reporter, _suspects(state, clock), settings.compute.concurrent_operations,
                        lambda uuid, told: power_states.settled(uuid, told))
    power_states = PowerStates(host, driver, conductor, executor.busy, ordered)
    files = partial(files_of_guests, Path(settings.compute.instances_path))
    strays = Strays(host, driver, conductor, executor.busy, files, networks)
    proxy = console_proxy(settings, driver, clock)

    def compare(instances: list[Instance]) -> None:
        power_states.compare(instances)
        strays.settle(instances)

    recovery = Recovery(host, conductor, executor, reports.register, networks.restore, compare)
    door = ConsoleDoor(driver, proxy)
    server.serve(Compute, ComputeManager(executor, driver, strays, recovery.compare, door), host=host)
    # Leases are renewed and guests watched until the executor has stopped; reports end first: no new work.
    keeping, reporting = PeriodicTasks(clock), PeriodicTasks(clock)
    keeping.add("leases", settings.compute.lease_interval, Leases(host, conductor, executor, ordered).renew)
    keeping.add("missed events", settings.compute.report_interval, power_states.tell_missed)
    keeping.add("networks", settings.compute.report_interval, networks.tend)
    keeping.add("comparison", settings.compute.power_sync_interval, recovery.compare)
    keeping.add("versions", daemon.HEARTBEAT, daemon.levels(bus, conductor), at_start=True)
    reporting.add("report", settings.compute.report_interval, reports.report)
    telling = notifying.observed(settings, server, notifying.emitter(settings, "compute", clock), clock)
    return Service(NAME, [
        HostLock(state / "compute.lock"), *daemon.closing(bus, shared), *telling, *([proxy] if proxy else []),
        Closing(driver.close, lambda: driver.setup(power_states.on_event)), keeping, executor, server, recovery,
        reporting,
    ])


def host_networks(settings: Settings, clock: Clock) -> HostNetworks | HelpedNetworks | NoNetworks:
    """The networks of this host; none where guests are pretended."""
    if settings.compute.driver == "fake":
        return NoNetworks()
    directory = Path(settings.compute.networks_path)
    if settings.compute.networks_socket:
        return HelpedNetworks(Path(settings.compute.networks_socket), directory)
    return HostNetworks(directory, programs.run, clock)


def _operations(
    settings: Settings, driver: CapableDriver, networks: Networks, clock: Clock
) -> dict[Action | Leg, LifecycleOperation]:
    options, directory = settings.compute, Path(settings.compute.instances_path)
    client, writer = image_client(settings, clock), image_writer(settings, clock)
    return operations.table(
        driver, FetchImage(ImageCache(client, Path(options.image_cache_path), clock)),
        CreateDisks(driver, config_drives(directory), options.force_config_drive),
        Imaging(driver, writer, directory, networks), Moving(driver, Parcels(writer, client), directory, networks),
        networks,
    )


def _suspects(state: Path, clock: Clock) -> Suspects:
    return Suspects(Journal(state / "suspects", LIMIT, LIFETIME, clock))


def allowance(options: ComputeSettings) -> Allowance:
    """Over-commit and reserves as configured."""
    return Allowance(
        cpu_allocation_ratio=options.cpu_allocation_ratio, ram_allocation_ratio=options.ram_allocation_ratio,
        disk_allocation_ratio=options.disk_allocation_ratio, reserved_memory_mb=options.reserved_memory_mb,
        reserved_disk_gb=options.reserved_disk_gb,
    )


def main(argv: Sequence[str] | None = None) -> int:
    """Run the daemon; the exit status."""
    return daemon.main(
        NAME, __doc__ or "", argv, lambda settings: launcher.run(build(settings), settings.process.stop_grace),
        database=False,
    )


if __name__ == "__main__":
    sys.exit(main())
