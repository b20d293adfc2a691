"""``nova-lite-manage service``: who may speak on the bus."""

from __future__ import annotations

import argparse
import urllib.error
import urllib.request
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from nova_lite.cmd import records
from nova_lite.conf import ConfigError, load
from nova_lite.core.clock import SystemClock
from nova_lite.core.errors import Forbidden, NotFound, Unavailable
from nova_lite.db.reads import enrolment as reads
from nova_lite.db.session import Database
from nova_lite.db.writes import enrolment as writes
from nova_lite.rpc import signing
from nova_lite.rpc.enrolment import Ticket, Welcome, apply, check_welcome

PATIENCE = 30.0  # seconds for the API to answer


def _database(arguments: argparse.Namespace) -> Database:
    settings = load(arguments.config_file)
    if not settings.database.connection:
        raise ConfigError("[database] connection must say where the database is")
    return records.database(settings, SystemClock())


def enroll(arguments: argparse.Namespace) -> int:
    """Prints a ticket with which a machine can become this identity, once."""
    ticket, now = Ticket.make(arguments.identity), SystemClock().now()
    _database(arguments).transact(
        lambda tx: writes.issue(tx, ticket.id, ticket.identity, ticket.key, now + arguments.ttl, now)
    )
    print(ticket)
    return 0


def join(arguments: argparse.Namespace) -> int:
    """Makes this machine's key and has it trusted. The private key stays here."""
    ticket, directory = Ticket.parse(arguments.ticket), Path(load(arguments.config_file, database=False).rpc.key_dir)
    directory.mkdir(parents=True, exist_ok=True)
    public = signing.generate(directory, ticket.identity).read_text()
    application = apply(ticket, public)
    request = urllib.request.Request(
        f"{arguments.url.rstrip('/')}/bus/enrolment", msgspec.json.encode(application),
        {"Content-Type": "application/json"},
    )
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE) as response:
            answer = msgspec.json.decode(response.read(), type=Welcome)
    except urllib.error.HTTPError as error:
        with error:
            raise Forbidden(f"{arguments.url} refuses: {error.read().decode(errors='replace')}") from error
    except (OSError, msgspec.MsgspecError) as error:
        raise Unavailable(f"{arguments.url} does not answer as it should: {error}") from error
    check_welcome(answer, application, ticket.key)
    for identity, key in answer.keys.items():
        (directory / "trusted" / f"{identity}.pub").write_text(key)
        print(f"trusted: {identity}")
    return 0


def list_keys(arguments: argparse.Namespace) -> int:
    """Prints who is enrolled, since when, and who was revoked."""
    with _database(arguments).read() as tx:
        for key in reads.keys(tx):
            state = "trusted" if key.revoked_at is None else f"revoked {_time(key.revoked_at)}"
            print(f"{key.identity}  enrolled {_time(key.enrolled_at)}  {state}")
    return 0


def revoke(arguments: argparse.Namespace) -> int:
    """An enrolled identity is refused within seconds, everywhere."""
    now = SystemClock().now()
    try:
        _database(arguments).transact(lambda tx: writes.revoke(tx, arguments.identity, now))
    except NotFound as error:
        raise NotFound(f"{error.message}: take {arguments.identity}.pub out of trusted/ by hand") from error
    return 0


def _time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S")


def commands(group: argparse._SubParsersAction[Any]) -> None:
    """Adds them to the tool."""
    issue = group.add_parser("enroll", help="print a one-time ticket for a new service or host")
    issue.add_argument("identity", help="for example nova-compute@host2")
    issue.add_argument("--ttl", type=float, default=3600.0, help="seconds until it expires (default: 3600)")
    issue.set_defaults(run=enroll)
    come = group.add_parser("join", help="on the new host: make its key and have it trusted, with a ticket")
    come.add_argument("--url", required=True, help="where the cloud's API is, for example http://controller:8774")
    come.add_argument("ticket")
    come.set_defaults(run=join)
    group.add_parser("keys", help="list who was enrolled").set_defaults(run=list_keys)
    away = group.add_parser("revoke", help="trust an enrolled service or host no more")
    away.add_argument("identity")
    away.set_defaults(run=revoke)
