"""Coming back: this host says who it is, takes up what it had begun, and compares its guests with the records."""

from __future__ import annotations

import logging
from collections.abc import Callable

from nova_lite.compute.executor import Executor
from nova_lite.core import concurrency
from nova_lite.core.context import RequestContext, system_context
from nova_lite.core.errors import Conflict, NovaLiteError
from nova_lite.objects.claim import ClaimGrant
from nova_lite.objects.instance import Instance
from nova_lite.rpcapi.conductor import Conductor

LOG = logging.getLogger(__name__)

RETRY = 1.0  # seconds before the conductor is asked again


class Recovery:
    """A part of the compute service: runs once, in the background, as soon as a conductor answers.

    The executor takes no work before the host is registered. A host whose name or identity is another's ends here,
    in words, with its guests untouched.
    """

    def __init__(
        self, host: str, conductor: Conductor, executor: Executor, register: Callable[[], None],
        restore: Callable[[list[Instance]], object], compare: Callable[[list[Instance]], object],
    ) -> None:
        """``register`` raises Conflict for a host that is not who it says. The other two get this host's instances:

        ``restore`` before anything is done to them, ``compare`` now and then.
        """
        self._host, self._conductor, self._executor = host, conductor, executor
        self._register, self._restore, self._compare = register, restore, compare
        self._stop = concurrency.event()
        self._refused: Conflict | None = None

    def setup(self) -> None:
        """Nothing to prepare."""

    def start(self) -> None:
        concurrency.spawn(self._run)

    def _run(self) -> None:
        for act in (self._introduce, self._take_up, self.compare):
            while not self._stop.is_set() and not self._done(act):
                self._stop.wait(RETRY)

    def _done(self, act: Callable[[], None]) -> bool:
        try:
            act()
        except NovaLiteError as error:
            LOG.warning("recovery waits: %s", error)
            return False
        except Exception:
            LOG.exception("recovery failed; it is tried again")
            return False
        return True

    def _introduce(self) -> None:
        try:
            self._register()
        except Conflict as error:
            LOG.critical("this host does not work: %s", error)
            self._refused = error
            self._stop.set()
            return
        # What guests need beside a domain goes with a reboot of the host, and is there before they are started again.
        self._restore(self._conductor.host_instances(system_context(), self._host))
        self._executor.open()

    def _take_up(self) -> None:
        # What is cast to this host from now on is begun by its message; this list has all that came before.
        for grant in self._conductor.unfinished_operations(system_context(), self._host):
            self._resume(grant)

    def _resume(self, grant: ClaimGrant) -> None:
        operation = grant.operation
        context = RequestContext(
            request_id=operation.request_id, user_id=operation.user_id, project_id=operation.project_id
        )
        LOG.info("taking up %s of %s (%s)", operation.action, operation.instance_uuid, operation.state)
        # Begun again even if it runs already: the list may be old, and the conductor refuses what has ended meanwhile.
        self._executor.submit(context, operation)

    def compare(self) -> None:
        """Compare guests and records. Raises the bus's errors; a conductor that does not answer changes nothing."""
        self._compare(self._conductor.host_instances(system_context(), self._host))

    def stop(self, grace: float) -> None:
        self._stop.set()

    def kill(self) -> None:
        self._stop.set()

    def wait(self) -> None:
        self._stop.wait()
        if self._refused is not None:
            raise self._refused
