"""Which requests an access rule is for, and what becomes of a rule."""

from __future__ import annotations

import pytest

from nova_lite.core.errors import Forbidden, Invalid, NotFound, Unauthenticated
from nova_lite.core.ids import new_hex
from nova_lite.identity.access_rules import Asked, allowed
from nova_lite.identity.login import ByApplicationCredential, Login
from nova_lite.objects.identity import AccessRule, ApplicationCredential
from tests.unit.identity.world import World

SERVERS = "/compute/v2.1/servers"


def rule(path: str = SERVERS, method: str = "GET", service: str = "compute", id: str = "") -> AccessRule:
    return AccessRule(id=id, user_id="", service=service, method=method, path=path)


def asked(path: str = SERVERS, method: str = "GET", service: str = "compute") -> Asked:
    return Asked(service=service, method=method, path=path)


@pytest.mark.parametrize(("pattern", "fits", "misses"), [
    ("/v2.1/servers", ["/v2.1/servers"], ["/v2.1/servers/", "/v2.1/servers/1", "/v2x1/servers", "/x/v2.1/servers", ""]),
    ("/servers/*", ["/servers/1", "/servers/a-b"], ["/servers/", "/servers", "/servers/1/action"]),
    ("/servers/{server_id}", ["/servers/1"], ["/servers/", "/servers/1/action"]),
    ("/servers/*/action", ["/servers/1/action"], ["/servers/action", "/servers/1/2/action"]),
    ("/servers/**", ["/servers/", "/servers/1", "/servers/1/action"], ["/servers"]),
    ("/**/tags/{tag}", ["/a/tags/x", "/a/b/tags/x", "/tags/tags/x"], ["/tags/x", "/a/tags/", "/a/tags/x/y"]),
    ("/a*b", ["/axb", "/abbb"], ["/ab", "/a/b"]),
    ("/***", ["/a", "/a/b"], ["/", "/a/"]),
    ("/a.c|/b", ["/a.c|/b"], ["/abc", "/b"]),
])
def test_a_path_may_have_placeholders(pattern: str, fits: list[str], misses: list[str]) -> None:
    assert [path for path in fits + misses if allowed([rule(pattern)], asked(path))] == fits


def test_no_pattern_costs_more_than_the_length_of_a_path() -> None:
    # As regular expressions these would not end before the sun does.
    for pattern in ("/" + "**a" * 74, "/" + "**" * 112, "/" + "a**" * 74):
        assert not allowed([rule(pattern + "c")], asked("/" + "a" * 8000 + "b"))


def test_a_rule_is_for_one_method_of_one_service() -> None:
    assert allowed([rule("/other"), rule()], asked())
    assert not allowed([rule()], asked(method="HEAD"))
    assert not allowed([rule()], asked(service="image"))
    assert not allowed([], asked())


def limited(world: World, *rules: AccessRule) -> tuple[ApplicationCredential, str]:
    """A credential of rose, the member, and a token by it."""
    found = world.identity.users.find("rose", "default")
    user, project = (found, world.identity.projects.find("rose", "default")) if found else world.member("rose")
    assert user is not None and project is not None
    role = world.role_id("reader")
    record = ApplicationCredential(
        id=new_hex(), name=new_hex(), user_id=user.id, project_id=project.id, role_ids=(role,)
    )
    credential, secret = world.identity.application_credentials.issue(record, {role}, rules)
    return credential, world.identity.login(
        Login(proofs=(ByApplicationCredential(id=credential.id, secret=secret),))
    )[0]


def test_a_limited_token_is_good_for_what_its_rules_name(world: World) -> None:
    _, token = limited(world, rule(f"{SERVERS}/*"), rule(method="POST"))
    for there in (world.identity, world.elsewhere()):
        assert there.validate(token, "r", asked(f"{SERVERS}/1")).user_name == "rose"
        assert there.validate(token, "r", asked(method="POST")).user_name == "rose"
        for refused in (asked(), asked(f"{SERVERS}/1", "DELETE"), asked(f"{SERVERS}/1", service=""), None):
            with pytest.raises(Unauthenticated):
                there.validate(token, "r", refused)


def test_whether_a_token_is_valid_may_be_asked_with_any(world: World) -> None:
    _, token = limited(world, rule())
    world.identity.validate(token, "r", asked("/identity/v3/auth/tokens", service="identity"))
    with pytest.raises(Unauthenticated):
        world.identity.validate(token, "r", asked("/identity/v3/auth/tokens", "DELETE", "identity"))


def test_rules_that_are_alike_are_one(world: World) -> None:
    first, _ = limited(world, rule(), rule())
    second, _ = limited(world, rule(), rule(method="POST"))
    assert first.access_rule_ids is not None and second.access_rule_ids is not None
    assert first.access_rule_ids == second.access_rule_ids[:1]
    third, _ = limited(world, rule("", "", "", id=first.access_rule_ids[0]))
    assert third.access_rule_ids == first.access_rule_ids


def test_others_rules_are_not_to_be_had(world: World) -> None:
    credential, _ = limited(world, rule())
    assert credential.access_rule_ids is not None
    rules = world.identity.application_credentials.rules
    with pytest.raises(NotFound):
        rules.settle("somebody else", [rule("", "", "", id=credential.access_rule_ids[0])])
    with pytest.raises(Invalid):
        rules.settle("somebody else", [rule("", "", "", id="nowhere")])


def test_a_rule_stays_while_a_credential_has_it(world: World) -> None:
    credential, _ = limited(world, rule())
    assert credential.access_rule_ids is not None
    rules = world.identity.application_credentials.rules
    with pytest.raises(Forbidden):
        rules.delete(credential.access_rule_ids[0])
    world.identity.application_credentials.delete(credential.id)
    rules.delete(credential.access_rule_ids[0])
    with pytest.raises(NotFound):
        rules.delete(credential.access_rule_ids[0])
