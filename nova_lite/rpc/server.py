"""Server: the receiving side of a service."""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from nova_lite.core import concurrency
from nova_lite.core.clock import Clock
from nova_lite.rpc.codec import Codec
from nova_lite.rpc.crew import Crew, Job, Lane
from nova_lite.rpc.delivery import Authoriser, Observer, allow, log_refusal
from nova_lite.rpc.dispatcher import Dispatcher, Endpoint
from nova_lite.rpc.drivers.base import Driver, Incoming, Listener
from nova_lite.rpc.errors import ContractError
from nova_lite.rpc.freshness import CLOCK_SKEW, Freshness
from nova_lite.rpc.interface import check_endpoint, interface_of
from nova_lite.rpc.journal import Journal
from nova_lite.rpc.levels import ENVELOPE
from nova_lite.rpc.ping import Ping, Ponger
from nova_lite.rpc.settings import BusSettings
from nova_lite.rpc.target import Target

C = TypeVar("C")
Sound = Callable[[Target], bool]
"""Makes a sound that every server of the target hears; False when it could not."""

LOG = logging.getLogger(__name__)

UNHEARD = 2  # sounds in turn that nobody hears before a server is deaf: a process that stood still misses one


class Intake:
    """The receiver of one listener: counts what is unfinished, has it worked on, notices when it is deaf."""

    def __init__(self, server: Server, dispatcher: Dispatcher, prefetch: int) -> None:
        self._server, self._dispatcher, self._prefetch = server, dispatcher, prefetch
        self._lock = concurrency.lock()
        self._unfinished = 0
        self._heard = 0
        self._sounds = 0  # that were made since the last message was heard, which was number ``_before``
        self._before = 0
        self.listener: Listener | None = None

    def deaf(self) -> bool:
        """True when sounds were made and nothing has been heard since, though there was room for it."""
        return self._sounds >= UNHEARD and self._before == self._heard and self.room()

    def listen_for(self, make: Callable[[], bool]) -> None:
        """Have a sound made, if that can be done, to be heard from now on."""
        heard = self._heard
        unheard = self._sounds if heard == self._before else 0
        self._before, self._sounds = heard, unheard + 1 if make() else 0

    def forgive(self) -> None:
        """It has a new listener: what the last one did not hear does not count."""
        self._sounds = 0

    def room(self) -> bool:
        return self._unfinished < self._prefetch

    def accept(self, incoming: Incoming) -> None:
        with self._lock:
            self._unfinished += 1
            self._heard += 1
        try:
            self._server.submit(incoming, functools.partial(self._handle, incoming))
        except Exception as error:  # noqa: BLE001 - no more threads: what is taken now would be lost
            self.lost(error)

    def lost(self, error: BaseException) -> None:
        self._server.fail(error)

    def _handle(self, incoming: Incoming) -> None:
        try:
            self._dispatcher.handle(incoming, self._server.authorise, self._server.observe)
        finally:
            with self._lock:
                self._unfinished -= 1
            try:
                if self.listener is not None:
                    self.listener.resume()
            except Exception as error:  # noqa: BLE001 - it will bring nothing more
                self.lost(error)


