from __future__ import annotations

import pytest

from nova_lite.identity.errors import LoginRefused
from nova_lite.identity.passwords import PasswordHasher
from nova_lite.identity.throttle import FREE_GUESSES, LONGEST_PAUSE, pause
from tests.unit.identity.world import World, login


def test_a_hash_is_argon2id_and_tells_nothing_of_the_password() -> None:
    hasher = PasswordHasher()
    hashed = hasher.hash("säcret")
    assert hashed.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert hashed != hasher.hash("säcret"), "every hash has its own salt"
    assert hasher.verify(hashed, "säcret")
    assert not hasher.verify(hashed, "sacret")


def test_nobody_and_a_broken_hash_match_no_password() -> None:
    hasher = PasswordHasher(memory_kib=64, passes=1)
    assert not hasher.verify(None, "nobody has this password")
    assert not hasher.verify("$argon2id$broken", "secret")


def test_a_hash_of_other_parameters_is_made_anew_at_the_next_login(world: World) -> None:
    user, _ = world.member("rose")
    other = PasswordHasher(memory_kib=128, passes=1).hash("secret")
    password = world.store.passwords.get(user.id)
    assert password is not None
    world.store.passwords.put(type(password)(user_id=user.id, hash=other, changed_at=0.0))
    world.token("rose")
    renewed = world.store.passwords.get(user.id)
    assert renewed is not None and "m=64," in renewed.hash


def test_pauses_grow_up_to_a_limit() -> None:
    assert [pause(count) for count in range(FREE_GUESSES + 4)] == [0.0] * FREE_GUESSES + [1.0, 2.0, 4.0, 8.0]
    assert pause(10**9) == LONGEST_PAUSE


def _guess(world: World, password: str) -> bool:
    try:
        world.identity.login(login("rose", password, "rose"))
    except LoginRefused:
        return False
    return True


def test_after_wrong_guesses_even_the_right_password_waits(world: World) -> None:
    world.member("rose")
    for _ in range(FREE_GUESSES):
        assert not _guess(world, "wrong")
    assert not _guess(world, "secret")
    world.clock.advance(1.0)
    assert _guess(world, "secret")


def test_guesses_during_a_pause_neither_count_nor_prolong_it(world: World) -> None:
    user, _ = world.member("rose")
    for _ in range(FREE_GUESSES + 10):
        _guess(world, "wrong")
    password = world.store.passwords.get(user.id)
    assert password is not None and password.failures == FREE_GUESSES


def test_a_right_guess_forgives_the_wrong_ones(world: World) -> None:
    world.member("rose")
    for _ in range(3):
        for _ in range(FREE_GUESSES - 1):
            assert not _guess(world, "wrong")
        assert _guess(world, "secret")


def test_changing_a_password_needs_the_one_before(world: World) -> None:
    user, _ = world.member("rose")
    with pytest.raises(LoginRefused):
        world.identity.users.change_password(user.id, "wrong", "new")
    world.identity.users.change_password(user.id, "secret", "new")
    assert not _guess(world, "secret")
    assert _guess(world, "new")
