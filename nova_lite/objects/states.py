"""States and actions, named exactly as Nova's API names them."""

from __future__ import annotations

import enum


class VmState(enum.StrEnum):
    """What an instance is, once nothing is being done to it."""

    BUILDING = "building"
    ACTIVE = "active"
    PAUSED = "paused"
    SUSPENDED = "suspended"
    STOPPED = "stopped"
    RESCUED = "rescued"
    RESIZED = "resized"
    SOFT_DELETED = "soft-delete"
    DELETED = "deleted"
    ERROR = "error"
    SHELVED = "shelved"
    SHELVED_OFFLOADED = "shelved_offloaded"


class TaskState(enum.StrEnum):
    """What is being done to an instance; absent when nothing is."""

    SCHEDULING = "scheduling"
    NETWORKING = "networking"
    BLOCK_DEVICE_MAPPING = "block_device_mapping"
    SPAWNING = "spawning"
    PAUSING = "pausing"
    UNPAUSING = "unpausing"
    POWERING_OFF = "powering-off"
    POWERING_ON = "powering-on"
    REBOOTING = "rebooting"
    REBOOTING_HARD = "rebooting_hard"
    SUSPENDING = "suspending"
    RESUMING = "resuming"
    TRIGGERING_CRASH_DUMP = "triggering_crash_dump"
    UPDATING_PASSWORD = "updating_password"
    REBUILDING = "rebuilding"
    REBUILD_BLOCK_DEVICE_MAPPING = "rebuild_block_device_mapping"
    REBUILD_SPAWNING = "rebuild_spawning"
    IMAGE_SNAPSHOT = "image_snapshot"
    IMAGE_BACKUP = "image_backup"
    IMAGE_PENDING_UPLOAD = "image_pending_upload"
    IMAGE_UPLOADING = "image_uploading"
    RESIZE_PREP = "resize_prep"
    RESIZE_MIGRATING = "resize_migrating"
    RESIZE_FINISH = "resize_finish"
    RESIZE_REVERTING = "resize_reverting"
    RESIZE_CONFIRMING = "resize_confirming"
    RESCUING = "rescuing"
    UNRESCUING = "unrescuing"
    SHELVING = "shelving"
    SHELVING_IMAGE_PENDING_UPLOAD = "shelving_image_pending_upload"
    SHELVING_IMAGE_UPLOADING = "shelving_image_uploading"
    SHELVING_OFFLOADING = "shelving_offloading"
    UNSHELVING = "unshelving"
    DELETING = "deleting"


class PowerState(enum.IntEnum):
    """What the hypervisor says of the domain. The numbers are part of Nova's API."""

    NOSTATE = 0
    RUNNING = 1
    PAUSED = 3
    SHUTDOWN = 4
    CRASHED = 6
    SUSPENDED = 7


class Action(enum.StrEnum):
    """What can be asked of an instance; the names that instance actions show."""

    CREATE = "create"
    DELETE = "delete"
    PAUSE = "pause"
    UNPAUSE = "unpause"
    STOP = "stop"
    START = "start"
    REBOOT = "reboot"
    SUSPEND = "suspend"
    RESUME = "resume"
    CRASH_DUMP = "trigger_crash_dump"
    CHANGE_PASSWORD = "changePassword"
    REBUILD = "rebuild"
    CREATE_IMAGE = "createImage"
    CREATE_BACKUP = "createBackup"
    RESIZE = "resize"
    CONFIRM_RESIZE = "confirmResize"
    REVERT_RESIZE = "revertResize"
    RESCUE = "rescue"
    UNRESCUE = "unrescue"
    SHELVE = "shelve"
    UNSHELVE = "unshelve"
    ATTACH_INTERFACE = "attach_interface"
    DETACH_INTERFACE = "detach_interface"
    REFRESH_INTERFACE = "refresh_interface"
    MIGRATE = "migrate"
    EVACUATE = "evacuate"


class Leg(enum.StrEnum):
    """A part of a move, which one host carries out. An operation goes from leg to leg, each with an epoch of its own.

    ``DEPART``: the source switches the guest off and sends its disk. ``ARRIVE``: the destination has the guest from
    that disk. ``FALL_BACK``: the arrival failed, the source goes on. ``DISMISS``: confirmed, the source's guest goes.
    ``LEAVE``: to be reverted, or called back before it had arrived, the destination's guest goes. ``RETURN``: reverted,
    the source goes on.
    """

    DEPART = "depart"
    ARRIVE = "arrive"
    FALL_BACK = "fall_back"
    DISMISS = "dismiss"
    LEAVE = "leave"
    RETURN = "return"


# What leaves an instance in ERROR when it fails, for nobody knows what it has left of the guest.
RUINOUS = frozenset({Action.CREATE, Action.DELETE, Action.REBUILD, Action.EVACUATE})


# What is done to an instance without a task state: others may be accepted meanwhile, and wait for their turn on its
# host.
QUIET = frozenset({Action.ATTACH_INTERFACE, Action.DETACH_INTERFACE, Action.REFRESH_INTERFACE})


class OperationState(enum.StrEnum):
    """Where an operation stands."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
