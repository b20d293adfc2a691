"""Where the services of the cloud are."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from nova_lite.identity.errors import BadReference, InUse
from nova_lite.identity.registry import Registry, changed
from nova_lite.identity.store import IdentityStore
from nova_lite.objects.base import Value
from nova_lite.objects.identity import CatalogService, Endpoint, Region


class CatalogEntry(Value, frozen=True, kw_only=True):
    """A service with its endpoints, their URLs filled in."""

    service: CatalogService
    endpoints: tuple[Endpoint, ...]


class Regions(Registry[Region]):
    """Regions by id, which is their name."""

    def create(self, record: Region) -> Region:
        """:raises BadReference: the parent region is not there."""
        if record.parent_region_id is not None and not self.list(id=record.parent_region_id):
            raise BadReference(
                f"parent_region_id names no region: {record.parent_region_id}.", field="parent_region_id"
            )
        return super().create(record)

    def delete(self, id: str) -> None:
        """:raises InUse: the region has regions below it."""
        if self.list(parent_region_id=id):
            raise InUse(f"The region {id} has regions below it.", id=id)
        super().delete(id)


class Endpoints(Registry[Endpoint]):
    """Endpoints by id."""

    def __init__(self, store: IdentityStore) -> None:
        super().__init__("endpoint", store.endpoints)
        self._store = store

    def create(self, record: Endpoint) -> Endpoint:
        """:raises BadReference: the service is not there, or the URL has a placeholder that nothing is known for.

        A region that is not there is made.
        """
        self._prepare(record)
        return super().create(record)

    def update(self, id: str, changes: Mapping[str, object]) -> Endpoint:
        """As :meth:`create`."""
        self._prepare(changed(self.show(id), changes))
        return super().update(id, changes)

    def _prepare(self, record: Endpoint) -> None:
        unknown = [name for name in _PLACEHOLDER.findall(record.url) if name not in PLACEHOLDERS]
        if unknown:
            raise BadReference(f"url names something unknown: {unknown[0]}.", field="url")
        if self._store.services.get(record.service_id) is None:
            raise BadReference(f"service_id names no service: {record.service_id}.", field="service_id")
        if record.region_id is not None and self._store.regions.get(record.region_id) is None:
            self._store.regions.insert(Region(id=record.region_id))


PLACEHOLDERS = ("project_id", "tenant_id", "user_id")
_PLACEHOLDER = re.compile(r"[$%]\(([^)]*)\)s")


class Catalog:
    """Regions, services and endpoints, and the whole as a token shows it."""

    def __init__(self, store: IdentityStore) -> None:
        self.regions = Regions("region", store.regions)
        self.services = Registry("service", store.services)
        self.endpoints = Endpoints(store)

    def build(self, user_id: str, project_id: str) -> Sequence[CatalogEntry]:
        """The enabled services with their enabled endpoints, URLs filled in; by type and id.

        An endpoint whose URL needs a project is left out when there is none.
        """
        by_service: dict[str, list[Endpoint]] = {}
        for endpoint in self.endpoints.list(enabled=True):
            filled = fill_in(endpoint, user_id, project_id)
            if filled is not None:
                by_service.setdefault(endpoint.service_id, []).append(filled)
        entries = [
            CatalogEntry(service=service, endpoints=tuple(by_service.get(service.id, ())))
            for service in self.services.list(enabled=True)
        ]
        return sorted(entries, key=lambda entry: (entry.service.type, entry.service.id))


def fill_in(endpoint: Endpoint, user_id: str, project_id: str) -> Endpoint | None:
    """The endpoint with its URL complete, or None when it needs a project and there is none."""
    url = endpoint.url
    for name, value in zip(PLACEHOLDERS, (project_id, project_id, user_id), strict=True):
        for pattern in (f"$({name})s", f"%({name})s"):
            if pattern in url and not value:
                return None
            url = url.replace(pattern, value)
    return Endpoint(
        id=endpoint.id, service_id=endpoint.service_id, interface=endpoint.interface, url=url,
        region_id=endpoint.region_id, enabled=endpoint.enabled, extra=endpoint.extra,
    )
