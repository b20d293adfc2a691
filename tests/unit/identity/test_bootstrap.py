from __future__ import annotations

import msgspec

from nova_lite.identity import bootstrap
from tests.unit.identity.world import ADMIN_PASSWORD, PLAN, World


def test_it_makes_all_that_a_cloud_begins_with(world: World) -> None:
    assert {role.name for role in world.identity.roles.list()} == {"admin", "manager", "member", "reader", "service"}
    assert world.identity.domains.show("default").name == "Default"
    assert [service.type for service in world.identity.catalog.services.list()] != []
    urls = {endpoint.url for endpoint in world.identity.catalog.endpoints.list()}
    assert urls == {
        "http://cloud:8774/identity/v3", "http://cloud:8774/compute/v2.1", "http://cloud:8774/image",
        "http://cloud:8774/network",
    }
    nova = world.identity.claims(world.token("nova", "battery staple", "service"))
    assert {"admin", "service"} <= set(nova.roles)


def test_a_second_time_it_changes_nothing(world: World) -> None:
    assert bootstrap(world.identity, PLAN) == ()


def test_it_repairs_what_is_missing_and_moves_what_has_moved(world: World) -> None:
    world.identity.roles.forget(world.role_id("member"), world.role_id("reader"))
    moved = msgspec.structs.replace(PLAN, public_url="http://elsewhere:1", admin_password="new")
    changes = bootstrap(world.identity, moved)
    assert "role member implies reader" in changes
    assert "reset password of user admin" in changes
    assert len([change for change in changes if change.startswith("moved ")]) == 12
    assert bootstrap(world.identity, moved) == ()
    world.clock.advance(1)
    assert world.token("admin", "new") != ADMIN_PASSWORD


def test_it_leaves_alone_what_an_operator_added(world: World) -> None:
    user, project = world.member("rose")
    bootstrap(world.identity, PLAN)
    assert world.identity.users.show(user.id) == user
    assert world.identity.projects.show(project.id) == project
