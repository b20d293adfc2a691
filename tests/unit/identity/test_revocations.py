from __future__ import annotations

import os
from collections.abc import Callable

import pytest

from nova_lite.core.errors import Unauthenticated
from nova_lite.identity import Bell
from nova_lite.identity.revocations import POLL_INTERVAL, token_subject
from nova_lite.objects.identity import Assignment, Group, Revocation
from tests.unit.identity.world import ADMIN_PASSWORD, TTL, World, login


def _is_valid(world: World, token: str) -> bool:
    try:
        world.identity.validate(token, "r")
    except Unauthenticated:
        return False
    return True


def _assignment(world: World, user_id: str) -> Assignment:
    return world.store.assignments.list(actor_id=user_id)[0]


def _mutable(world: World, role: str) -> str:
    """The id of a role of the bootstrap, which are immutable, made mutable."""
    id = world.role_id(role)
    world.identity.roles.update(id, {"extra": {"options": {"immutable": None}}})
    return id


EVENTS: dict[str, Callable[[World, str, str], object]] = {
    "password set": lambda world, user, project: world.identity.users.set_password(user, "new"),
    "password changed": lambda world, user, project: world.identity.users.change_password(user, "secret", "new"),
    "user disabled": lambda world, user, project: world.identity.users.update(user, {"enabled": False}),
    "user deleted": lambda world, user, project: world.identity.users.delete(user),
    "project disabled": lambda world, user, project: world.identity.projects.update(project, {"enabled": False}),
    "project deleted": lambda world, user, project: world.identity.projects.delete(project),
    "domain disabled": lambda world, user, project: world.identity.domains.update("default", {"enabled": False}),
    "role taken away": lambda world, user, project: world.identity.assignments.revoke(_assignment(world, user)),
    "role deleted": lambda world, user, project: world.identity.roles.delete(_mutable(world, "member")),
    "role renamed": lambda world, user, project: world.identity.roles.update(
        _mutable(world, "member"), {"name": "partner"}
    ),
    "implication removed": lambda world, user, project: world.identity.roles.forget(
        world.role_id("member"), world.role_id("reader")
    ),
}


@pytest.mark.parametrize("event", EVENTS)
def test_what_takes_rights_away_voids_the_tokens_that_state_them(world: World, event: str) -> None:
    user, project = world.member("rose")
    world.clock.advance(1)
    token = world.token("rose")
    EVENTS[event](world, user.id, project.id)
    assert not _is_valid(world, token)


@pytest.mark.parametrize(
    "event", [name for name in EVENTS if name.startswith(("user", "project", "password", "role t"))]
)
def test_it_leaves_the_tokens_of_others_alone(world: World, event: str) -> None:
    user, project = world.member("rose")
    world.clock.advance(1)
    token = world.token("admin", ADMIN_PASSWORD)
    EVENTS[event](world, user.id, project.id)
    assert _is_valid(world, token)


def test_leaving_a_group_voids_what_the_group_gave(world: World) -> None:
    user, project = world.user("rose"), world.project("garden")
    group = world.identity.groups.create(Group(id="9" * 32, name="gardeners", domain_id="default"))
    world.identity.groups.add(group.id, user.id)
    world.grant("member", group.id, project.id)
    world.clock.advance(1)
    token = world.token("rose", project="garden")
    world.identity.groups.remove(group.id, user.id)
    assert not _is_valid(world, token)


def test_a_token_issued_after_a_revocation_is_good(world: World) -> None:
    user, _ = world.member("rose")
    world.identity.users.set_password(user.id, "new")
    world.clock.advance(0.001)
    assert _is_valid(world, world.token("rose", "new"))


def test_one_token_is_revoked_and_the_users_others_are_not(world: World) -> None:
    world.member("rose")
    (one, claims), (other, _) = (world.identity.login(login("rose", "secret", "rose")) for _ in range(2))
    world.identity.revoke(claims)
    assert (_is_valid(world, one), _is_valid(world, other)) == (False, True)


def test_another_process_learns_of_it_within_the_interval_and_at_once_when_it_inspects(world: World) -> None:
    world.member("rose")
    elsewhere = world.elsewhere()
    token, claims = world.identity.login(login("rose", "secret", "rose"))
    elsewhere.validate(token, "r")
    world.identity.revoke(claims)
    elsewhere.validate(token, "r")  # the price of not asking the database for every request
    with pytest.raises(Unauthenticated):
        elsewhere.inspect(token)
    third = world.elsewhere()
    world.clock.advance(POLL_INTERVAL)
    with pytest.raises(Unauthenticated):
        third.validate(token, "r")


def test_news_with_a_time_before_the_last_look_is_still_found(world: World) -> None:
    # A transaction of another process took its time and commits later.
    world.member("rose")
    elsewhere = world.elsewhere()
    token, claims = world.identity.login(login("rose", "secret", "rose"))
    world.clock.advance(1)
    now = world.clock.now()
    world.clock.advance(3)
    elsewhere.validate(token, "r")
    world.store.revocations.add(
        [Revocation(subject=token_subject(claims.audit_ids[0]), at=now, expires_at=now + TTL)]
    )
    world.clock.advance(POLL_INTERVAL)
    with pytest.raises(Unauthenticated):
        elsewhere.validate(token, "r")


def test_validating_asks_the_store_once_an_interval_at_most(world: World) -> None:
    world.member("rose")
    token = world.token("rose")
    world.identity.validate(token, "r")
    before = world.store.revocations.reads
    for _ in range(100):
        world.identity.validate(token, "r")
    assert world.store.revocations.reads == before
    world.clock.advance(POLL_INTERVAL)
    for _ in range(100):
        world.identity.validate(token, "r")
    assert world.store.revocations.reads == before + 1


@pytest.mark.parametrize("event", [name for name in EVENTS if name.startswith(("user", "password", "role t"))])
def test_workers_of_one_api_know_at_once(world: World, event: str) -> None:
    beside = world.beside()
    user, project = world.member("rose")
    world.clock.advance(1)
    token = world.token("rose")
    beside.validate(token, "r")
    EVENTS[event](world, user.id, project.id)
    with pytest.raises(Unauthenticated):
        beside.validate(token, "r")


def test_a_bell_is_heard_across_a_fork() -> None:
    bell = Bell()
    before = bell.sound()
    assert bell.sound() == before
    child = os.fork()
    if not child:
        bell.ring()
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert bell.sound() != before
