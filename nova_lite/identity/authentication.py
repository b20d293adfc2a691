"""From proofs to what a token may state."""

from __future__ import annotations

from collections.abc import Sequence

from nova_lite.core.clock import Clock
from nova_lite.identity.application_credentials import ApplicationCredentials
from nova_lite.identity.errors import TokenRefused, login_refused, token_unknown
from nova_lite.identity.login import ByApplicationCredential, ByPassword, ByToken, Login, Named, Proof, WantedScope
from nova_lite.identity.revocations import Revocations
from nova_lite.identity.roles import Roles
from nova_lite.identity.scopes import Directory, Grant, Scopes
from nova_lite.identity.tokens import Claims, TokenBox, new_audit_id
from nova_lite.identity.users import Users
from nova_lite.objects.base import Value
from nova_lite.objects.identity import ApplicationCredential, User


class Evidence(Value, frozen=True, kw_only=True):
    """Who somebody has proved to be, by what, and what that limits."""

    user: User
    method: str
    parent: Claims | None = None
    credential: ApplicationCredential | None = None


class Prover:
    """Checks single proofs."""

    def __init__(
        self, users: Users, directory: Directory, credentials: ApplicationCredentials,
        tokens: TokenBox, revocations: Revocations,
    ) -> None:
        self._users = users
        self._directory = directory
        self._credentials = credentials
        self._tokens = tokens
        self._revocations = revocations

    def check(self, proof: Proof) -> Evidence:
        """:raises LoginRefused: the proof does not hold, or its user or the user's domain is disabled.
        :raises RecordNotFound: it is a token that is not valid (any more).
        """
        if isinstance(proof, ByPassword):
            evidence = self._by_password(proof)
        elif isinstance(proof, ByToken):
            evidence = self._by_token(proof)
        else:
            evidence = self._by_credential(proof)
        if not evidence.user.enabled or not self._directory.is_open(evidence.user.domain_id):
            raise login_refused()
        return evidence

    def _by_password(self, proof: ByPassword) -> Evidence:
        user = self._directory.user(proof.user)
        if not self._users.check_password(user.id if user else None, proof.password) or user is None:
            raise login_refused()
        return Evidence(user=user, method="password")

    def _by_token(self, proof: ByToken) -> Evidence:
        self._revocations.refresh()
        try:
            parent = self._tokens.open(proof.token)
        except TokenRefused:
            raise token_unknown() from None
        if self._revocations.voids(parent):
            raise token_unknown()
        user = self._directory.user(Named(id=parent.user_id))
        # An application credential is good for its own project only: its tokens cannot become others.
        if user is None or parent.application_credential_id:
            raise login_refused()
        return Evidence(user=user, method="token", parent=parent)

    def _by_credential(self, proof: ByApplicationCredential) -> Evidence:
        owner = self._directory.user(proof.user) if proof.name else None
        credential = self._credentials.prove(proof.id, proof.name, owner.id if owner else "", proof.secret)
        user = self._directory.user(Named(id=credential.user_id))
        if user is None:
            raise login_refused()
        return Evidence(user=user, method="application_credential", credential=credential)


class Authenticator:
    """Checks logins and says what their tokens state."""

    def __init__(self, prover: Prover, scopes: Scopes, roles: Roles, clock: Clock, ttl: float) -> None:
        self._prover = prover
        self._scopes = scopes
        self._roles = roles
        self._clock = clock
        self._ttl = ttl

    def authenticate(self, login: Login) -> Claims:
        """What the token for this login states. It lives no longer than what it was made from.

        :raises LoginRefused: a proof does not hold, they are about several users, or the scope is not theirs.
        :raises RecordNotFound: the proof is a token that is not valid (any more).
        """
        now = self._clock.now()  # before anything is looked at: what is revoked meanwhile voids this token, too
        found = [self._prover.check(proof) for proof in login.proofs]
        user = found[0].user
        if any(item.user.id != user.id for item in found):
            raise login_refused()
        credential = next((item.credential for item in found if item.credential is not None), None)
        if credential is not None and login.scope.kind != "default":
            raise login_refused()  # it has its own scope: whoever names one may mean another
        grant = self._scopes.grant(user, login.scope) if credential is None else self._limited(user, credential)
        parents = [item.parent for item in found if item.parent is not None]
        return Claims(
            user_id=user.id, user_name=user.name, user_domain_id=user.domain_id,
            scope=grant.scope, roles=grant.roles, methods=_methods(found),
            issued_at=now, expires_at=min([now + self._ttl, *_ends(parents, credential)]),
            audit_ids=(new_audit_id(), *(parent.audit_ids[-1] for parent in parents[:1])),
            application_credential_id=credential.id if credential else "",
            limited=credential is not None and credential.access_rule_ids is not None,
        )

    def _limited(self, user: User, credential: ApplicationCredential) -> Grant:
        wanted = WantedScope(kind="project", target=Named(id=credential.project_id))
        held = self._scopes.grant(user, wanted)
        named = {role.name for role in self._roles.expand(credential.role_ids)}
        return Grant(scope=held.scope, roles=tuple(role for role in held.roles if role in named))


def _ends(parents: Sequence[Claims], credential: ApplicationCredential | None) -> list[float]:
    ends = [parent.expires_at for parent in parents]
    if credential is not None and credential.expires_at is not None:
        ends.append(credential.expires_at)
    return ends


def _methods(found: Sequence[Evidence]) -> tuple[str, ...]:
    named = [method for item in found if item.parent is not None for method in item.parent.methods]
    return tuple(dict.fromkeys([*named, *(item.method for item in found)]))
