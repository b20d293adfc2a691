"""What tokens and logins cost: checking a token for the first time and again, and a login by password.

In this process, over SQLite, without HTTP.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.report import Row, machine, parser, publish
from nova_lite.core.clock import SystemClock
from nova_lite.db import migration
from nova_lite.db.identity import DatabaseIdentityStore
from nova_lite.db.session import Database
from nova_lite.identity import Identity, KeyRing, PasswordHasher, Plan, bootstrap, ensure_key
from nova_lite.identity.login import ByPassword, Login, Named, WantedScope

VALIDATE_TARGET = 300.0  # microseconds: the part of a request's time that knowing the caller may take
ADMIN = Named(name="admin", domain_id="default")
LOGIN = Login(
    proofs=(ByPassword(user=ADMIN, password="a"),), scope=WantedScope(kind="project", target=ADMIN),
)


def service(directory: Path) -> tuple[Identity, Database]:
    """A bootstrapped service with its files under ``directory``."""
    url, clock = f"sqlite:///{directory / 'identity.sqlite'}", SystemClock()
    migration.upgrade(url)
    ensure_key(directory / "keys")
    database = Database(url)
    identity = Identity(
        store=DatabaseIdentityStore(database), clock=clock, keys=KeyRing(directory / "keys", clock),
        hasher=PasswordHasher(),
    )
    bootstrap(identity, Plan(admin_password="a", service_password="b", public_url="http://localhost"))
    return identity, database


def median(function: Callable[[], object], times: int) -> float:
    """The median duration of a call, in seconds."""
    durations = []
    for _ in range(times):
        started = time.perf_counter()
        function()
        durations.append(time.perf_counter() - started)
    return statistics.median(durations)


def measure(identity: Identity, rounds: int) -> list[Row]:
    """The figures; each token is new when it is validated first."""
    tokens = iter([identity.login(LOGIN)[0] for _ in range(rounds)])
    known = identity.login(LOGIN)[0]
    first = median(lambda: identity.validate(next(tokens), "req"), rounds)
    again = median(lambda: identity.validate(known, "req"), rounds * 100)
    login = median(lambda: identity.login(LOGIN), rounds)
    return [
        Row(name="token validated, first time", value=first * 1e6, unit="us", target=VALIDATE_TARGET),
        Row(name="token validated, again", value=again * 1e6, unit="us", target=VALIDATE_TARGET),
        Row(name="login by password", value=login * 1e3, unit="ms"),
    ]


def main() -> int:
    """Measure and print; 0 when it ran whole."""
    options = parser("identity", __doc__ or "")
    options.add_argument("--rounds", type=int, default=100, help="logins, and tokens validated (default: 100)")
    arguments = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="nova-lite-identity-") as directory:
        identity, database = service(Path(directory))
        rows = measure(identity, arguments.rounds)
        database.close()
    publish(machine() | {"rounds": str(arguments.rounds)}, rows, arguments.json)
    return 0


if __name__ == "__main__":
    sys.exit(main())
