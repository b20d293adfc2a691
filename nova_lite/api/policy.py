"""Who may do what: oslo.policy behind one small class. Rules are data in each dialect's ``policies``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from oslo_policy import policy as oslo_policy

from nova_lite.core.clock import Clock, SystemClock
from nova_lite.core.context import RequestContext
from nova_lite.core.errors import Forbidden

Target = Mapping[str, str | None]
_Question = tuple[str, str, str, tuple[str, ...], tuple[tuple[str, str | None], ...]]

MEMORY = 5.0  # seconds that a decision is remembered
MOST_DECISIONS = 10_000

ADMIN = "rule:context_is_admin"
ADMIN_OR_OWNER = "rule:admin_or_owner"
MEMBER = "rule:project_member_api"
READER = "rule:project_reader_api"
MEMBER_OR_ADMIN = "rule:project_member_or_admin"
READER_OR_ADMIN = "rule:project_reader_or_admin"
MANAGER_OR_ADMIN = "rule:project_manager_or_admin"
SERVICE = "rule:service_api"
ANYONE = "@"
NOBODY = "!"


class Rule(NamedTuple):
    """A named rule with its default. ``operations`` are ``METHOD /path`` lines for the sample file."""

    name: str
    check: str
    description: str
    operations: tuple[str, ...] = ()


BASE_RULES = (
    Rule("context_is_admin", "role:admin", "Whoever holds the admin role."),
    Rule("admin_or_owner", "role:admin or project_id:%(project_id)s", "Admins, and everybody in the project."),
    Rule("project_manager_api", "role:manager and project_id:%(project_id)s", "Managers of the project."),
    Rule("project_member_api", "role:member and project_id:%(project_id)s", "Members of the project."),
    Rule("project_reader_api", "role:reader and project_id:%(project_id)s", "Readers of the project."),
    Rule("project_manager_or_admin", "rule:project_manager_api or rule:context_is_admin", "Managers, and admins."),
    Rule("project_member_or_admin", "rule:project_member_api or rule:context_is_admin", "Members, and admins."),
    Rule("project_reader_or_admin", "rule:project_reader_api or rule:context_is_admin", "Readers, and admins."),
    Rule("service_api", "role:service", "Other services."),
)


class Policy:
    """Decides by rules that a deployment's policy file may override.

    ``enforcer`` is oslo.policy's, made by ``cmd`` from the configuration that says where the file is. A decision
    depends on nothing but the rule, the caller and the target, so it is remembered for a few seconds: a change of the
    file takes effect within ``MEMORY`` seconds.
    """

    def __init__(self, enforcer: oslo_policy.Enforcer, rules: Iterable[Rule], clock: Clock | None = None) -> None:
        self._enforcer = enforcer
        self._clock = clock or SystemClock()
        self._decisions: dict[_Question, bool] = {}
        self._forget_at = 0.0
        for rule in (*BASE_RULES, *rules):
            self._enforcer.register_default(oslo_policy.RuleDefault(rule.name, rule.check, rule.description))

    def allows(self, context: RequestContext, rule: str, target: Target) -> bool:
        """Whether the rule admits this caller to this target. An unknown rule admits nobody."""
        question = (rule, context.user_id, context.project_id, context.roles, tuple(sorted(target.items())))
        now = self._clock.monotonic()
        if now >= self._forget_at or len(self._decisions) >= MOST_DECISIONS:
            self._decisions, self._forget_at = {}, now + MEMORY
        decision = self._decisions.get(question)
        if decision is None:
            decision = self._decisions[question] = self._decide(context, rule, target)
        return decision

    def _decide(self, context: RequestContext, rule: str, target: Target) -> bool:
        credentials = {
            "user_id": context.user_id,
            "project_id": context.project_id,
            "roles": list(context.roles),
            "is_admin": context.is_admin,
        }
        return bool(self._enforcer.enforce(rule, dict(target), credentials))

    def require(self, context: RequestContext, rule: str, target: Target) -> None:
        """:raises Forbidden: the rule does not admit this caller to this target."""
        if not self.allows(context, rule, target):
            raise Forbidden(f"Policy doesn't allow {rule} to be performed.", rule=rule)
