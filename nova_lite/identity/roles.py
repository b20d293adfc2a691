"""Roles and what they imply."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from nova_lite.identity.errors import ImpliedCycle, InUse, not_found
from nova_lite.identity.registry import Registry, refuse_immutable
from nova_lite.identity.revocations import Revocations, role_subject
from nova_lite.identity.store import Links, Records
from nova_lite.objects.identity import Implication, Role

PROHIBITED = "admin"


def closure(role_ids: Iterable[str], implications: Collection[Implication]) -> set[str]:
    """The roles and all that they imply, directly or over others."""
    found: set[str] = set()
    pending = list(role_ids)
    while pending:
        role_id = pending.pop()
        if role_id not in found:
            found.add(role_id)
            pending.extend(item.implied_id for item in implications if item.prior_id == role_id)
    return found


class Roles(Registry[Role]):
    """Roles by id, and the rules of which implies which."""

    def __init__(self, records: Records[Role], implications: Links[Implication], revocations: Revocations) -> None:
        super().__init__("role", records)
        self._implications = implications
        self._revocations = revocations

    def update(self, id: str, changes: Mapping[str, object]) -> Role:
        """Change a role; tokens that name it by an earlier name are void.

        :raises Immutable: it is declared so.
        """
        before = self.show(id)
        refuse_immutable(before, changes)
        role = super().update(id, changes)
        if role.name != before.name:
            self._revocations.revoke(role_subject(before.name))
        return role

    def delete(self, id: str) -> None:
        """Delete a role with its assignments; tokens that name it are void.

        :raises Immutable: it is declared so.
        """
        role = self.show(id)
        refuse_immutable(role)
        super().delete(id)
        self._revocations.revoke(role_subject(role.name))

    def expand(self, role_ids: Iterable[str]) -> list[Role]:
        """The roles and what they imply, by name; roles of a single domain only lead to what they imply."""
        wanted = closure(role_ids, self._implications.list())
        found = self.list(id=tuple(sorted(wanted))) if wanted else ()
        return sorted((role for role in found if role.domain_id is None), key=lambda role: role.name)

    def implied_by(self, prior_id: str) -> Sequence[Role]:
        """What a role implies directly, by name."""
        self.show(prior_id)
        ids = tuple(item.implied_id for item in self._implications.list(prior_id=prior_id))
        return sorted(self.list(id=ids), key=lambda role: role.name) if ids else []

    def implications(self) -> Sequence[Implication]:
        """All rules."""
        return self._implications.list()

    def imply(self, prior_id: str, implied_id: str) -> Implication:
        """Add a rule; safe to repeat.

        :raises ImpliedCycle: the implied role implies the prior one.
        :raises InUse: the implied role is the administrators': it is given to people, never along with another.
        """
        self.show(prior_id)
        implied = self.show(implied_id)
        if implied.name == PROHIBITED and implied.domain_id is None:
            raise InUse(f"The role {implied.name} cannot be implied.", role=implied_id)
        if prior_id in closure([implied_id], self._implications.list()):
            raise ImpliedCycle(f"The role {implied.name} would imply itself.", role=implied_id)
        rule = Implication(prior_id=prior_id, implied_id=implied_id)
        self._implications.add(rule)
        return rule

    def forget(self, prior_id: str, implied_id: str) -> None:
        """Remove a rule; tokens that name the prior role are void.

        :raises RecordNotFound: there is no such rule.
        """
        if not self._implications.remove(Implication(prior_id=prior_id, implied_id=implied_id)):
            raise not_found("implied role", implied_id)
        self._revocations.revoke(role_subject(self.show(prior_id).name))