class Server:
    """Serves endpoints on one bus: ``serve`` …, then ``setup``, ``start``, and in the end ``stop`` or ``kill``.

    ``authorise`` may be replaced before ``start``: it sees every delivery and raises Forbidden. ``observe`` is told
    of every refusal.
    """

    def __init__(
        self, settings: BusSettings, clock: Clock, codec: Codec, driver: Driver, workers: int, sound: Sound,
    ) -> None:
        self._settings, self._clock, self._codec, self._driver = settings, clock, codec, driver
        self._crew, self._sound = Crew(workers), sound
        self._lane = Lane(self._crew)
        directory = Path(settings.journal) if settings.journal else None
        self._journal = Journal(directory, settings.poison_limit, settings.message_ttl + CLOCK_SKEW, clock)
        self._dispatchers: dict[Target, Dispatcher] = {}
        self._intakes: dict[Target, Intake] = {}
        self._ended = concurrency.event()
        self._failure: BaseException | None = None
        self._stopping = False
        self.authorise: Authoriser = allow
        self.observe: Observer = log_refusal

    def serve(self, contract: type[C], endpoint: C, host: str | None = None) -> None:
        """Serve a contract; with ``host`` on that host's own target too.

        :raises ContractError: the endpoint does not fit the contract, or the server is set up already.
        """
        if self._intakes:
            raise ContractError("an endpoint must be served before the server is set up")
        declared = interface_of(contract)
        check_endpoint(declared, endpoint)
        target = declared.target(host)
        if target not in self._dispatchers:
            self._dispatchers[target] = self._dispatcher(target)
        self._dispatchers[target].add(Endpoint(declared, endpoint))

    def versions(self) -> dict[str, str]:
        """What this server understands: the version of each interface, and the newest envelope."""
        served = {
            one.name: str(one.version) for dispatcher in self._dispatchers.values() for one in dispatcher.interfaces()
        }
        return {**served, ENVELOPE: str(self._codec.reads)}

    def _dispatcher(self, target: Target) -> Dispatcher:
        freshness = Freshness(self._clock, self._settings.message_ttl)
        dispatcher = Dispatcher(target, self._settings.identity, self._codec, freshness, self._journal, self._clock)
        dispatcher.add(Endpoint(interface_of(Ping), Ponger(self._settings.identity, self._clock)))
        return dispatcher

    def setup(self) -> None:
        """Become reachable: from here on senders find this server; what they send waits until ``start``."""
        self._journal.open()
        for target, dispatcher in self._dispatchers.items():
            intake = Intake(self, dispatcher, self._settings.prefetch)
            intake.listener = self._driver.listen(target, intake, self._settings.prefetch)
            self._intakes[target] = intake

    def start(self) -> None:
        """Begin to work; sets up first when that was not done."""
        if not self._intakes:
            self.setup()
        for listener in self._listeners():
            listener.start()
        concurrency.spawn(self._watch_over_hearing)

    def stop(self, grace: float = 10.0) -> bool:
        """Take no new work, finish what was taken within ``grace`` seconds, close. False: something was cut off."""
        self._stopping = True
        self._journal.close()
        for listener in self._listeners():
            listener.pause()
        drained = self._crew.drain(grace)
        if not drained:
            LOG.warning("stopped with %d messages unfinished after %.1f s", self._crew.unfinished, grace)
        self.kill()
        return drained

    def kill(self) -> None:
        """Close at once; unfinished work goes on until the process ends, its answers are lost."""
        self._journal.close()
        for listener in self._listeners():
            listener.close()
        self._crew.dismiss()
        self._ended.set()

    def wait(self) -> None:
        """Block until the server has ended; raises what killed a consumer."""
        self._ended.wait()
        if self._failure is not None:
            raise self._failure

    def submit(self, incoming: Incoming, job: Job) -> None:
        """Have a message worked on; suspects of having ended a process one at a time, so that the next death shows
        which of them it was."""
        if incoming.redelivered and self._journal.suspects(incoming.id):
            self._lane.submit(job)
        else:
            self._crew.submit(job)

    def fail(self, error: BaseException) -> None:
        """A consumer has died: the service must notice, not live on without ears."""
        LOG.critical("a consumer died: %s", error)
        self._failure = self._failure or error
        self._ended.set()

    def _watch_over_hearing(self) -> None:
        try:
            self._keep_hearing()
        except Exception as error:  # noqa: BLE001 - nobody would notice any more who is deaf
            self.fail(error)

    def _keep_hearing(self) -> None:
        while not self._ended.wait(self._settings.hearing):
            for target, intake in self._intakes.items():
                if intake.deaf() and not self._stopping:
                    LOG.error("the consumer of %s is deaf: it listens anew", target)
                    self._listen_anew(target, intake)
                intake.listen_for(functools.partial(self._sound, Target(target.topic)))

    def _listen_anew(self, target: Target, intake: Intake) -> None:
        if intake.listener is not None:
            intake.listener.close()
        intake.listener = self._driver.listen(target, intake, self._settings.prefetch)
        intake.forgive()
        intake.listener.start()

    def _listeners(self) -> list[Listener]:
        return [intake.listener for intake in self._intakes.values() if intake.listener is not None]
