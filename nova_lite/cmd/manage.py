"""nova-lite-manage: the operator's tool for what needs no running service."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from nova_lite.cmd import daemon, enrolling, records
from nova_lite.cmd.networking import network_plan, networking
from nova_lite.cmd.seeds import FLAVORS
from nova_lite.cmd.users import keystone_user
from nova_lite.conductor.audit import Auditor
from nova_lite.conf import ConfigError, Settings, load, sample
from nova_lite.conf.api import KEYSTONE
from nova_lite.core.clock import Clock, SystemClock
from nova_lite.core.errors import Conflict, NovaLiteError
from nova_lite.core.launcher import refuse
from nova_lite.db import archive, migration
from nova_lite.db.identity import DatabaseIdentityStore
from nova_lite.db.session import Database
from nova_lite.db.writes import flavors
from nova_lite.identity import Identity, KeyRing, PasswordHasher, Plan, bootstrap, create_key, ensure_key, retire_keys
from nova_lite.image.session import TokenSource
from nova_lite.network.bootstrap import bootstrap as bootstrap_networks
from nova_lite.objects.flavor import Flavor
from nova_lite.objects.identity import DEFAULT_DOMAIN
from nova_lite.rpc import signing
from nova_lite.rpcapi.compute import Compute

NAME = "nova-lite-manage"
Command = Callable[[argparse.Namespace], int]


def _settings(arguments: argparse.Namespace) -> Settings:
    settings = load(arguments.config_file)
    if not settings.database.connection:
        raise ConfigError("[database] connection must say where the database is")
    return settings


def db_upgrade(arguments: argparse.Namespace) -> int:
    migration.upgrade(_settings(arguments).database.connection, arguments.revision)
    return 0


def db_downgrade(arguments: argparse.Namespace) -> int:
    migration.downgrade(_settings(arguments).database.connection, arguments.revision)
    return 0


def db_current(arguments: argparse.Namespace) -> int:
    print(migration.current(_settings(arguments).database.connection) or "empty")
    return 0


def db_archive(arguments: argparse.Namespace) -> int:
    """Takes away what was deleted longer ago than --days, and says how much of what."""
    settings, clock = _settings(arguments), SystemClock()
    database = records.database(settings, clock)
    counts = archive.archive(database, clock.now() - arguments.days * 86400, arguments.batch)
    for table, count in counts.items():
        print(f"{table}: {count}")
    return 0


def keys_generate(arguments: argparse.Namespace) -> int:
    """Makes the key pairs that are missing; existing ones stay."""
    directory = Path(arguments.directory)
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    for identity in arguments.identity:
        if not (directory / f"{identity}.key").exists():
            print(signing.generate(directory, identity))
    return 0


def keys_rotate_tokens(arguments: argparse.Namespace) -> int:
    """A new key signs tokens within a minute, in every worker; keys of which no token is left go."""
    identity = load(arguments.config_file).identity
    directory = Path(identity.token_key_dir)
    print(f"new: {create_key(directory)}")
    for path in retire_keys(directory, identity.token_ttl, SystemClock().now()):
        print(f"retired: {path}")
    return 0


def run_bootstrap(arguments: argparse.Namespace) -> int:
    """Identity's first records and the key of the tokens, where identity is ours; flavors and networks. Repeatable."""
    settings, clock = _settings(arguments), SystemClock()
    database = records.database(settings, clock)
    project_id = _bootstrap_identity(settings, database, clock)
    networks = networking(settings, database, clock), network_plan(settings, project_id)
    for change in (*_seed_flavors(database), *bootstrap_networks(*networks)):
        print(change)
    return 0


def _bootstrap_identity(settings: Settings, database: Database, clock: Clock) -> str:
    """The id of the project that the first networks belong to: admin's, or that of our user in a Keystone."""
    if settings.api.auth_strategy == KEYSTONE:
        return TokenSource(keystone_user(settings.keystone), clock, timeout=20.0).project_id()
    passwords = [os.environ.get(f"NOVA_LITE_{who}_PASSWORD", "") for who in ("ADMIN", "SERVICE")]
    if not all(passwords):
        raise ConfigError("NOVA_LITE_ADMIN_PASSWORD and NOVA_LITE_SERVICE_PASSWORD must be in the environment")
    keys = Path(settings.identity.token_key_dir)
    ensure_key(keys)
    identity = Identity(
        store=DatabaseIdentityStore(database), clock=clock, keys=KeyRing(keys, clock), hasher=PasswordHasher(),
        token_ttl=settings.identity.token_ttl,
    )
    plan = Plan(
        admin_password=passwords[0], service_password=passwords[1], public_url=settings.api.public_url,
        region=settings.identity.region,
    )
    for change in bootstrap(identity, plan):
        print(change)
    admin = identity.projects.find("admin", DEFAULT_DOMAIN)
    assert admin is not None, "bootstrap has made it"
    return admin.id


