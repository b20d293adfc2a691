"""Instance: a virtual machine as the database knows it. The API calls it a server."""

from __future__ import annotations

from typing import Literal

from nova_lite.objects.base import Value
from nova_lite.objects.fault import Fault
from nova_lite.objects.flavor import Flavor
from nova_lite.objects.image import ImageMeta
from nova_lite.objects.nic import Nic
from nova_lite.objects.states import PowerState, TaskState, VmState


class Kept(Value, frozen=True, kw_only=True):
    """What is kept for later: the ``flavor`` before a resize, the ``host`` where the guest of before still is if that
    was a move, the ``image_id`` of a shelved server's disk.
    """

    flavor: Flavor | None = None
    image_id: str | None = None
    host: str | None = None


class InjectedFile(Value, frozen=True, kw_only=True):
    """A file that the guest is to have at ``path``; ``contents`` is base64."""

    path: str
    contents: str


class Instance(Value, frozen=True, kw_only=True):
    """The whole record, so that no receiver needs to ask the database.

    ``host`` is None until a claim succeeds. ``flavor`` and ``image`` are copies taken at boot. ``key_data`` is the
    public key. ``user_data`` is base64. ``revision`` grows by one with every change of the record. ``pinned_zone`` is
    the zone that it was asked into and may not leave, ``availability_zone`` the one it is in. ``hints`` are the
    scheduler's, by the request: a list of values each. ``files`` are on the config drive.
    """

    uuid: str
    project_id: str
    user_id: str
    display_name: str
    hostname: str
    flavor: Flavor
    image: ImageMeta | None = None
    host: str | None = None
    availability_zone: str | None = None
    vm_state: VmState = VmState.BUILDING
    task_state: TaskState | None = None
    power_state: PowerState = PowerState.NOSTATE
    description: str | None = None
    key_name: str | None = None
    key_data: str | None = None
    user_data: str | None = None
    config_drive: bool = False
    metadata: dict[str, str] = {}
    tags: tuple[str, ...] = ()
    nics: tuple[Nic, ...] = ()
    reservation_id: str = ""
    launch_index: int = 0
    locked: bool = False
    locked_by: Literal["owner", "admin"] | None = None
    locked_reason: str | None = None
    progress: int = 0
    access_ip_v4: str = ""
    access_ip_v6: str = ""
    created_at: float
    updated_at: float
    launched_at: float | None = None
    terminated_at: float | None = None
    deleted_at: float | None = None
    revision: int = 0
    fault: Fault | None = None
    kept: Kept | None = None
    disk_config: Literal["AUTO", "MANUAL"] = "MANUAL"
    pinned_zone: str | None = None
    hints: dict[str, tuple[str, ...]] = {}
    files: tuple[InjectedFile, ...] = ()

    @property
    def name(self) -> str:
        """The domain's name on the hypervisor: unique, and telling whose it is."""
        return f"instance-{self.uuid}"
