"""The auditor itself: asks, compares, mends where it is told to."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable

import msgspec

from nova_lite.conductor.audit import guests, records
from nova_lite.core.clock import Clock
from nova_lite.core.context import system_context
from nova_lite.core.errors import DeadlineExceeded, NovaLiteError, Unavailable
from nova_lite.core.figures import Gauge
from nova_lite.db.reads import hosts as host_reads
from nova_lite.db.reads import instances as instance_reads
from nova_lite.db.session import Database
from nova_lite.objects.audit import Finding
from nova_lite.objects.host import HostState
from nova_lite.rpcapi.compute import Compute

KINDS = (*records.KINDS, *guests.KINDS)

LOG = logging.getLogger(__name__)


class Auditor:
    """Safe at any time, beside everything that is under way, and by several at once."""

    def __init__(
        self, database: Database, compute_at: Callable[[str], Compute], clock: Clock, down_after: float
    ) -> None:
        self._database, self._compute_at, self._clock = database, compute_at, clock
        self._down_after = down_after
        self.gauge = Gauge("nova_lite_audit_findings", "Findings of the last audit that nobody has mended.", "kind")
        self.gauge.set(dict.fromkeys(KINDS, 0))

    @property
    def standing(self) -> int:
        """Findings of the last audit that nobody has mended: 0 in health."""
        return int(sum(self.gauge.values.values()))

    def turn(self) -> None:
        """The periodic audit: mends nothing, says what it finds."""
        for finding in self.audit(fix=False):
            LOG.error("audit: %s: %s", finding.kind, finding.text)

    def audit(self, fix: bool, hosts: bool = True) -> list[Finding]:
        """Everything that does not agree. ``hosts``: ask those that are up what they have.

        Raises the database's errors.
        """
        found = [*self._records(fix), *(self._guests(fix) if hosts else [])]
        counts = Counter(finding.kind for finding in found if not finding.mended)
        self.gauge.set({**dict.fromkeys(KINDS, 0), **counts})
        return found

    def _records(self, fix: bool) -> list[Finding]:
        now = self._clock.now()
        with self._database.read() as tx:
            found = list(records.findings(tx, now))
        result = []
        for finding, mend in found:
            mended = fix and mend is not None and self._mended(finding, mend)
            result.append(msgspec.structs.replace(finding, mended=mended))
        return result

    def _mended(self, finding: Finding, mend: records.Mend) -> bool:
        try:
            return bool(self._database.transact(mend))
        except NovaLiteError as error:
            LOG.warning("audit: %s could not be mended: %s", finding.text, error)
            return False

    def _guests(self, fix: bool) -> list[Finding]:
        with self._database.read() as tx:
            hosts = host_reads.every(tx)
        now = self._clock.now()
        return [
            finding for host in hosts if not host.is_down(now, self._down_after)
            for finding in self._guests_of(host, fix)
        ]

    def _guests_of(self, state: HostState, fix: bool) -> list[Finding]:
        asked_at, host = self._clock.now(), state.host
        try:
            found = self._compute_at(host).guests_found(system_context())
            with self._database.read() as tx:
                owned = instance_reads.on_host(tx, host)
                known = instance_reads.by_uuids(tx, sorted({*found.domains, *found.disks}))
            strays = guests.strays({instance.uuid: instance for instance in known}, host, found, asked_at)
            gone = self._destroyed(host, strays) if fix else set()
        except (Unavailable, DeadlineExceeded) as error:
            LOG.warning("audit: host %s does not answer: %s", host, error)
            return []
        return [
            *guests.lost(owned, host, found, asked_at),
            *(msgspec.structs.replace(stray, mended=stray.about["instance"] in gone) for stray in strays),
        ]

    def _destroyed(self, host: str, strays: list[Finding]) -> set[str]:
        uuids = [stray.about["instance"] for stray in strays if stray.mend]
        return set(self._compute_at(host).destroy_strays(system_context(), uuids)) if uuids else set()
