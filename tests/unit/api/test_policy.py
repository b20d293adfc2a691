"""Rules, and the roles that they admit."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from oslo_config import cfg
from oslo_policy import policy as oslo_policy

from nova_lite.api import policy
from nova_lite.api.compute.policies import RULES
from nova_lite.api.policy import Policy, Rule
from nova_lite.core.clock import ManualClock
from nova_lite.core.context import RequestContext
from nova_lite.core.errors import Forbidden

ROLES = {
    "admin": ("admin", "manager", "member", "reader"), "manager": ("manager", "member", "reader"),
    "member": ("member", "reader"), "reader": ("reader",), "nobody": (), "service": ("service",),
}
OWN, FOREIGN = {"project_id": "p", "user_id": "u"}, {"project_id": "q", "user_id": "w"}


def _policy(*rules: Rule) -> Policy:
    conf = cfg.ConfigOpts()
    conf([], project="nova-lite", default_config_files=[], default_config_dirs=[])
    return Policy(oslo_policy.Enforcer(conf), rules)


def _context(role: str) -> RequestContext:
    return RequestContext(request_id="req-1", user_id="u", project_id="p", roles=ROLES[role])


@pytest.mark.parametrize(("check", "own", "foreign"), [
    (policy.ADMIN, {"admin"}, {"admin"}),
    (policy.MANAGER_OR_ADMIN, {"admin", "manager"}, {"admin"}),
    (policy.MEMBER_OR_ADMIN, {"admin", "manager", "member"}, {"admin"}),
    (policy.READER_OR_ADMIN, {"admin", "manager", "member", "reader"}, {"admin"}),
    (policy.MEMBER, {"admin", "manager", "member"}, set()),
    (policy.ADMIN_OR_OWNER, set(ROLES), {"admin"}),
    (policy.SERVICE, {"service"}, {"service"}),
    (policy.ANYONE, set(ROLES), set(ROLES)),
    (policy.NOBODY, set(), set()),
])
def test_a_rule_admits_its_roles_and_no_others(check: str, own: set[str], foreign: set[str]) -> None:
    rules = _policy(Rule("try", check, "For this test."))
    assert {role for role in ROLES if rules.allows(_context(role), "try", OWN)} == own
    assert {role for role in ROLES if rules.allows(_context(role), "try", FOREIGN)} == foreign


def test_an_unknown_rule_admits_nobody() -> None:
    assert not _policy().allows(_context("admin"), "no:such:rule", OWN)


def test_a_change_of_the_file_takes_effect_within_seconds(tmp_path: Path) -> None:
    path, clock = tmp_path / "policy.yaml", ManualClock()
    path.write_text('"try": "role:admin"\n')
    conf = cfg.ConfigOpts()
    conf([], project="nova-lite", default_config_files=[], default_config_dirs=[])
    rules = Policy(oslo_policy.Enforcer(conf, policy_file=str(path)), [Rule("try", "@", "For this test.")], clock)
    assert not rules.allows(_context("member"), "try", OWN)
    path.write_text('"try": "role:member"\n')
    os.utime(path, (2e9, 2e9))
    clock.advance(policy.MEMORY)
    assert rules.allows(_context("member"), "try", OWN)


def test_callers_and_targets_are_not_confused() -> None:
    rules = _policy(Rule("try", policy.MEMBER, "For this test."))
    answers = [rules.allows(_context(role), "try", target) for _ in range(2) for role in ("member", "reader")
               for target in (OWN, FOREIGN)]
    assert answers == [True, False, False, False] * 2


def test_a_refusal_names_the_rule() -> None:
    with pytest.raises(Forbidden, match="Policy doesn't allow try to be performed"):
        _policy(Rule("try", policy.ADMIN, "For this test.")).require(_context("member"), "try", OWN)


def test_rules_have_one_name_each_and_say_what_they_are_for() -> None:
    names = [rule.name for rule in RULES]
    assert len(names) == len(set(names))
    assert [rule.name for rule in RULES if not rule.description or not rule.operations] == []
