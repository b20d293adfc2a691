"""One cloud for all modules here, put up by stack.sh. Each deletes its servers; the last takes the cloud down."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.clients.cloud import Client
from tests.clients.stack import Stack


@pytest.fixture(scope="package")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with Stack(tmp_path_factory.mktemp("cloud"), "--no-demo", "--plug", "bridge") as running:
        yield running


@pytest.fixture(scope="package")
def client(stack: Stack) -> Iterator[Client]:
    """The admin's."""
    made = stack.client()
    made.login()
    yield made
    made.close()


@pytest.fixture(scope="package")
def image(client: Client, guest_image: Path) -> str:
    """The image of all guests."""
    return client.upload(guest_image)


@pytest.fixture(scope="package")
def small(client: Client) -> str:
    """The flavor of most guests: 128 MiB, and a disk of 1 GiB."""
    return client.make_flavor("test.small", 128, 1)
