"""The records of the identity service: on every database, and in the memory that unit tests use, alike."""

from __future__ import annotations

import threading

import msgspec
import pytest

from nova_lite.core.errors import Conflict, NotFound
from nova_lite.db.identity import DatabaseIdentityStore
from nova_lite.db.session import Database
from nova_lite.identity.store import IdentityStore
from nova_lite.objects import identity as objects
from tests.unit.identity.memory import MemoryStore

DOMAIN = objects.Project(id="default", name="Default", is_domain=True)
PROJECT = objects.Project(
    id="p" * 32, name="garden", domain_id="default", parent_id="default", tags=("a", "b"), extra={"soil": ["wet", 7]}
)
USER = objects.User(id="u" * 32, name="Zoë 🌱", domain_id="default", extra={"email": None})
GROUP = objects.Group(id="g" * 32, name="gardeners", domain_id="default", description="x" * 70_000)
ROLE = objects.Role(id="r" * 32, name="member")
SERVICE = objects.CatalogService(id="s" * 32, type="image")
ENDPOINT = objects.Endpoint(id="e" * 32, service_id=SERVICE.id, interface="public", url="http://a", region_id="here")
RULE = objects.AccessRule(id="a" * 32, user_id=USER.id, service="compute", method="GET", path="/" + "x" * 224)
CREDENTIAL = objects.ApplicationCredential(
    id="c" * 32, name="robot", user_id=USER.id, project_id=PROJECT.id, secret_hash="#", role_ids=(ROLE.id,),
    expires_at=1.5, created_at=1_700_000_000.123456, access_rule_ids=(RULE.id,),
)
PASSWORD = objects.Password(user_id=USER.id, hash="$argon2id$", changed_at=1_700_000_000.123456)
ASSIGNMENT = objects.Assignment(
    actor_kind="user", actor_id=USER.id, target_kind="project", target_id=PROJECT.id, role_id=ROLE.id
)


@pytest.fixture
def on_database(database: Database) -> IdentityStore:
    return DatabaseIdentityStore(database)


@pytest.fixture(params=["database", "memory"])
def store(request: pytest.FixtureRequest, on_database: IdentityStore) -> IdentityStore:
    found = on_database if request.param == "database" else MemoryStore()
    for project in (DOMAIN, PROJECT):
        found.projects.insert(project)
    found.users.insert(USER)
    found.groups.insert(GROUP)
    found.roles.insert(ROLE)
    found.services.insert(SERVICE)
    found.endpoints.insert(ENDPOINT)
    found.access_rules.insert(RULE)
    found.application_credentials.insert(CREDENTIAL)
    found.passwords.put(PASSWORD)
    found.assignments.add(ASSIGNMENT)
    return found


def test_records_come_back_as_they_went(store: IdentityStore) -> None:
    assert store.projects.get(PROJECT.id) == PROJECT
    assert store.projects.get("default") == DOMAIN
    assert store.users.get(USER.id) == USER
    assert store.groups.get(GROUP.id) == GROUP
    assert store.roles.get(ROLE.id) == ROLE
    assert store.services.list() == [SERVICE]
    assert store.endpoints.list() == [ENDPOINT]
    assert store.application_credentials.get(CREDENTIAL.id) == CREDENTIAL
    assert store.access_rules.get(RULE.id) == RULE
    assert store.passwords.get(USER.id) == PASSWORD
    assert store.users.get("nobody") is None


def test_lists_select_by_equality_null_and_any_of(store: IdentityStore) -> None:
    assert store.projects.list() == [DOMAIN, PROJECT], "by id"
    assert store.projects.list(domain_id=None) == [DOMAIN]
    assert store.projects.list(is_domain=False, enabled=True) == [PROJECT]
    assert store.projects.list(id=("default", "nowhere")) == [DOMAIN]
    assert store.projects.list(id=()) == []
    assert store.users.list(name="zoë 🌱") == [], "names differ by case"
    assert store.users.list(name="Zoë 🌱 ") == [], "and by blanks at their end"


def test_names_are_unique_also_where_there_is_no_domain(store: IdentityStore) -> None:
    with pytest.raises(Conflict):
        store.projects.insert(msgspec.structs.replace(DOMAIN, id="other"))
    with pytest.raises(Conflict):
        store.roles.insert(msgspec.structs.replace(ROLE, id="other"))
    store.roles.insert(msgspec.structs.replace(ROLE, id="other", domain_id="default"))
    with pytest.raises(Conflict):
        store.users.insert(msgspec.structs.replace(USER, name="other"))


