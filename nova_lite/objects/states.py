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


class OperationState(enum.StrEnum):
    """Where an operation stands."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
