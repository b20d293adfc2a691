"""The end of the cloud of these modules, with a guest still there. The last by its name."""

from __future__ import annotations

from pathlib import Path

from tests.clients.cloud import Client
from tests.clients.stack import Stack
from tests.e2e.cloud.networks import boot, on_this_machine, ports


def test_unstack_takes_the_networks_of_guests_that_are_still_there(
    stack: Stack, client: Client, image: str, small: str
) -> None:
    server = boot(client, image, small, "last")
    (port,) = ports(client, server)
    assert len(on_this_machine([port["network_id"]])) == 4
    stack.run("unstack.sh")
    assert on_this_machine([port["network_id"]]) == []
    of_clouds = Path("/run").glob("nova-lite-*")
    assert [path for path in of_clouds if (path / "networks" / port["network_id"]).exists()] == []