def test_replacing_changes_one_and_minds_the_names(store: IdentityStore) -> None:
    changed = msgspec.structs.replace(USER, name="rose", enabled=False, extra={"email": "rose@example.org"})
    assert store.users.replace(changed)
    assert store.users.replace(changed), "matched, though nothing changed"
    assert store.users.get(USER.id) == changed
    assert not store.users.replace(msgspec.structs.replace(USER, id="nobody", name="nobody"))
    store.users.insert(msgspec.structs.replace(USER, id="lily", name="lily"))
    with pytest.raises(Conflict):
        store.users.replace(msgspec.structs.replace(changed, name="lily"))


def test_what_is_said_of_a_record_goes_with_it(store: IdentityStore) -> None:
    store.memberships.add(objects.Membership(group_id=GROUP.id, user_id=USER.id))
    assert store.users.delete(USER.id)
    assert not store.users.delete(USER.id)
    assert store.passwords.get(USER.id) is None
    assert [*store.assignments.list(), *store.memberships.list(), *store.application_credentials.list()] == []
    assert store.access_rules.list() == []
    assert store.services.delete(SERVICE.id)
    assert store.endpoints.list() == []


def test_a_credential_holds_its_access_rules(store: IdentityStore) -> None:
    with pytest.raises(Conflict):
        store.access_rules.insert(msgspec.structs.replace(RULE, id="other"))
    with pytest.raises(Conflict):
        store.access_rules.delete(RULE.id)
    unlimited = msgspec.structs.replace(CREDENTIAL, id="unlimited", name="unlimited", access_rule_ids=None)
    store.application_credentials.insert(unlimited)
    store.application_credentials.delete(CREDENTIAL.id)
    assert store.access_rules.delete(RULE.id)
    assert not store.access_rules.delete(RULE.id)
    with pytest.raises(NotFound):
        store.application_credentials.insert(CREDENTIAL)


def test_links_are_there_or_not(store: IdentityStore) -> None:
    inherited = msgspec.structs.replace(ASSIGNMENT, inherited=True)
    for _ in range(2):
        store.assignments.add(ASSIGNMENT)
        store.assignments.add(inherited)
    assert store.assignments.list(actor_id=(USER.id, GROUP.id), inherited=True) == [inherited]
    assert len(store.assignments.list()) == 2
    assert store.assignments.remove(inherited)
    assert not store.assignments.remove(inherited)
    assert store.assignments.list() == [ASSIGNMENT]


def test_wrong_guesses_all_count_when_they_come_together(store: IdentityStore) -> None:
    guesses = [threading.Thread(target=store.passwords.count_failure, args=(USER.id, float(at))) for at in range(8)]
    for guess in guesses:
        guess.start()
    for guess in guesses:
        guess.join()
    password = store.passwords.get(USER.id)
    assert password is not None and password.failures == 8
    store.passwords.clear_failures(USER.id)
    password = store.passwords.get(USER.id)
    assert password is not None and password.failures == 0
    store.passwords.count_failure("nobody", 1.0)


def test_a_password_is_set_anew(store: IdentityStore) -> None:
    store.passwords.count_failure(USER.id, 1.0)
    renewed = msgspec.structs.replace(PASSWORD, hash="$other$")
    store.passwords.put(renewed)
    assert store.passwords.get(USER.id) == renewed
    store.passwords.put_anew(PASSWORD, PASSWORD.hash)
    assert store.passwords.get(USER.id) == renewed, "somebody has chosen another one meanwhile"
    store.passwords.put_anew(PASSWORD, renewed.hash)
    assert store.passwords.get(USER.id) == PASSWORD


def test_revocations_are_found_by_time_and_forgotten_when_they_expire(store: IdentityStore) -> None:
    early = objects.Revocation(subject="user:a", at=100.000001, expires_at=200.0)
    late = objects.Revocation(subject="user:b", at=150.0, expires_at=250.0)
    store.revocations.add([early, late])
    store.revocations.add([])
    assert sorted(store.revocations.since(0.0), key=lambda item: item.at) == [early, late]
    assert list(store.revocations.since(100.000002)) == [late]
    last = objects.Revocation(subject="user:c", at=201.0, expires_at=300.0)
    store.revocations.add([last])
    assert sorted(store.revocations.since(0.0), key=lambda item: item.at) == [late, last]
