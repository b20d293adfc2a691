"""What Tempest needs in a cloud before it begins: images, flavors, networks; and what the cloud says of itself."""

from __future__ import annotations

import dataclasses
import time
from pathlib import Path
from typing import Any

from guest.recipe import Request, build
from tests.clients.cloud import Client
from tests.clients.stack import ROOT, Stack

SNAPSHOT = 0.5  # seconds that a pretended host takes for one
PATIENCE = 180.0  # seconds for daemons to start again: a machine may be busy with other things too


@dataclasses.dataclass(frozen=True)
class Resources:
    """Ids of two images, the number of compute hosts, the external network's id, the aliases of the network service's
    extensions, and whether guests are real: then they boot, have an ssh server, and this machine reaches them."""

    images: tuple[str, str]
    hosts: int
    external_network: str
    extensions: tuple[str, ...]
    guests_are_real: bool


def options(*, real: bool, hosts: int = 1) -> tuple[str, ...]:
    """Of stack.sh, for such a cloud."""
    if real:
        return "--no-demo", "--plug", "bridge"
    return "--no-demo", "--hypervisor", "fake", "--hosts", str(hosts)


def prepare(stack: Stack, directory: Path, *, real: bool) -> Resources:
    """Make them in a cloud put up with options()."""
    client = stack.client()
    try:
        hosts = len(_computes(stack))
        if not real:
            _pretend(stack, client, hosts)
        images = _guest_images(client) if real else _empty_images(client, directory)
        return Resources(
            images, hosts, external_network=_external_network(client),
            extensions=tuple(one["alias"] for one in _network(client, "extensions")), guests_are_real=real,
        )
    finally:
        client.close()


def _computes(stack: Stack) -> list[str]:
    return sorted(path.stem for path in (stack.state / "etc").glob("nova-lite-compute*.conf"))


def _pretend(stack: Stack, client: Client, hosts: int) -> None:
    # Tempest uploads a thousand stars as an image of any format: such a cloud is needed for half of its image tests.
    added = {"nova-lite-api": "[image]\nrequire_format_match = false\n"}
    # And it wants to see an image being saved, for which a pretended host must take as long as a real one.
    added |= dict.fromkeys(_computes(stack), f"[fake]\ndelays = snapshot:{SNAPSHOT}\n")
    for daemon, text in added.items():
        with (stack.state / "etc" / f"{daemon}.conf").open("a") as configuration:
            configuration.write(f"\n{text}")
    ending = [stack.daemon(daemon) for daemon in added]
    for process in ending:
        process.terminate()
    for process in ending:
        process.wait(PATIENCE)  # the stack's supervisor starts it again
    ended = time.time()
    client.wait_for_api(PATIENCE)
    client.wait_for_hosts(hosts, PATIENCE, since=ended)  # those that have just ended count as up for a while


def _empty_images(client: Client, directory: Path) -> tuple[str, str]:
    data = directory / "image.raw"
    data.write_bytes(bytes(1 << 20))
    first, second = (client.upload(data, name, "raw", hw_qemu_guest_agent="yes") for name in ("tempest", "tempest-alt"))
    return first, second


def _guest_images(client: Client) -> tuple[str, str]:
    """Of guests with an ssh server, which lets the keys of the instance in."""
    request = Request(ROOT / "var/tests/guest-ssh.qcow2", ROOT / "var/tests/guest-cache", with_ssh=True)
    data = build(request, lambda text: None).output
    return client.upload(data, "tempest"), client.upload(data, "tempest-alt")


def _external_network(client: Client) -> str:
    (network,) = _network(client, "networks", "?router:external=true")
    return str(network["id"])


def _network(client: Client, noun: str, query: str = "") -> list[dict[str, Any]]:
    client.login()
    answer = client.session.get(f"{client.url}/network/v2.0/{noun}{query}", timeout=PATIENCE)
    assert answer.ok, answer.text
    found: list[dict[str, Any]] = answer.json()[noun]
    return found
