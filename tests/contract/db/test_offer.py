"""What the cloud offers and allows: flavors, key pairs, quotas; and why the scheduler chose as it did."""

from __future__ import annotations

import msgspec
import pytest

from nova_lite.core.errors import Conflict, Invalid, NotFound, QuotaExceeded
from nova_lite.core.ids import new_uuid
from nova_lite.db.reads import decisions, flavors, key_pairs, quotas
from nova_lite.db.reads.flavors import FlavorFilters
from nova_lite.db.session import Database
from nova_lite.db.writes import decisions as decision_writes
from nova_lite.db.writes import flavors as flavor_writes
from nova_lite.db.writes import key_pairs as key_pair_writes
from nova_lite.db.writes import quotas as quota_writes
from nova_lite.objects.claim import Decision, Refusal
from nova_lite.objects.flavor import Flavor
from nova_lite.objects.key_pair import KeyPair
from nova_lite.objects.quota import Quota
from tests.builders.guests import NOW
from tests.contract.db.cloud import all_at_once


def _flavor(flavorid: str, **changes: object) -> Flavor:
    base = Flavor(flavorid=flavorid, name=f"m1.{flavorid}", vcpus=1, memory_mb=512, root_gb=1)
    return msgspec.structs.replace(base, **changes)


def _create(database: Database, *wanted: Flavor) -> None:
    for flavor in wanted:
        database.transact(lambda tx, flavor=flavor: flavor_writes.create(tx, flavor))  # type: ignore[misc]


def _ids(database: Database, *, marker: str | None = None, limit: int | None = None, **filters: object) -> list[str]:
    with database.read() as tx:
        found = flavors.page(tx, FlavorFilters(**filters), marker=marker, limit=limit)  # type: ignore[arg-type]
    return [flavor.flavorid for flavor in found]


def test_a_flavor_comes_back_as_it_was(database: Database) -> None:
    flavor = _flavor(
        "x", ephemeral_gb=2, swap=512, rxtx_factor=1.5, is_public=False, disabled=True, description="ü",
        extra_specs={"a:b": "1", "c": "☃"}, projects=("p1", "p2"),
    )
    _create(database, flavor)
    with database.read() as tx:
        assert flavors.get(tx, "x") == flavor


@pytest.mark.parametrize(("flavor", "message"), [
    (_flavor("1", name="new"), "Flavor with ID 1 already exists."),
    (_flavor("2", name="m1.1"), "Flavor with name m1.1 already exists."),
])
def test_a_flavor_whose_id_or_name_is_taken(database: Database, flavor: Flavor, message: str) -> None:
    _create(database, _flavor("1"))
    with pytest.raises(Conflict) as caught:
        _create(database, flavor)
    assert caught.value.message == message


def test_flavors_are_seen_by_whom_they_are_for(database: Database) -> None:
    _create(database, _flavor("1"), _flavor("2", is_public=False, projects=("mine",)), _flavor("3", is_public=False))
    assert _ids(database) == ["1", "2", "3"]
    assert _ids(database, visible_to="mine") == ["1", "2"]
    assert _ids(database, visible_to="other") == ["1"]
    assert _ids(database, is_public=False) == ["2", "3"]
    with database.read() as tx:
        assert flavors.get(tx, "2", "mine").flavorid == "2"
        with pytest.raises(NotFound, match="Flavor 2 could not be found"):
            flavors.get(tx, "2", "other")


def test_flavors_by_size_and_state_page_by_page(database: Database) -> None:
    wide = _flavor("3", memory_mb=2048, root_gb=9)
    _create(database, _flavor("1"), _flavor("2", memory_mb=1024, disabled=True), wide)
    assert _ids(database, min_memory_mb=1024) == ["2", "3"]
    assert _ids(database, min_root_gb=9) == ["3"]
    assert _ids(database, disabled=False) == ["1", "3"]
    assert _ids(database, limit=2) == ["1", "2"]
    assert _ids(database, marker="2") == ["3"]
    with pytest.raises(Invalid, match="marker"):
        _ids(database, marker="nothing")
    with database.read() as tx:
        largest = flavors.page(tx, FlavorFilters(), sort=[("memory_mb", "desc")], limit=1)
        assert [flavor.flavorid for flavor in largest] == ["3"]
        with pytest.raises(Invalid, match="sorted"):
            flavors.page(tx, FlavorFilters(), sort=[("description", "asc")])