def _seed_flavors(database: Database) -> list[str]:
    def make(flavor: Flavor) -> str:
        try:
            database.transact(lambda tx: flavors.create(tx, flavor))
        except Conflict:
            return ""
        return f"created flavor {flavor.name}"

    return [change for change in map(make, FLAVORS) if change]


def run_audit(arguments: argparse.Namespace) -> int:
    """Prints what does not agree, and mends it with --fix; 0 when nothing is left."""
    settings, clock = _settings(arguments), SystemClock()
    database = records.database(settings, clock)
    bus = daemon.bus(settings, "nova-conductor", clock)  # hosts answer to a conductor
    try:
        auditor = Auditor(
            database, lambda host: bus.proxy(Compute, host=host), clock, settings.conductor.host_down_after
        )
        for finding in auditor.audit(arguments.fix, hosts=not arguments.records_only):
            state = "mended" if finding.mended else f"would: {finding.mend}" if finding.mend else "for you to decide"
            print(f"{finding.kind}: {finding.text} ({state})")
        print(f"{auditor.standing} findings stand")
        return 1 if auditor.standing else 0
    finally:
        bus.close()
        database.close()


def config_sample(arguments: argparse.Namespace) -> int:
    """Prints the reference of all options, or writes it to --output."""
    if arguments.output:
        Path(arguments.output).write_text(sample.render())
    else:
        print(sample.render(), end="")
    return 0


def parser() -> argparse.ArgumentParser:
    """The command line."""
    top = argparse.ArgumentParser(prog=NAME, description=__doc__)
    top.add_argument("--config-file", action="append", default=[], metavar="FILE",
                     help="configuration file; may be given several times (default: /etc/nova-lite/nova-lite.conf)")
    groups = top.add_subparsers(required=True, metavar="COMMAND")
    _db_commands(groups.add_parser("db", help="the database's schema and old records").add_subparsers(required=True))
    keys = groups.add_parser("keys", help="keys that sign messages and tokens").add_subparsers(required=True)
    generate = keys.add_parser("generate", help="make the key pairs that are missing")
    generate.add_argument("directory")
    generate.add_argument("identity", nargs="+", help="for example nova-compute@host1")
    generate.set_defaults(run=keys_generate)
    rotate = keys.add_parser("rotate-tokens", help="sign tokens with a new key from now on; safe while the API runs")
    rotate.set_defaults(run=keys_rotate_tokens)
    boot = groups.add_parser("bootstrap", help="make the first users, the catalog and the usual flavors; repeatable. "
                             "Passwords come from NOVA_LITE_ADMIN_PASSWORD and NOVA_LITE_SERVICE_PASSWORD")
    boot.set_defaults(run=run_bootstrap)
    enrolling.commands(groups.add_parser("service", help="who may speak on the bus").add_subparsers(required=True))
    audit = groups.add_parser("audit", help="say where records and hosts do not agree; exit 1 if they do not")
    audit.add_argument("--fix", action="store_true", help="mend what can be mended without a decision of yours")
    audit.add_argument("--records-only", action="store_true", help="do not ask the hosts what they have")
    audit.set_defaults(run=run_audit)
    config = groups.add_parser("config", help="the configuration").add_subparsers(required=True)
    render = config.add_parser("sample", help="print every option with its default")
    render.add_argument("--output", metavar="FILE", default="")
    render.set_defaults(run=config_sample)
    return top


def _db_commands(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    upgrade = commands.add_parser("upgrade", help="bring the schema up to a revision")
    upgrade.add_argument("revision", nargs="?", default="head")
    upgrade.set_defaults(run=db_upgrade)
    downgrade = commands.add_parser("downgrade", help="take the schema down to a revision (base: nothing)")
    downgrade.add_argument("revision")
    downgrade.set_defaults(run=db_downgrade)
    commands.add_parser("current", help="print the schema's revision").set_defaults(run=db_current)
    old = commands.add_parser("archive", help="take away what was deleted long ago")
    old.add_argument("--days", type=float, default=30.0, help="older than this many days (default: 30)")
    old.add_argument("--batch", type=int, default=1000, help="instances per transaction (default: 1000)")
    old.set_defaults(run=db_archive)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; the exit status: 0 done, 1 failed, 2 wrong usage or configuration."""
    arguments = parser().parse_args(argv)
    command: Command = arguments.run
    try:
        return command(arguments)
    except ConfigError as error:
        return refuse(f"{NAME}: {error}")
    except NovaLiteError as error:
        print(f"{NAME}: {error.message}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
