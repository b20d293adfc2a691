"""Who there is, what they may do and where: the records of the identity service.

``extra`` holds what a client stored beside the fields that we know (an address, a tag of its own); it is shown again
as it came. Ids are 32 hex digits, except the default domain's (``default``) and a region's (its name).
"""

from __future__ import annotations

from typing import Literal

from nova_lite.objects.base import Value

DEFAULT_DOMAIN = "default"

ActorKind = Literal["user", "group"]
TargetKind = Literal["project", "domain", "system"]
Interface = Literal["public", "internal", "admin"]


class Project(Value, frozen=True, kw_only=True):
    """A project, or a domain: a domain is a project with ``is_domain`` and without ``domain_id``.

    ``parent_id`` is the domain's id for a project at the top of its tree.
    """

    id: str
    name: str
    domain_id: str | None = None
    parent_id: str | None = None
    is_domain: bool = False
    enabled: bool = True
    description: str = ""
    tags: tuple[str, ...] = ()
    extra: dict[str, object] = {}


class User(Value, frozen=True, kw_only=True):
    """A person or a service. The password is a record of its own: :class:`Password`."""

    id: str
    name: str
    domain_id: str
    enabled: bool = True
    default_project_id: str | None = None
    extra: dict[str, object] = {}


class Password(Value, frozen=True, kw_only=True):
    """``hash`` in the hasher's own notation; ``failures`` counts the wrong guesses since the last right one."""

    user_id: str
    hash: str
    changed_at: float
    failures: int = 0
    last_failed_at: float = 0.0


class Group(Value, frozen=True, kw_only=True):
    """Users that receive roles together."""

    id: str
    name: str
    domain_id: str
    description: str = ""
    extra: dict[str, object] = {}


class Membership(Value, frozen=True, kw_only=True):
    """A user's place in a group."""

    group_id: str
    user_id: str


class Role(Value, frozen=True, kw_only=True):
    """``domain_id`` is None for a role that every domain may use, which is what policies speak of."""

    id: str
    name: str
    domain_id: str | None = None
    description: str | None = None
    extra: dict[str, object] = {}


class Implication(Value, frozen=True, kw_only=True):
    """Who holds the role ``prior_id`` holds the role ``implied_id`` too."""

    prior_id: str
    implied_id: str


class Assignment(Value, frozen=True, kw_only=True):
    """A role given to an actor on a target; ``inherited`` ones count for what is below the target, not for itself.

    ``target_id`` is ``all`` for the system.
    """

    actor_kind: ActorKind
    actor_id: str
    target_kind: TargetKind
    target_id: str
    role_id: str
    inherited: bool = False


class Region(Value, frozen=True, kw_only=True):
    """A place in the catalog; its id is its name."""

    id: str
    parent_region_id: str | None = None
    description: str = ""
    extra: dict[str, object] = {}


class CatalogService(Value, frozen=True, kw_only=True):
    """A service of the cloud as the catalog lists it."""

    id: str
    type: str
    name: str = ""
    enabled: bool = True
    description: str = ""
    extra: dict[str, object] = {}


class Endpoint(Value, frozen=True, kw_only=True):
    """Where a service answers. ``url`` may hold ``$(project_id)s`` and ``$(user_id)s``, filled in per token."""

    id: str
    service_id: str
    interface: Interface
    url: str
    region_id: str | None = None
    enabled: bool = True
    extra: dict[str, object] = {}


class Revocation(Value, frozen=True, kw_only=True):
    """Tokens about ``subject`` that were issued before ``at`` are void; forgotten after ``expires_at``.

    The forms of a subject are those of :mod:`nova_lite.identity.revocations`.
    """

    subject: str
    at: float
    expires_at: float


class AccessRule(Value, frozen=True, kw_only=True):
    """Requests of one method to a service, by the type of that service.

    ``path`` as :mod:`nova_lite.identity.access_rules`.
    """

    id: str
    user_id: str
    service: str
    method: str
    path: str


class ApplicationCredential(Value, frozen=True, kw_only=True):
    """A secret with which a program acts for its user in one project, with some of the user's roles.

    ``access_rule_ids``: the only requests that it is good for; None: for all.
    """

    id: str
    name: str
    user_id: str
    project_id: str
    secret_hash: str = ""
    role_ids: tuple[str, ...]
    description: str = ""
    unrestricted: bool = False
    expires_at: float | None = None
    created_at: float = 0.0
    access_rule_ids: tuple[str, ...] | None = None
