"""Images: their records, properties, tags and members."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from nova_lite.db.ddl import FLAG, ID, LONG_TEXT, NAME, REAL, UUID, WHOLE, columns, create_table

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for create in (
        _create_image_members, _create_image_properties, _create_image_tags, _create_images,
    ):
        create()


def downgrade() -> None:
    for table in (
        "images", "image_tags", "image_properties", "image_members",
    ):
        op.drop_table(table)


def _create_image_members() -> None:
    create_table(
        "image_members",
        *columns(UUID, "image_id"),
        *columns(ID, "member_id"),
        *columns(sa.String(32), "status"),
        *columns(REAL, "created_at", "updated_at"),
        sa.PrimaryKeyConstraint("image_id", "member_id"),
    )
    op.create_index("ix_image_members_member_id_image_id", "image_members", ["member_id", "image_id"])


def _create_image_properties() -> None:
    create_table(
        "image_properties",
        *columns(UUID, "image_id"),
        *columns(NAME, "name"),
        *columns(LONG_TEXT, "value"),
        sa.PrimaryKeyConstraint("image_id", "name"),
    )


def _create_image_tags() -> None:
    create_table(
        "image_tags",
        *columns(UUID, "image_id"),
        *columns(NAME, "tag"),
        sa.PrimaryKeyConstraint("image_id", "tag"),
    )


def _create_images() -> None:
    create_table(
        "images",
        *columns(UUID, "id"),
        *columns(ID, "owner", "hash_algo", null=True),
        *columns(NAME, "name", "location", null=True),
        *columns(sa.String(32), "status", "visibility"),
        *columns(FLAG, "protected", "hidden"),
        *columns(sa.String(32), "disk_format", "container_format", "checksum", null=True),
        *columns(WHOLE, "min_disk", "min_ram", "revision"),
        *columns(sa.BigInteger(), "size", "virtual_size", null=True),
        *columns(sa.String(128), "hash_value", null=True),
        *columns(REAL, "created_at", "updated_at", "deleted_at"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_images_deleted_at_created_at_id", "images", ["deleted_at", "created_at", "id"])
    op.create_index("ix_images_owner_deleted_at", "images", ["owner", "deleted_at"])
