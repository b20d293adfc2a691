"""The finer task states: what Nova calls the step that an operation has reached.

An action sets its first task state when it is accepted. The later ones cost no message of their own: hosts tell their
steps with their leases, and of long steps when they begin (``compute.steps.announced``).
"""

from __future__ import annotations

from collections.abc import Mapping

from nova_lite.objects.states import Action, TaskState

_T = TaskState
_IMAGING = {"snapshot": _T.IMAGE_PENDING_UPLOAD, "upload_image": _T.IMAGE_UPLOADING}
_PLACING = {"create_disks": _T.SPAWNING, "spawn": _T.SPAWNING}

OF_STEPS: Mapping[Action, Mapping[str, TaskState]] = {
    Action.CREATE_IMAGE: _IMAGING,
    Action.CREATE_BACKUP: _IMAGING,
    Action.REBUILD: {"create_disks": _T.REBUILD_BLOCK_DEVICE_MAPPING, "spawn": _T.REBUILD_SPAWNING},
    Action.RESIZE: {"resize": _T.RESIZE_MIGRATING},
    Action.SHELVE: {
        "snapshot": _T.SHELVING_IMAGE_PENDING_UPLOAD, "upload_image": _T.SHELVING_IMAGE_UPLOADING,
        "destroy": _T.SHELVING_OFFLOADING,
    },
    Action.UNSHELVE: _PLACING,
}
STEPS = frozenset(step for steps in OF_STEPS.values() for step in steps)
"""Steps that have a task state in some action."""


def task_state(action: Action, step: str) -> TaskState | None:
    """The task state of a step; None: the action's own stays."""
    return OF_STEPS.get(action, {}).get(step)
