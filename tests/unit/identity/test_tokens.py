from __future__ import annotations

import base64
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nova_lite.core.clock import ManualClock
from nova_lite.identity.errors import KeysMissing, TokenRefused
from nova_lite.identity.keys import RELOAD_INTERVAL, SIGNER_LIFE, KeyRing, create_key, ensure_key, retire_keys
from nova_lite.identity.tokens import Claims, Scope, TokenBox

CLAIMS = Claims(
    user_id="u" * 32, user_name="Zoë", user_domain_id="default", roles=("member", "reader"),
    scope=Scope(kind="project", id="p" * 32, name="ward", domain_id="default"),
    issued_at=1_700_000_000.0, expires_at=1_700_003_600.0, audit_ids=("audit",),
)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    ensure_key(tmp_path)
    return tmp_path


@pytest.fixture
def box(directory: Path, clock: ManualClock) -> TokenBox:
    return TokenBox(KeyRing(directory, clock), clock)


def test_a_token_states_what_was_sealed_in_it(box: TokenBox, directory: Path, clock: ManualClock) -> None:
    token = box.seal(CLAIMS)
    assert TokenBox(KeyRing(directory, clock), clock).open(token) == CLAIMS
    assert token.isascii()


def test_the_release_before_reads_tokens_without_limits_and_no_others(box: TokenBox) -> None:
    before = [name for name in Claims.__struct_fields__ if name != "limited"]

    def fields(token: str) -> int:
        part = token.split(".")[2]
        return len(msgspec.msgpack.decode(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))))

    limited = msgspec.structs.replace(CLAIMS, limited=True)
    assert (fields(box.seal(CLAIMS)), fields(box.seal(limited))) == (len(before), len(before) + 1)
    assert box.open(box.seal(limited)) == limited


def test_a_token_is_refused_once_it_has_expired_though_it_was_good_before(box: TokenBox, clock: ManualClock) -> None:
    token = box.seal(CLAIMS)
    box.open(token)
    clock.advance(3600)
    with pytest.raises(TokenRefused):
        box.open(token)


@settings(max_examples=200)
@given(data=st.data())
def test_no_changed_token_is_accepted(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    directory = tmp_path_factory.mktemp("keys")
    ensure_key(directory)
    box = TokenBox(KeyRing(directory, ManualClock()), ManualClock())
    token = box.seal(CLAIMS)
    place = data.draw(st.integers(0, len(token) - 1))
    letter = data.draw(st.characters(codec="utf-8").filter(lambda letter: letter != token[place]))
    with pytest.raises(TokenRefused):
        box.open(token[:place] + letter + token[place + 1:])


@given(token=st.text(max_size=300) | st.lists(st.text("nl1AZaz09_-=", max_size=60), max_size=5).map(".".join))
def test_no_text_makes_opening_fail_otherwise(tmp_path_factory: pytest.TempPathFactory, token: str) -> None:
    directory = tmp_path_factory.getbasetemp() / "one-key"
    ensure_key(directory)
    with pytest.raises(TokenRefused):
        TokenBox(KeyRing(directory, ManualClock()), ManualClock()).open(token)


def test_a_token_of_another_cloud_is_refused(box: TokenBox, tmp_path: Path, clock: ManualClock) -> None:
    create_key(tmp_path / "other")
    stranger = TokenBox(KeyRing(tmp_path / "other", clock), clock)
    with pytest.raises(TokenRefused):
        box.open(stranger.seal(CLAIMS))


def test_a_huge_token_is_not_even_looked_at(box: TokenBox) -> None:
    with pytest.raises(TokenRefused):
        box.open("nl1." + "A" * 100_000 + ".A.A")


def test_only_so_many_tokens_are_remembered(directory: Path, clock: ManualClock) -> None:
    box = TokenBox(KeyRing(directory, clock), clock, remembered=2)
    tokens = [box.seal(msgspec.structs.replace(CLAIMS, audit_ids=(str(number),))) for number in range(5)]
    for token in tokens:
        box.open(token)
    assert list(box._opened) == tokens[-2:]


def test_after_rotation_new_tokens_bear_the_new_key_and_old_ones_stay_good(
    box: TokenBox, directory: Path, clock: ManualClock
) -> None:
    old = box.seal(CLAIMS)
    create_key(directory)
    clock.advance(SIGNER_LIFE + 1)
    new = box.seal(CLAIMS)
    assert old.split(".")[1] != new.split(".")[1]
    assert box.open(old) == box.open(new) == CLAIMS


def test_a_process_learns_a_key_when_it_meets_it(directory: Path, clock: ManualClock) -> None:
    early = TokenBox(KeyRing(directory, clock), clock)
    create_key(directory)
    token = TokenBox(KeyRing(directory, clock), clock).seal(CLAIMS)
    clock.advance(RELOAD_INTERVAL)
    assert early.open(token) == CLAIMS


def test_the_tokens_of_a_key_that_was_removed_are_refused(directory: Path, clock: ManualClock) -> None:
    first = next(directory.glob("*.pem"))
    token = TokenBox(KeyRing(directory, clock), clock).seal(CLAIMS)
    create_key(directory)
    first.unlink()
    with pytest.raises(TokenRefused):
        TokenBox(KeyRing(directory, clock), clock).open(token)


def test_a_directory_without_a_key_is_refused_by_name(tmp_path: Path, clock: ManualClock) -> None:
    with pytest.raises(KeysMissing, match=str(tmp_path)):
        KeyRing(tmp_path, clock)


def test_private_keys_are_for_their_owner_only(directory: Path) -> None:
    (path,) = directory.glob("*.pem")
    assert path.stat().st_mode & 0o077 == 0
    assert not ensure_key(directory), "a directory with a key needs no other"
    assert [item.name for item in directory.iterdir()] == ["0001.pem"]


def test_a_key_is_retired_when_the_last_token_it_may_have_signed_is_over(directory: Path) -> None:
    second = create_key(directory)
    made = second.stat().st_mtime
    assert retire_keys(directory, longest_life=3600, now=made + 3600 + SIGNER_LIFE - 1) == []
    assert retire_keys(directory, longest_life=3600, now=made + 3600 + SIGNER_LIFE + 1) == [directory / "0001.pem"]
    assert list(directory.iterdir()) == [second], "the key that signs stays, however old"
    assert retire_keys(directory, longest_life=3600, now=made + 1e9) == []