def test_flavors_are_changed_and_removed(database: Database) -> None:
    _create(database, _flavor("1", is_public=False, extra_specs={"a": "1"}))
    database.transact(lambda tx: flavor_writes.set_description(tx, "1", "new"))
    database.transact(lambda tx: flavor_writes.set_extra_specs(tx, "1", {"a": "2", "b": "3"}))
    database.transact(lambda tx: flavor_writes.remove_extra_spec(tx, "1", "a"))
    database.transact(lambda tx: flavor_writes.add_project(tx, "1", "p"))
    with database.read() as tx:
        found = flavors.get(tx, "1")
    assert (found.description, found.extra_specs, found.projects) == ("new", {"b": "3"}, ("p",))
    with pytest.raises(Conflict, match="Flavor access already exists"):
        database.transact(lambda tx: flavor_writes.add_project(tx, "1", "p"))
    database.transact(lambda tx: flavor_writes.remove_project(tx, "1", "p"))
    with pytest.raises(NotFound, match="Flavor access not found"):
        database.transact(lambda tx: flavor_writes.remove_project(tx, "1", "p"))
    with pytest.raises(NotFound, match="no extra specs with key a"):
        database.transact(lambda tx: flavor_writes.remove_extra_spec(tx, "1", "a"))
    database.transact(lambda tx: flavor_writes.remove(tx, "1"))
    assert _ids(database) == []
    _create(database, _flavor("1"))


def test_a_flavor_that_is_not_there_cannot_be_changed(database: Database) -> None:
    for change in (
        lambda tx: flavor_writes.set_description(tx, "1", None), lambda tx: flavor_writes.remove(tx, "1"),
        lambda tx: flavor_writes.set_extra_specs(tx, "1", {"a": "b"}),
        lambda tx: flavor_writes.add_project(tx, "1", "p"),
    ):
        with pytest.raises(NotFound, match="Flavor 1 could not be found"):
            database.transact(change)


def _key(name: str, user_id: str = "u") -> KeyPair:
    public_key = "ssh-ed25519 " + "A" * 5000
    return KeyPair(user_id=user_id, name=name, public_key=public_key, fingerprint="a:b", created_at=NOW)


def _add_key(database: Database, key: KeyPair, limit: int = -1) -> KeyPair:
    return database.transact(lambda tx: key_pair_writes.create(tx, key, limit))


def test_key_pairs_by_name(database: Database) -> None:
    b, a = _add_key(database, _key("b")), _add_key(database, _key("a"))
    _add_key(database, _key("a", "other"))
    assert b.id > 0
    with database.read() as tx:
        assert key_pairs.get(tx, "u", "a") == a
        assert key_pairs.page(tx, "u") == [a, b]
        assert key_pairs.page(tx, "u", limit=1) == [a]
        assert key_pairs.page(tx, "u", marker="a") == [b]
        assert key_pairs.total(tx, "u") == 2
        with pytest.raises(Invalid, match="marker"):
            key_pairs.page(tx, "u", marker="nothing")
    with pytest.raises(Conflict, match="Key pair 'a' already exists"):
        _add_key(database, _key("a"))
    database.transact(lambda tx: key_pair_writes.remove(tx, "u", "a"))
    with pytest.raises(NotFound, match="Keypair a not found for user u"):
        database.transact(lambda tx: key_pair_writes.remove(tx, "u", "a"))


def test_nobody_has_more_key_pairs_than_allowed(database: Database) -> None:
    found = all_at_once(*(
        lambda name=name: _add_key(database, _key(name), 2) for name in "abcdef"
    ))
    assert len([item for item in found if isinstance(item, KeyPair)]) == 2
    assert {type(item) for item in found if not isinstance(item, KeyPair)} == {QuotaExceeded}


def test_a_projects_limits_win_over_the_class_and_that_over_the_configuration(database: Database) -> None:
    configured = Quota(cores=7, ram=8)
    database.transact(lambda tx: quota_writes.set_class(tx, "default", {"cores": 30, "instances": 40}))
    database.transact(lambda tx: quota_writes.set_project(tx, "p", {"cores": 3}))
    database.transact(lambda tx: quota_writes.set_project(tx, "p", {"cores": 4, "instances": -1}))
    with database.read() as tx:
        own = quotas.of_project(tx, "p", configured)
        common = quotas.of_project(tx, "other", configured)
        assert quotas.of_class(tx, "default", configured) == common
    assert (own.cores, own.instances, own.ram) == (4, -1, 8)
    assert (common.cores, common.instances, common.ram) == (30, 40, 8)
    database.transact(lambda tx: quota_writes.clear_project(tx, "p"))
    with database.read() as tx:
        assert quotas.of_project(tx, "p", configured) == common


def test_decisions_are_kept_and_forgotten(database: Database) -> None:
    refusal = Refusal(host="a", filter="RamFilter", reason="needs 2048 MiB, has 1024")
    first = Decision(hosts=2, candidates=("b",), refused={"RamFilter": 1}, refusals=(refusal,))
    second = Decision(hosts=1, candidates=())
    operation = new_uuid()
    database.transact(lambda tx: decision_writes.record(tx, "req-1", operation, first, NOW))
    database.transact(lambda tx: decision_writes.record(tx, "req-1", operation, second, NOW + 5))
    with database.read() as tx:
        assert decisions.of_request(tx, "req-1") == [first, second]
        assert decisions.of_operation(tx, operation) == [first, second]
        assert decisions.of_request(tx, "req-2") == []
    assert database.transact(lambda tx: decision_writes.forget(tx, NOW + 1)) == 1
