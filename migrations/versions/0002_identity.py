"""Identity: who there is, who may do what, where the services are."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from nova_lite.db.ddl import FLAG, ID, LONG_TEXT, NAME, REAL, WHOLE, columns, create_table, numbered

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for create in (
        _create_identity_application_credentials, _create_identity_assignments, _create_identity_endpoints,
        _create_identity_groups, _create_identity_implications, _create_identity_memberships,
        _create_identity_passwords, _create_identity_projects, _create_identity_regions, _create_identity_revocations,
        _create_identity_roles, _create_identity_services, _create_identity_users,
    ):
        create()


def downgrade() -> None:
    for table in (
        "identity_users", "identity_services", "identity_roles", "identity_revocations", "identity_regions",
        "identity_projects", "identity_passwords", "identity_memberships", "identity_implications", "identity_groups",
        "identity_endpoints", "identity_assignments", "identity_application_credentials",
    ):
        op.drop_table(table)


def _create_identity_application_credentials() -> None:
    create_table(
        "identity_application_credentials",
        *columns(ID, "id", "user_id", "project_id"),
        *columns(NAME, "name", "secret_hash"),
        *columns(LONG_TEXT, "role_ids", "description"),
        *columns(FLAG, "unrestricted"),
        *columns(REAL, "expires_at", null=True),
        *columns(REAL, "created_at"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("user_id", "name"),
    )
    op.create_index("ix_identity_application_credentials_project_id", "identity_application_credentials",
        ["project_id"])


def _create_identity_assignments() -> None:
    create_table(
        "identity_assignments",
        *columns(sa.String(16), "actor_kind", "target_kind"),
        *columns(ID, "actor_id", "target_id", "role_id"),
        *columns(FLAG, "inherited"),
        sa.PrimaryKeyConstraint("actor_kind", "actor_id", "target_kind", "target_id", "role_id", "inherited"),
    )
    op.create_index("ix_identity_assignments_actor_id_target_id", "identity_assignments", ["actor_id", "target_id"])
    op.create_index("ix_identity_assignments_role_id", "identity_assignments", ["role_id"])
    op.create_index("ix_identity_assignments_target_id", "identity_assignments", ["target_id"])


def _create_identity_endpoints() -> None:
    create_table(
        "identity_endpoints",
        *columns(ID, "id", "service_id"),
        *columns(sa.String(16), "interface"),
        *columns(LONG_TEXT, "url", "extra"),
        *columns(NAME, "region_id", null=True),
        *columns(FLAG, "enabled"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_identity_endpoints_service_id", "identity_endpoints", ["service_id"])


def _create_identity_groups() -> None:
    create_table(
        "identity_groups",
        *columns(ID, "id", "domain_id"),
        *columns(NAME, "name"),
        *columns(LONG_TEXT, "description", "extra"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("domain_id", "name"),
    )


def _create_identity_implications() -> None:
    create_table(
        "identity_implications",
        *columns(ID, "prior_id", "implied_id"),
        sa.PrimaryKeyConstraint("prior_id", "implied_id"),
    )


def _create_identity_memberships() -> None:
    create_table(
        "identity_memberships",
        *columns(ID, "group_id", "user_id"),
        sa.PrimaryKeyConstraint("group_id", "user_id"),
    )
    op.create_index("ix_identity_memberships_user_id", "identity_memberships", ["user_id"])


def _create_identity_passwords() -> None:
    create_table(
        "identity_passwords",
        *columns(ID, "user_id"),
        *columns(NAME, "hash"),
        *columns(REAL, "changed_at", "last_failed_at"),
        *columns(WHOLE, "failures"),
        sa.PrimaryKeyConstraint("user_id"),
    )


def _create_identity_projects() -> None:
    create_table(
        "identity_projects",
        *columns(ID, "id", "name_space"),
        *columns(NAME, "name"),
        *columns(ID, "domain_id", "parent_id", null=True),
        *columns(FLAG, "is_domain", "enabled"),
        *columns(LONG_TEXT, "description", "tags", "extra"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("name_space", "name"),
    )
    op.create_index("ix_identity_projects_domain_id", "identity_projects", ["domain_id"])
    op.create_index("ix_identity_projects_parent_id", "identity_projects", ["parent_id"])


def _create_identity_regions() -> None:
    create_table(
        "identity_regions",
        *columns(NAME, "id"),
        *columns(NAME, "parent_region_id", null=True),
        *columns(LONG_TEXT, "description", "extra"),
        sa.PrimaryKeyConstraint("id"),
    )


def _create_identity_revocations() -> None:
    create_table(
        "identity_revocations",
        numbered("number"),
        *columns(NAME, "subject"),
        *columns(REAL, "at", "expires_at"),
        sa.PrimaryKeyConstraint("number"),
    )
    op.create_index("ix_identity_revocations_at", "identity_revocations", ["at"])
    op.create_index("ix_identity_revocations_expires_at", "identity_revocations", ["expires_at"])


def _create_identity_roles() -> None:
    create_table(
        "identity_roles",
        *columns(ID, "id", "name_space"),
        *columns(NAME, "name"),
        *columns(ID, "domain_id", null=True),
        *columns(LONG_TEXT, "description", null=True),
        *columns(LONG_TEXT, "extra"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("name_space", "name"),
    )


def _create_identity_services() -> None:
    create_table(
        "identity_services",
        *columns(ID, "id"),
        *columns(NAME, "type", "name"),
        *columns(FLAG, "enabled"),
        *columns(LONG_TEXT, "description", "extra"),
        sa.PrimaryKeyConstraint("id"),
    )


def _create_identity_users() -> None:
    create_table(
        "identity_users",
        *columns(ID, "id", "domain_id"),
        *columns(NAME, "name"),
        *columns(FLAG, "enabled"),
        *columns(ID, "default_project_id", null=True),
        *columns(LONG_TEXT, "extra"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("domain_id", "name"),
    )
