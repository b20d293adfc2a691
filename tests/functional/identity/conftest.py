"""The services under test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.functional.identity.cloud import IdentityCloud


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[IdentityCloud]:
    with IdentityCloud(tmp_path_factory.mktemp("identity")) as cloud:
        yield cloud


@pytest.fixture(scope="module")
def admin(cloud: IdentityCloud) -> str:
    """A token of the administrator."""
    return cloud.login()


@pytest.fixture
def member(cloud: IdentityCloud, admin: str) -> Iterator[str]:
    """A token of a plain member of a project of its own; both are called ``rose``."""
    project = cloud.create("project", admin, name="rose")
    user = cloud.create("user", admin, name="rose", password="secret", email="rose@example.org")
    role = cloud.role_id("member", admin)
    assert cloud.call("PUT", f"/projects/{project['id']}/users/{user['id']}/roles/{role}", token=admin).status == 204
    yield cloud.login("rose", "secret", "rose")
    cloud.call("DELETE", f"/users/{user['id']}", token=admin)
    cloud.call("DELETE", f"/projects/{project['id']}", token=admin)
