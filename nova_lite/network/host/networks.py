"""The networks of this host: which interfaces are plugged into each, and that each is there while it has one."""

from __future__ import annotations

import dataclasses
import logging
import os
import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec

from nova_lite.core import concurrency
from nova_lite.core.clock import Clock
from nova_lite.core.errors import NovaLiteError
from nova_lite.network.host.dhcp import DhcpServer
from nova_lite.network.host.errands import Wired, check
from nova_lite.network.host.layout import Layout, lay_out
from nova_lite.network.host.names import names_of
from nova_lite.network.host.run import Run
from nova_lite.network.host.wiring import Wiring
from nova_lite.objects.base import Value
from nova_lite.objects.nic import Nic

LOG = logging.getLogger(__name__)


class Plugged(Value, frozen=True, kw_only=True):
    """An interface that is plugged in, and whose it is."""

    instance_uuid: str
    nic: Nic


class HostNetworks:
    """What is plugged in is written down first, one file an interface, and the network follows the files.

    So whatever cut a change off, the next look completes it. Interfaces of the user-mode network need nothing.
    """

    def __init__(self, directory: Path, run: Run, clock: Clock) -> None:
        """``directory``: one below it for each network. dnsmasq's user must be able to reach it."""
        self._directory, self._run, self._clock = directory, run, clock
        self._wiring = Wiring(run)
        self._lock = concurrency.lock()  # of the files and of all that follows them
        self._made: dict[str, Layout] = {}

    def plug(self, instance: Wired) -> None:
        """The networks of all interfaces of an instance are there and know them. Raises NovaLiteError."""
        with self._lock:
            for network_id in self._add(instance):
                self._follow(network_id)

    def unplug(self, instance_uuid: str, port_id: str | None = None) -> None:
        """Forget an interface of an instance, or all. A network goes with its last one. Raises NovaLiteError."""
        with self._lock:
            for network_id in self._networks():
                before = self._plugged(network_id)
                gone = [plugged for plugged in before
                        if plugged.instance_uuid == instance_uuid and port_id in (None, plugged.nic.id)]
                for plugged in gone:
                    self._forget(network_id, plugged)
                # One without interfaces was left by somebody who was cut off; the others are no business of this one.
                if gone or not before:
                    self._follow(network_id)

    def restore(self, instances: Iterable[Wired]) -> None:
        """Make the networks those of ``instances``, all that this host has, while no operation changes any of them."""
        wanted = {instance.uuid: instance for instance in instances}
        with self._lock:
            for network_id, plugged in self._all():
                instance = wanted.get(plugged.instance_uuid)
                if instance is None or plugged.nic.id not in {nic.id for nic in instance.nics}:
                    LOG.info("port %s of %s is not here any more", plugged.nic.id, plugged.instance_uuid)
                    self._forget(network_id, plugged)
            for instance in wanted.values():
                try:
                    self._add(instance)
                except NovaLiteError as error:  # the others, and all work of this host, do not wait for that one
                    LOG.error("instance %s cannot be plugged in on this host: %s", instance.uuid, error)
        self.tend()

    def tend(self) -> None:
        """Put right what is not as it should be: a server that has died, a bridge that somebody removed."""
        with self._lock:
            for network_id in self._networks():
                try:
                    self._follow(network_id)
                except NovaLiteError as error:
                    LOG.error("network %s is not right on this host: %s", network_id, error)

    def _add(self, instance: Wired) -> list[str]:
        """Write the interfaces of an instance down; their networks."""
        bridged = [nic for nic in instance.nics if nic.kind == "bridge"]
        for nic in bridged:
            check(nic)
            path = self._file(nic.network_id, nic.id)
            path.parent.mkdir(parents=True, exist_ok=True)
            text = msgspec.json.encode(Plugged(instance_uuid=instance.uuid, nic=nic))
            if not path.exists() or path.read_bytes() != text:
                scratch = path.with_suffix(".new")
                scratch.write_bytes(text)
                os.replace(scratch, path)
        return list(dict.fromkeys(nic.network_id for nic in bridged))

    def _forget(self, network_id: str, plugged: Plugged) -> None:
        self._file(network_id, plugged.nic.id).unlink(missing_ok=True)

    def _follow(self, network_id: str) -> None:
        """Make a network what its files say; remove it when it has none."""
        names, directory = names_of(network_id), self._directory / network_id
        nics = [plugged.nic for plugged in self._plugged(network_id)]
        server = DhcpServer(directory, names.namespace, self._run, self._clock)
        if not nics:
            server.stop()
            self._wiring.remove(names)
            self._made.pop(network_id, None)
            shutil.rmtree(directory, ignore_errors=True)
            return
        layout = lay_out(nics)
        wiring = dataclasses.replace(layout, server=(), hosts=())
        fresh = wiring != self._made.get(network_id) or not self._wiring.there(names)
        if fresh:
            replaced = not self._wiring.there(names)
            self._wiring.make(names, layout, f"nova-lite-{network_id}")
            self._made[network_id] = wiring
            fresh = replaced
        server.serve(layout.server, layout.hosts, fresh)

    def _networks(self) -> list[str]:
        return sorted(path.name for path in self._directory.iterdir()) if self._directory.is_dir() else []

    def _all(self) -> list[tuple[str, Plugged]]:
        return [(network_id, plugged) for network_id in self._networks() for plugged in self._plugged(network_id)]

    def _plugged(self, network_id: str) -> Sequence[Plugged]:
        files = sorted((self._directory / network_id / "ports").glob("*.json"))
        return [msgspec.json.decode(path.read_bytes(), type=Plugged) for path in files]

    def _file(self, network_id: str, port_id: str) -> Path:
        return self._directory / network_id / "ports" / f"{port_id}.json"


class NoNetworks:
    """Where guests are pretended nothing is plugged in."""

    def plug(self, instance: Wired) -> None:
        """Nothing to do."""

    def unplug(self, instance_uuid: str, port_id: str | None = None) -> None:
        """Nothing to undo."""

    def restore(self, instances: Iterable[Wired]) -> None:
        """Nothing to compare."""

    def tend(self) -> None:
        """Nothing to look after."""
