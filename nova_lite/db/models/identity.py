"""Tables of the identity service. Columns are the fields of the values in :mod:`nova_lite.objects.identity`."""

from __future__ import annotations

from sqlalchemy import Index, String, UniqueConstraint
from sqlalchemy.engine.default import DefaultExecutionContext
from sqlalchemy.orm import Mapped, mapped_column

from nova_lite.db.models.base import Base, Encoded, ExternalId, LongText, RowId, table_args

Extra = dict[str, object]


def _domain_or_none(context: DefaultExecutionContext) -> str:
    values: dict[str, str | None] = context.get_current_parameters()  # type: ignore[no-untyped-call]
    return values["domain_id"] or ""


class ProjectRow(Base):
    """A project or a domain. ``name_space`` is the domain's id, or empty: NULLs would not be unique."""

    __tablename__ = "identity_projects"
    __table_args__ = table_args(
        UniqueConstraint("name_space", "name"), Index(None, "domain_id"), Index(None, "parent_id")
    )
    id: Mapped[ExternalId] = mapped_column(primary_key=True)
    name: Mapped[str]
    domain_id: Mapped[ExternalId | None]
    name_space: Mapped[ExternalId] = mapped_column(default=_domain_or_none)
    parent_id: Mapped[ExternalId | None]
    is_domain: Mapped[bool]
    enabled: Mapped[bool]
    description: Mapped[str] = mapped_column(LongText)
    tags: Mapped[tuple[str, ...]] = mapped_column(Encoded(tuple[str, ...]))
    extra: Mapped[Extra] = mapped_column(Encoded(Extra))


class UserRow(Base):
    __tablename__ = "identity_users"
    __table_args__ = table_args(UniqueConstraint("domain_id", "name"))
    id: Mapped[ExternalId] = mapped_column(primary_key=True)
    name: Mapped[str]
    domain_id: Mapped[ExternalId]
    enabled: Mapped[bool]
    default_project_id: Mapped[ExternalId | None]
    extra: Mapped[Extra] = mapped_column(Encoded(Extra))


class PasswordRow(Base):
    __tablename__ = "identity_passwords"
    user_id: Mapped[ExternalId] = mapped_column(primary_key=True)
    hash: Mapped[str]
    changed_at: Mapped[float]
    failures: Mapped[int]
    last_failed_at: Mapped[float]


class GroupRow(Base):
    __tablename__ = "identity_groups"
    __table_args__ = table_args(UniqueConstraint("domain_id", "name"))
    id: Mapped[ExternalId] = mapped_column(primary_key=True)
    name: Mapped[str]
    domain_id: Mapped[ExternalId]
    description: Mapped[str] = mapped_column(LongText)
    extra: Mapped[Extra] = mapped_column(Encoded(Extra))


class MembershipRow(Base):
    __tablename__ = "identity_memberships"
    __table_args__ = table_args(Index(None, "user_id"))
    group_id: Mapped[ExternalId] = mapped_column(primary_key=True)
    user_id: Mapped[ExternalId] = mapped_column(primary_key=True)


class RoleRow(Base):
    """``name_space`` as in :class:`ProjectRow`."""

    __tablename__ = "identity_roles"
    __table_args__ = table_args(UniqueConstraint("name_space", "name"))
    id: Mapped[ExternalId] = mapped_column(primary_key=True)
    name: Mapped[str]
    domain_id: Mapped[ExternalId | None]
    name_space: Mapped[ExternalId] = mapped_column(default=_domain_or_none)
    description: Mapped[str | None] = mapped_column(LongText)
    extra: Mapped[Extra] = mapped_column(Encoded(Extra))


class ImplicationRow(Base):
    __tablename__ = "identity_implications"
    prior_id: Mapped[ExternalId] = mapped_column(primary_key=True)
    implied_id: Mapped[ExternalId] = mapped_column(primary_key=True)


class AssignmentRow(Base):
    __tablename__ = "identity_assignments"
    __table_args__ = table_args(Index(None, "actor_id", "target_id"), Index(None, "target_id"), Index(None, "role_id"))
    actor_kind: Mapped[str] = mapped_column(String(16), primary_key=True)
    actor_id: Mapped[ExternalId] = mapped_column(primary_key=True)
    target_kind: Mapped[str] = mapped_column(String(16), primary_key=True)
    target_id: Mapped[ExternalId] = mapped_column(primary_key=True)
    role_id: Mapped[ExternalId] = mapped_column(primary_key=True)
    inherited: Mapped[bool] = mapped_column(primary_key=True)


class RegionRow(Base):
    __tablename__ = "identity_regions"
    id: Mapped[str] = mapped_column(primary_key=True)
    parent_region_id: Mapped[str | None]
    description: Mapped[str] = mapped_column(LongText)
    extra: Mapped[Extra] = mapped_column(Encoded(Extra))


class CatalogServiceRow(Base):
    __tablename__ = "identity_services"
    id: Mapped[ExternalId] = mapped_column(primary_key=True)
    type: Mapped[str]
    name: Mapped[str]
    enabled: Mapped[bool]
    description: Mapped[str] = mapped_column(LongText)
    extra: Mapped[Extra] = mapped_column(Encoded(Extra))


class EndpointRow(Base):
    __tablename__ = "identity_endpoints"
    __table_args__ = table_args(Index(None, "service_id"))
    id: Mapped[ExternalId] = mapped_column(primary_key=True)
    service_id: Mapped[ExternalId]
    interface: Mapped[str] = mapped_column(String(16))
    url: Mapped[str] = mapped_column(LongText)
    region_id: Mapped[str | None]
    enabled: Mapped[bool]
    extra: Mapped[Extra] = mapped_column(Encoded(Extra))


class RevocationRow(Base):
    __tablename__ = "identity_revocations"
    __table_args__ = table_args(Index(None, "at"), Index(None, "expires_at"))
    number: Mapped[RowId]
    subject: Mapped[str]
    at: Mapped[float]
    expires_at: Mapped[float]


class ApplicationCredentialRow(Base):
    __tablename__ = "identity_application_credentials"
    __table_args__ = table_args(UniqueConstraint("user_id", "name"), Index(None, "project_id"))
    id: Mapped[ExternalId] = mapped_column(primary_key=True)
    name: Mapped[str]
    user_id: Mapped[ExternalId]
    project_id: Mapped[ExternalId]
    secret_hash: Mapped[str]
    role_ids: Mapped[tuple[str, ...]] = mapped_column(Encoded(tuple[str, ...]))
    description: Mapped[str] = mapped_column(LongText)
    unrestricted: Mapped[bool]
    expires_at: Mapped[float | None]
    created_at: Mapped[float]
    access_rule_ids: Mapped[tuple[str, ...] | None] = mapped_column(Encoded(tuple[str, ...]))


class AccessRuleRow(Base):
    __tablename__ = "identity_access_rules"
    __table_args__ = table_args(UniqueConstraint("user_id", "service", "method", "path"))
    id: Mapped[ExternalId] = mapped_column(primary_key=True)
    user_id: Mapped[ExternalId]
    service: Mapped[ExternalId]
    method: Mapped[str] = mapped_column(String(16))
    path: Mapped[str]
