"""nova-lite-api: the HTTP API of compute, identity, images and networks."""

from __future__ import annotations

from nova_lite.core import concurrency

concurrency.patch()

import dataclasses
import socket
import sys
from collections.abc import Sequence
from pathlib import Path
from wsgiref.types import WSGIApplication

from oslo_config import cfg
from oslo_policy import policy as oslo_policy

import nova_lite
from nova_lite.api import app
from nova_lite.api.announcement import Tell, silent
from nova_lite.api.compute.lifecycle import Deadlines, Lifecycle
from nova_lite.api.compute.networks import ServerNetworks
from nova_lite.api.compute.port_changes import PortChanges
from nova_lite.api.compute.services import ComputeServices
from nova_lite.api.compute.unwanted_images import UnwantedImages
from nova_lite.api.dialect import Frame
from nova_lite.api.enrolment import Registrar
from nova_lite.api.identity.services import IdentityServices
from nova_lite.api.image.services import ImageServices
from nova_lite.api.network.services import NetworkServices
from nova_lite.api.policy import Policy
from nova_lite.api.rules import RULES
from nova_lite.api.services import ApiServices
from nova_lite.cmd import daemon, notifying, records, trust
from nova_lite.cmd.http_server import HttpServer, bind
from nova_lite.cmd.networking import networking, server_ports, store
from nova_lite.cmd.users import image_user
from nova_lite.conf import ConfigError, Settings
from nova_lite.conf.api import EMBEDDED, KEYSTONE, KeystoneSettings
from nova_lite.core import launcher
from nova_lite.core.clock import Clock, SystemClock
from nova_lite.core.service import Closing, PeriodicTasks, Service
from nova_lite.db.identity import DatabaseIdentityStore
from nova_lite.db.images import ImageStore as DatabaseImageRecords
from nova_lite.db.session import Database
from nova_lite.identity import Bell, Identity, KeyRing, PasswordHasher
from nova_lite.identity.errors import KeysMissing
from nova_lite.image.catalog import ImageCatalog
from nova_lite.image.data import ImageData
from nova_lite.image.imports import METHODS, ImageImports
from nova_lite.image.members import ImageMembers
from nova_lite.image.recovery import UploadRecovery
from nova_lite.image.remote import RemoteImages
from nova_lite.image.session import versionless
from nova_lite.image.store.filesystem import FilesystemStore
from nova_lite.image.web import WebDownloads
from nova_lite.network.service import Networking
from nova_lite.objects.quota import Quota
from nova_lite.rpc import Bus
from nova_lite.rpcapi.compute import Compute
from nova_lite.rpcapi.conductor import Conductor
from nova_lite.rpcapi.scheduler import Scheduler

NAME = "nova-lite-api"
DEFAULT_PASTE = "etc/nova-lite/api-paste.ini"  # in the checkout or the installation's prefix
RECOVERY_INTERVAL = 5.0  # seconds between two searches for uploads whose worker was killed
UNWANTED_INTERVAL = 60.0  # seconds between two searches for images whose operations are over


def policy(settings: Settings) -> Policy:
    """The rules: the defaults of every dialect, overridden by the operator's file."""
    conf = cfg.ConfigOpts()
    conf([], project="nova-lite", default_config_files=[], default_config_dirs=[])
    enforcer = oslo_policy.Enforcer(conf, policy_file=settings.api.policy_file or None)
    return Policy(enforcer, RULES)


def compute_services(
    settings: Settings, database: Database, bus: Bus, images: ImageCatalog | RemoteImages, service: Networking
) -> ComputeServices:
    """What the compute dialect works with."""
    records = images if isinstance(images, ImageCatalog) else None
    clock = SystemClock()

    def compute_at(host: str) -> Compute:
        return bus.proxy(Compute, host=host)

    scheduler = bus.proxy(Scheduler)
    times = settings.conductor
    deadlines = Deadlines(create=times.create_deadline, action=times.action_deadline, begin=times.requeue_after)
    return ComputeServices(
        database=database, images=images, image_records=records, image_url=versionless(settings.image.url),
        compute_at=compute_at, clock=clock, scheduler=scheduler, networking=service,
        networks=ServerNetworks(store(settings, database, clock), server_ports(settings, service, clock)),
        lifecycle=Lifecycle(database, scheduler, compute_at, clock, deadlines),
        quota=Quota(**dataclasses.asdict(settings.quota)), page_size=settings.api.page_size,
        down_after=settings.conductor.host_down_after, resize_in_place=settings.api.allow_resize_to_same_host,
    )


def port_watch(compute: ComputeServices) -> PortChanges | None:
    """Servers follow what becomes of their ports."""
    if compute.networks is None:
        return None
    return PortChanges(compute.database, compute.lifecycle, compute.networks, compute.clock)


def image_services(settings: Settings, database: Database) -> ImageServices:
    """What the image dialect works with."""
    clock, options = SystemClock(), settings.image
    records, store = DatabaseImageRecords(database), FilesystemStore(Path(options.store_dir))
    data = ImageData(records, store, clock, options.max_image_size, options.require_format_match)
    return ImageServices(
        catalog=ImageCatalog(records, store, clock), data=data, members=ImageMembers(records, clock), clock=clock,
        imports=ImageImports(
            records, data, staging_store(settings), WebDownloads(options.web_download_networks), clock,
            options.import_methods,
        ),
    )


def staging_store(settings: Settings) -> FilesystemStore:
    """Where data wait to be imported."""
    return FilesystemStore(Path(settings.image.store_dir) / "staging")


