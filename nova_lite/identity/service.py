"""The identity service as the API and the tools use it: its parts, built once, and what is asked for every request."""

from __future__ import annotations

from nova_lite.core.clock import Clock
from nova_lite.core.context import RequestContext
from nova_lite.identity.access_rules import AccessRules, Asked, allowed
from nova_lite.identity.application_credentials import ApplicationCredentials
from nova_lite.identity.assignments import Assignments
from nova_lite.identity.authentication import Authenticator, Prover
from nova_lite.identity.bell import Bell
from nova_lite.identity.catalog import Catalog
from nova_lite.identity.errors import token_refused
from nova_lite.identity.keys import KeyRing
from nova_lite.identity.login import Login
from nova_lite.identity.passwords import PasswordHasher
from nova_lite.identity.projects import Domains, Projects
from nova_lite.identity.revocations import Revocations, token_subject
from nova_lite.identity.roles import Roles
from nova_lite.identity.scopes import Directory, Scopes
from nova_lite.identity.store import IdentityStore
from nova_lite.identity.tokens import Claims, TokenBox
from nova_lite.identity.users import Groups, Users


class Identity:
    """Who may do what. ``token_ttl``: seconds that a token is good for; ``bell``: of workers that share revocations.

    The nouns are attributes: ``users``, ``groups``, ``projects``, ``domains``, ``roles``, ``assignments``,
    ``catalog``, ``application_credentials``.
    """

    def __init__(
        self, *, store: IdentityStore, clock: Clock, keys: KeyRing, hasher: PasswordHasher, token_ttl: float = 3600.0,
        bell: Bell | None = None,
    ) -> None:
        self._tokens = TokenBox(keys, clock)
        self._revocations = revocations = Revocations(store.revocations, clock, token_ttl, bell=bell)
        self.projects = Projects(store, revocations)
        self.domains = Domains(store, self.projects, revocations)
        self.users = Users(store, hasher, clock, revocations)
        self.groups = Groups(store, self.users, revocations)
        self.roles = Roles(store.roles, store.implications, revocations)
        self.assignments = Assignments(store, self.roles, self.projects, revocations)
        self.catalog = Catalog(store)
        self.application_credentials = ApplicationCredentials(
            store.application_credentials, AccessRules("access rule", store.access_rules), hasher, clock, revocations
        )
        directory = Directory(self.users, self.projects)
        prover = Prover(self.users, directory, self.application_credentials, self._tokens, revocations)
        scopes = Scopes(directory, self.assignments)
        self._authenticator = Authenticator(prover, scopes, self.roles, clock, token_ttl)

    def validate(self, token: str, request_id: str, asked: Asked | None = None) -> RequestContext:
        """Whose token this is, and what it may do. The hot path: memory only, but for a look at the list of
        revocations once a second.

        :param asked: the request that it came with; None where that is not known, and a token for some only is no good.
        :raises TokenRefused: not a token of ours, expired or revoked, or not for this request (an ``Unauthenticated``).
        """
        claims = self.claims(token)
        if claims.limited:
            self._limit(claims, asked)
        scope = claims.scope
        in_project = scope.kind == "project"
        return RequestContext(
            request_id=request_id, user_id=claims.user_id, user_name=claims.user_name, roles=claims.roles,
            project_id=scope.id if in_project else "", project_name=scope.name if in_project else "",
        )

    def _limit(self, claims: Claims, asked: Asked | None) -> None:
        if asked is None or not asked.service:
            raise token_refused()
        # Whoever checks a token may: it tells nobody but its bearer's services what it is good for.
        if (asked.service, asked.method) == ("identity", "GET") and asked.path.endswith("/v3/auth/tokens"):
            return
        if not allowed(self.application_credentials.remembered_rules(claims.application_credential_id), asked):
            raise token_refused()

    def claims(self, token: str) -> Claims:
        """All that a token states. Errors as :meth:`validate`."""
        claims = self._tokens.open(token)
        if self._revocations.voids(claims):
            raise token_refused()
        return claims

    def inspect(self, token: str) -> Claims:
        """As :meth:`claims`, with every revocation known that any process has made until now."""
        self._revocations.refresh()
        return self.claims(token)

    def login(self, login: Login) -> tuple[str, Claims]:
        """A new token and what it states.

        :raises LoginRefused: see :class:`~nova_lite.identity.authentication.Authenticator`.
        """
        claims = self._authenticator.authenticate(login)
        return self._tokens.seal(claims), claims

    def revoke(self, claims: Claims) -> None:
        """Void one token."""
        self._revocations.revoke(token_subject(claims.audit_ids[0]), expires_at=claims.expires_at)
