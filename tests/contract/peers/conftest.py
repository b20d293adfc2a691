"""The services under test, each started once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.clients.identity import IdentityClient
from tests.functional.whole.cloud import PASSWORD, Cloud
from tests.peers import Glance, Keystone
from tests.peers.glance import Validator

KINDS = ("embedded", "real")


@pytest.fixture(scope="session")
def embedded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    """A cloud without hosts: it serves identity and images."""
    with Cloud(tmp_path_factory.mktemp("embedded"), hosts=()) as cloud:
        yield cloud


@pytest.fixture(scope="session")
def keystone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Keystone]:
    """A real Keystone."""
    with Keystone(tmp_path_factory.mktemp("keystone")) as server:
        yield server


@pytest.fixture(scope="session")
def glance(keystone: Keystone, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Glance]:
    """A real Glance, whose tokens are that Keystone's."""
    validator = Validator(keystone.auth_url, "admin", keystone.password, "admin")
    with Glance(tmp_path_factory.mktemp("glance"), validator) as server:
        yield server


@pytest.fixture(scope="session", params=KINDS)
def identity(request: pytest.FixtureRequest) -> IdentityClient:
    """An identity service."""
    if request.param == "real":
        keystone: Keystone = request.getfixturevalue("keystone")
        return IdentityClient(keystone.auth_url, keystone.password)
    cloud: Cloud = request.getfixturevalue("embedded")
    return IdentityClient(cloud.client.auth_url, PASSWORD)


@pytest.fixture(scope="session")
def admin(identity: IdentityClient) -> str:
    """A token of its administrator."""
    return identity.login()
