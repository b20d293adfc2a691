"""Secrets with which programs act for a user, in one project and with no more than some of its roles."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Sequence

import msgspec

from nova_lite.core.clock import Clock
from nova_lite.identity.access_rules import AccessRules
from nova_lite.identity.errors import BadReference, login_refused
from nova_lite.identity.passwords import PasswordHasher
from nova_lite.identity.registry import Registry
from nova_lite.identity.revocations import Revocations, credential_subject
from nova_lite.identity.store import Records
from nova_lite.objects.identity import AccessRule, ApplicationCredential

REMEMBERED = 1024  # credentials whose access rules need not be read again: neither ever changes


class ApplicationCredentials(Registry[ApplicationCredential]):
    """Application credentials by id; ``rules`` are all their access rules."""

    def __init__(
        self, records: Records[ApplicationCredential], rules: AccessRules, hasher: PasswordHasher, clock: Clock,
        revocations: Revocations,
    ) -> None:
        super().__init__("application credential", records)
        self.rules = rules
        self._remembered: dict[str, Sequence[AccessRule]] = {}
        self._hasher = hasher
        self._clock = clock
        self._revocations = revocations

    def issue(
        self, record: ApplicationCredential, held: Collection[str], rules: Sequence[AccessRule] = (), secret: str = ""
    ) -> tuple[ApplicationCredential, str]:
        """Store a credential, made now, and return it with its secret, which is kept only as a hash.

        :param held: ids of the roles that the user has in the project.
        :param rules: the only requests that it is to be good for; for all when there are none.
        :raises BadReference: a role is not among them, the credential is expired from the start, or a rule is nobody's.
        :raises NotFound: a rule is another user's, or no more.
        """
        if missing := set(record.role_ids) - set(held):
            raise BadReference(f"roles names a role that is not yours here: {min(missing)}.", field="roles")
        if record.expires_at is not None and record.expires_at <= self._clock.now():
            raise BadReference("expires_at is not in the future.", field="expires_at")
        secret = secret or secrets.token_urlsafe(64)
        stored = msgspec.structs.replace(
            record, secret_hash=self._hasher.hash(secret), created_at=self._clock.now(),
            access_rule_ids=self.rules.settle(record.user_id, rules) if rules else None,
        )
        return self.create(stored), secret

    def prove(self, id: str, name: str, user_id: str, secret: str) -> ApplicationCredential:
        """The credential of that id, or of that name and user.

        :raises LoginRefused: there is none, it is expired, or the secret is another. All take the same time.
        """
        found = self.list(id=id) if id else self.list(name=name, user_id=user_id)
        credential = found[0] if found else None
        matches = self._hasher.verify(credential.secret_hash if credential else None, secret)
        if credential is None or not matches or self._is_over(credential):
            raise login_refused()
        return credential

    def delete(self, id: str) -> None:
        """Delete a credential; tokens made with it are void."""
        super().delete(id)
        self._revocations.revoke(credential_subject(id))

    def rules_of(self, credential: ApplicationCredential) -> Sequence[AccessRule]:
        """The access rules of a credential that has some."""
        return self.rules.list(id=credential.access_rule_ids or ())

    def remembered_rules(self, id: str) -> Sequence[AccessRule]:
        """The access rules of a credential that has some, by its id; from memory where it was asked about before.

        :raises RecordNotFound: no credential has that id.
        """
        known = self._remembered.get(id)
        if known is None:
            known = self.rules_of(self.show(id))
            if len(self._remembered) >= REMEMBERED:
                self._remembered.pop(next(iter(self._remembered)), None)  # the oldest
            self._remembered[id] = known
        return known

    def _is_over(self, credential: ApplicationCredential) -> bool:
        return credential.expires_at is not None and credential.expires_at <= self._clock.now()