def image_recovery(settings: Settings, database: Database, clock: Clock) -> PeriodicTasks:
    """Gives up the uploads of workers that were killed, and images whose operations are over."""
    records, store = DatabaseImageRecords(database), FilesystemStore(Path(settings.image.store_dir))
    periodic = PeriodicTasks(clock)
    recovery = UploadRecovery(records, (store, staging_store(settings)), clock)
    periodic.add("uploads", RECOVERY_INTERVAL, recovery.run, True)
    unwanted = UnwantedImages(database, ImageCatalog(records, store, clock), clock)
    periodic.add("unwanted images", UNWANTED_INTERVAL, unwanted.discard)
    return periodic


def embedded_identity(settings: Settings, database: Database, clock: Clock, bell: Bell | None) -> Identity:
    """The identity service of this API. :raises KeysMissing: it has no key to sign tokens with."""
    return Identity(
        store=DatabaseIdentityStore(database), clock=clock, hasher=PasswordHasher(),
        keys=KeyRing(Path(settings.identity.token_key_dir), clock), token_ttl=settings.identity.token_ttl,
        bell=bell,
    )


def application(
    settings: Settings, database: Database, bus: Bus, tell: Tell = silent, bell: Bell | None = None
) -> WSGIApplication:
    """The whole pipeline over its services; ``tell`` is told of what clients change."""
    clock = SystemClock()
    service = networking(settings, database, clock)
    tokens: Identity | KeystoneSettings = settings.keystone
    identity: IdentityServices | str = settings.keystone.www_authenticate_uri or settings.keystone.auth_url
    if settings.api.auth_strategy == EMBEDDED:
        tokens = embedded_identity(settings, database, clock, bell)
        identity = IdentityServices(identity=tokens)
    image: ImageServices | str = settings.image.url
    images: ImageCatalog | RemoteImages = RemoteImages(settings.image.url, image_user(settings.image), clock)
    if not settings.image.url:
        image = image_services(settings, database)
        images = image.catalog
    compute = compute_services(settings, database, bus, images, service)
    services = ApiServices(
        frame=Frame(
            public_url=settings.api.public_url, max_request_body=settings.api.max_request_body,
            policy=policy(settings), tell=tell,
        ),
        network=NetworkServices(
            networking=service, page_size=settings.api.page_size, watch=port_watch(compute),
            vif_type="bridge" if settings.network.plug == "bridge" else "other",
        ),
        tokens=tokens, health=dict, image=image, identity=identity,
        compute=compute, registrar=Registrar(database, Path(settings.rpc.key_dir) / "trusted", clock),
    )
    paste_config = settings.api.paste_config or str(Path(nova_lite.__file__).parents[1] / DEFAULT_PASTE)
    return app.load(Path(paste_config), services)


def build(
    settings: Settings, sock: socket.socket, shared: Bus | None = None, bell: Bell | None = None
) -> Service:
    """The whole service, not yet started, on a bus of its own or on one that is ``shared``; ``bell``: all workers'."""
    clock = SystemClock()
    database = records.database(settings, clock)
    bus = shared or daemon.bus(settings, "nova-api", clock)
    emitter = notifying.emitter(settings, "api", clock) if settings.notifications.api_changes else None
    tell = emitter.emit if emitter else silent
    server = HttpServer(sock, application(settings, database, bus, tell, bell), settings.api.concurrency)
    periodic = image_recovery(settings, database, clock)
    periodic.add("trust", trust.INTERVAL, trust.TrustKeeper(database, Path(settings.rpc.key_dir) / "trusted").keep)
    periodic.add("versions", daemon.HEARTBEAT, daemon.levels(bus, bus.proxy(Conductor)), at_start=True)
    telling = [emitter] if emitter else []
    return Service(NAME, [Closing(database.close), *daemon.closing(bus, shared), *telling, periodic, server])


def refuse_unusable(settings: Settings) -> None:
    """What building would trip over, said in the words of the configuration. Raises ConfigError."""
    try:
        WebDownloads(settings.image.web_download_networks)
    except ValueError as error:
        raise ConfigError(f"[image] web_download_networks: {error}") from error
    if unknown := set(settings.image.import_methods) - set(METHODS):
        raise ConfigError(f"[image] import_methods: {', '.join(sorted(unknown))} is none of {', '.join(METHODS)}")
    if settings.api.auth_strategy == KEYSTONE:
        if not settings.keystone.auth_url:
            raise ConfigError("[keystone_authtoken] auth_url must say where the Keystone of [api] auth_strategy is")
        return
    try:
        KeyRing(Path(settings.identity.token_key_dir), SystemClock())
    except (KeysMissing, OSError, ValueError) as error:
        raise ConfigError(f"[identity] token_key_dir: {error}") from error


def run(settings: Settings) -> int:
    """Bind the port and run the workers; the exit status."""
    if not settings.database.connection:
        raise ConfigError("[database] connection must say where the database is")
    refuse_unusable(settings)
    sock = bind("[api]", settings.api.listen, settings.api.port)
    bell = Bell()

    def worker() -> Service:
        return build(settings, sock, bell=bell)

    return launcher.Workers(NAME, settings.api.workers, worker, settings.process.stop_grace).run()


def main(argv: Sequence[str] | None = None) -> int:
    """Run the daemon; the exit status."""
    return daemon.main(NAME, __doc__ or "", argv, run, database=True)


if __name__ == "__main__":
    sys.exit(main())
