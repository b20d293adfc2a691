"""What the compute dialect's handlers work with."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Protocol

from nova_lite.api.compute.lifecycle import Lifecycle
from nova_lite.api.compute.networks import ServerNetworks
from nova_lite.core.clock import Clock
from nova_lite.core.context import RequestContext
from nova_lite.db.session import Database
from nova_lite.network.service import Networking
from nova_lite.objects.image import Image, ImageMeta, ImageQuery
from nova_lite.objects.quota import Quota
from nova_lite.rpcapi.compute import Compute
from nova_lite.rpcapi.scheduler import Scheduler


class Images(Protocol):
    """Where images are looked up: the embedded catalog, or a client of a real one."""

    def get_meta(self, context: RequestContext, image_id: str) -> ImageMeta:
        """What a boot needs to know of an image.

        :raises NotFound: there is none that this caller may use.
        """
        ...

    def create(self, image: Image) -> Image:
        """Record a new image, queued. :raises Invalid, TooLarge: a field is out of range."""
        ...

    def delete(self, context: RequestContext, image_id: str) -> None:
        """Delete an image. :raises NotFound: the caller has none such. :raises Forbidden: it is protected."""
        ...


class ImageRecords(Protocol):
    """The image service's records, for the proxies of old clients. What a caller may not see is NotFound for it."""

    def show(self, context: RequestContext, image_id: str) -> Image: ...

    def find(self, query: ImageQuery) -> list[Image]: ...

    def update(self, context: RequestContext, image_id: str, change: Callable[[Image], Image]) -> Image: ...

    def delete(self, context: RequestContext, image_id: str) -> None: ...


@dataclasses.dataclass(frozen=True, kw_only=True)
class ComputeServices:
    """The collaborators of the compute handlers.

    ``compute_at`` gives the proxy of a host; ``networks`` their interfaces, None where guests have QEMU's own
    network; ``quota`` the limits of projects that have none of their own; ``page_size`` the items that one answer
    holds at most; ``down_after`` the seconds of silence after which a service counts as down; ``image_records`` the
    image service where it is ours, None where it is another's, at ``image_url`` without a version then;
    ``networking`` the network service, None where there is none; ``resize_in_place``: a server may get another size on
    the host where it is.
    """

    database: Database
    lifecycle: Lifecycle
    scheduler: Scheduler
    compute_at: Callable[[str], Compute]
    images: Images
    quota: Quota
    clock: Clock
    networks: ServerNetworks | None = None
    page_size: int = 1000
    down_after: float = 60.0
    image_records: ImageRecords | None = None
    image_url: str = ""
    networking: Networking | None = None
    resize_in_place: bool = True
