"""What changes while somebody logs in: no token outlives what it was given for."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from nova_lite.core.errors import Unauthenticated
from nova_lite.core.ids import new_hex
from nova_lite.identity import Identity, KeyRing, PasswordHasher
from nova_lite.identity.errors import LoginRefused
from nova_lite.objects.identity import Group
from tests.unit.identity.world import TTL, World, login


class Interrupted(PasswordHasher):
    """Once, right after a password was compared, something happens."""

    def __init__(self, happens: Callable[[], object], *, memory_kib: int = 64) -> None:
        super().__init__(memory_kib=memory_kib, passes=1)
        self._happens: Callable[[], object] | None = happens

    def verify(self, hashed: str | None, secret: str) -> bool:
        found = super().verify(hashed, secret)
        happens, self._happens = self._happens, None
        if happens is not None:
            happens()
        return found


def interrupted(world: World, hasher: Interrupted) -> Identity:
    """Another worker."""
    return Identity(
        store=world.store, clock=world.clock, keys=KeyRing(world.keys, world.clock), hasher=hasher, token_ttl=TTL
    )


def refused_later(world: World, token: str) -> None:
    """Refused by everybody who has heard the news."""
    world.clock.advance(60)
    with pytest.raises(Unauthenticated):
        world.elsewhere().validate(token, "r")


def test_a_password_is_changed_while_the_old_one_is_compared(world: World) -> None:
    user, _ = world.member("rose")

    def change() -> None:
        world.clock.advance(1)
        world.identity.users.set_password(user.id, "another")
        world.clock.advance(1)

    token, _ = interrupted(world, Interrupted(change)).login(login("rose", "secret", "rose"))
    refused_later(world, token)


def test_a_user_is_disabled_while_it_logs_in(world: World) -> None:
    user, _ = world.member("rose")

    def disable() -> None:
        world.clock.advance(1)
        world.identity.users.update(user.id, {"enabled": False})
        world.clock.advance(1)

    token, _ = interrupted(world, Interrupted(disable)).login(login("rose", "secret", "rose"))
    refused_later(world, token)


def test_a_group_is_deleted_while_its_member_logs_in(world: World) -> None:
    """Who logged in between the revocation and the deletion had what the group gave, for as long as a token lives."""
    user, project = world.user("rose"), world.project("rose")
    group = world.identity.groups.create(Group(id=new_hex(), name="guests", domain_id="default"))
    world.identity.groups.add(group.id, user.id)
    world.grant("member", group.id, project.id)
    tokens: list[str] = []
    delete = world.store.groups.delete

    def log_in_and_delete(id: str) -> bool:
        world.clock.advance(1)
        tokens.append(world.token("rose"))
        world.clock.advance(1)
        return delete(id)

    world.store.groups.delete = log_in_and_delete  # type: ignore[method-assign]
    world.identity.groups.delete(group.id)
    refused_later(world, tokens[0])


def test_a_password_that_is_changed_while_its_old_hash_is_made_anew_stays_changed(world: World) -> None:
    user, _ = world.member("rose")
    hasher = Interrupted(lambda: world.identity.users.set_password(user.id, "another"), memory_kib=128)
    interrupted(world, hasher).login(login("rose", "secret", "rose"))
    with pytest.raises(LoginRefused):
        world.identity.login(login("rose", "secret", "rose"))
    world.token("rose", "another")
