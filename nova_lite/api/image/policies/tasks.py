"""Who may look for the service's tasks. No targets: tasks are nobody's."""

from __future__ import annotations

from nova_lite.api.policy import ADMIN, Rule

ACCESS = "tasks_api_access"

RULES = (Rule(ACCESS, ADMIN, "List and show tasks.", ("GET /v2/tasks", "GET /v2/tasks/{task_id}")),)
