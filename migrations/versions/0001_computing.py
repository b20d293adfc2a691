"""Instances and their operations, hosts and services, flavors, key pairs and quotas."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from nova_lite.db.ddl import (
    FLAG,
    ID,
    LONG_TEXT,
    NAME,
    NUMBER,
    REAL,
    UUID,
    WHOLE,
    columns,
    create_table,
    numbered,
    reference,
)

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    for create in (
        _create_archived_instances, _create_compute_nodes, _create_decisions, _create_flavors, _create_instances,
        _create_key_pairs, _create_project_locks, _create_quota_classes, _create_quotas, _create_services,
        _create_allocations, _create_flavor_extra_specs, _create_flavor_projects, _create_operations,
        _create_operation_events,
    ):
        create()


def downgrade() -> None:
    for table in (
        "operation_events", "operations", "flavor_projects", "flavor_extra_specs", "allocations", "services",
        "quotas", "quota_classes", "project_locks", "key_pairs", "instances", "flavors", "decisions", "compute_nodes",
        "archived_instances",
    ):
        op.drop_table(table)


def _create_archived_instances() -> None:
    create_table(
        "archived_instances",
        *columns(UUID, "uuid"),
        *columns(ID, "project_id"),
        *columns(REAL, "deleted_at"),
        *columns(LONG_TEXT, "record"),
        sa.PrimaryKeyConstraint("uuid"),
    )
    op.create_index("ix_archived_instances_project_id", "archived_instances", ["project_id", "deleted_at"])


def _create_compute_nodes() -> None:
    create_table(
        "compute_nodes",
        numbered("id"),
        *columns(NAME, "host", "disabled_reason", "availability_zone", "hypervisor_type", "hypervisor_hostname"),
        *columns(UUID, "uuid"),
        *columns(LONG_TEXT, "inventory", "cpu_info"),
        *columns(
            WHOLE, "vcpu_capacity", "memory_mb_capacity", "disk_gb_capacity", "vcpus_used", "memory_mb_used",
            "disk_gb_used", "instances", "hypervisor_version", "generation",
        ),
        *columns(FLAG, "enabled", "forced_down"),
        *columns(sa.String(45), "host_ip"),
        *columns(sa.String(32), "service_version"),
        *columns(REAL, "started_at", "last_seen_at"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("host"),
        sa.UniqueConstraint("uuid"),
    )


def _create_decisions() -> None:
    create_table(
        "decisions",
        numbered("id"),
        *columns(ID, "request_id"),
        *columns(UUID, "operation_uuid"),
        *columns(LONG_TEXT, "decision"),
        *columns(REAL, "created_at"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_decisions_created_at", "decisions", ["created_at"])
    op.create_index("ix_decisions_operation_uuid", "decisions", ["operation_uuid"])
    op.create_index("ix_decisions_request_id", "decisions", ["request_id"])


def _create_flavors() -> None:
    create_table(
        "flavors",
        numbered("id"),
        *columns(NAME, "flavorid", "name"),
        *columns(WHOLE, "vcpus", "memory_mb", "root_gb", "ephemeral_gb", "swap"),
        *columns(REAL, "rxtx_factor"),
        *columns(FLAG, "is_public", "disabled"),
        *columns(LONG_TEXT, "description", null=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("flavorid"),
        sa.UniqueConstraint("name"),
    )


def _create_instances() -> None:
    create_table(
        "instances",
        numbered("id"),
        *columns(UUID, "uuid", "deleted"),
        *columns(ID, "project_id", "user_id", "reservation_id"),
        *columns(NAME, "display_name", "hostname", "flavorid"),
        *columns(LONG_TEXT, "flavor", "instance_metadata", "tags", "nics"),
        *columns(WHOLE, "vcpus", "memory_mb", "disk_gb", "power_state", "launch_index", "progress", "revision"),
        *columns(LONG_TEXT, "image", "description", "key_data", "user_data", "fault", null=True),
        *columns(UUID, "image_id", null=True),
        *columns(NAME, "host", "availability_zone", "key_name", "locked_reason", null=True),
        *columns(sa.String(32), "vm_state"),
        *columns(sa.String(32), "task_state", null=True),
        *columns(FLAG, "config_drive", "locked"),
        *columns(sa.String(45), "access_ip_v4", "access_ip_v6"),
        *columns(REAL, "created_at", "updated_at"),
        *columns(REAL, "launched_at", "terminated_at", "deleted_at", null=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("uuid"),
    )
    op.create_index("ix_instances_all", "instances", ["deleted", "created_at", "id"])
    op.create_index("ix_instances_deleted_at", "instances", ["deleted_at"])
    op.create_index("ix_instances_host", "instances", ["host", "deleted"])
    op.create_index("ix_instances_list", "instances", ["project_id", "deleted", "created_at", "id"])
    op.create_index("ix_instances_quota", "instances", ["project_id", "deleted", "vcpus", "memory_mb"])
    op.create_index("ix_instances_reservation", "instances", ["reservation_id"])


def _create_key_pairs() -> None:
    create_table(
        "key_pairs",
        numbered("id"),
        *columns(ID, "user_id"),
        *columns(NAME, "name", "fingerprint"),
        *columns(sa.String(16), "type"),
        *columns(LONG_TEXT, "public_key"),
        *columns(REAL, "created_at"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("user_id", "name"),
    )


def _create_project_locks() -> None:
    create_table(
        "project_locks",
        *columns(NAME, "project_id"),
        *columns(REAL, "touched_at"),
        sa.PrimaryKeyConstraint("project_id"),
    )


def _create_quota_classes() -> None:
    create_table(
        "quota_classes",
        *columns(NAME, "class_name"),
        *columns(ID, "resource"),
        *columns(WHOLE, "hard_limit"),
        sa.PrimaryKeyConstraint("class_name", "resource"),
    )


def _create_quotas() -> None:
    create_table(
        "quotas",
        *columns(ID, "project_id", "resource"),
        *columns(WHOLE, "hard_limit"),
        sa.PrimaryKeyConstraint("project_id", "resource"),
    )


def _create_services() -> None:
    create_table(
        "services",
        numbered("id"),
        *columns(UUID, "uuid"),
        *columns(NAME, "host", "topic", "zone"),
        *columns(ID, "binary"),
        *columns(FLAG, "enabled", "forced_down"),
        *columns(NAME, "disabled_reason", null=True),
        *columns(sa.String(32), "version"),
        *columns(REAL, "last_seen_at", "updated_at"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("host", "binary"),
        sa.UniqueConstraint("uuid"),
    )


def _create_allocations() -> None:
    create_table(
        "allocations",
        *columns(UUID, "instance_uuid", "operation_uuid"),
        *columns(NAME, "host"),
        *columns(WHOLE, "vcpus", "memory_mb", "disk_gb", "epoch"),
        *columns(REAL, "created_at"),
        sa.PrimaryKeyConstraint("instance_uuid"),
        reference("instance_uuid", "instances.uuid", cascade=False),
    )
    op.create_index("ix_allocations_host", "allocations", ["host"])


def _create_flavor_extra_specs() -> None:
    create_table(
        "flavor_extra_specs",
        *columns(NUMBER, "flavor_id"),
        *columns(NAME, "key", "value"),
        sa.PrimaryKeyConstraint("flavor_id", "key"),
        reference("flavor_id", "flavors.id"),
    )


def _create_flavor_projects() -> None:
    create_table(
        "flavor_projects",
        *columns(NUMBER, "flavor_id"),
        *columns(ID, "project_id"),
        sa.PrimaryKeyConstraint("flavor_id", "project_id"),
        reference("flavor_id", "flavors.id"),
    )
    op.create_index("ix_flavor_projects_project_id", "flavor_projects", ["project_id"])


def _create_operations() -> None:
    create_table(
        "operations",
        numbered("id"),
        *columns(UUID, "uuid", "instance_uuid"),
        *columns(ID, "request_id", "project_id", "user_id"),
        *columns(sa.String(32), "action", "state"),
        *columns(LONG_TEXT, "arguments", "message"),
        *columns(NAME, "host", null=True),
        *columns(WHOLE, "epoch", "attempt"),
        *columns(NAME, "step"),
        *columns(REAL, "deadline", "created_at", "updated_at"),
        *columns(REAL, "lease_expires_at", "finished_at", null=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("uuid"),
        reference("instance_uuid", "instances.uuid"),
    )
    op.create_index("ix_operations_deadline", "operations", ["state", "deadline"])
    op.create_index("ix_operations_host", "operations", ["host", "state"])
    op.create_index("ix_operations_instance", "operations", ["instance_uuid", "created_at"])
    op.create_index("ix_operations_lease", "operations", ["state", "lease_expires_at"])
    op.create_index("ix_operations_request", "operations", ["request_id"])


def _create_operation_events() -> None:
    create_table(
        "operation_events",
        numbered("id"),
        *columns(UUID, "operation_uuid"),
        *columns(NAME, "name"),
        *columns(NAME, "host", null=True),
        *columns(REAL, "started_at"),
        *columns(REAL, "finished_at", null=True),
        *columns(sa.String(16), "result", null=True),
        *columns(LONG_TEXT, "reason", "details"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("operation_uuid", "started_at", "name"),
        reference("operation_uuid", "operations.uuid"),
    )
