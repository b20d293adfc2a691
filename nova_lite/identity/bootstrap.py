"""The records without which nobody can log in; made once, repaired whenever it is asked for."""

from __future__ import annotations

from nova_lite.core.ids import new_hex
from nova_lite.identity.service import Identity
from nova_lite.objects.base import Value
from nova_lite.objects.identity import (
    DEFAULT_DOMAIN,
    Assignment,
    CatalogService,
    Endpoint,
    Interface,
    Project,
    Region,
    Role,
    User,
)

ROLES = ("admin", "manager", "member", "reader", "service")
IMMUTABLE: dict[str, object] = {"options": {"immutable": True}}  # who deletes one by mistake locks everybody out
IMPLIED = (("admin", "manager"), ("manager", "member"), ("member", "reader"))
# (type, name, path under the public address): what one API process serves.
SERVICES = (
    ("identity", "keystone", "/identity/v3"), ("compute", "nova", "/compute/v2.1"), ("image", "glance", "/image"),
    ("network", "neutron", "/network"),
)
INTERFACES: tuple[Interface, ...] = ("public", "internal", "admin")


class Plan(Value, frozen=True, kw_only=True):
    """``public_url``: scheme, host and port. ``services``: (type, name, path) of each service in the catalog."""

    admin_password: str
    service_password: str
    public_url: str
    region: str = "RegionOne"
    services: tuple[tuple[str, str, str], ...] = SERVICES


def bootstrap(identity: Identity, plan: Plan) -> tuple[str, ...]:
    """Make or repair domain, roles, projects, users, assignments and catalog; one line per change, none if all is well.

    A user whose password is another gets the plan's. What an operator added is left alone.
    """
    work = Bootstrap(identity, plan)
    work.domain()
    work.roles()
    admin_project, service_project = work.project("admin"), work.project("service")
    admin, nova = work.user("admin", plan.admin_password), work.user("nova", plan.service_password)
    work.grant("admin", admin, admin_project)
    work.grant("admin", nova, service_project)
    work.grant("service", nova, service_project)
    work.grant_system("admin", admin)
    work.catalog()
    return tuple(work.changes)


class Bootstrap:
    """The steps; each looks first."""

    def __init__(self, identity: Identity, plan: Plan) -> None:
        self._identity = identity
        self._plan = plan
        self._role_ids: dict[str, str] = {}
        self.changes: list[str] = []

    def domain(self) -> None:
        if not self._identity.projects.list(id=DEFAULT_DOMAIN):
            self._identity.projects.create(
                Project(id=DEFAULT_DOMAIN, name="Default", is_domain=True, description="The default domain")
            )
            self.changes.append("created domain Default")

    def roles(self) -> None:
        roles = self._identity.roles
        self._role_ids = {role.name: role.id for role in roles.list(domain_id=None)}
        for name in ROLES:
            if name not in self._role_ids:
                self._role_ids[name] = roles.create(Role(id=new_hex(), name=name, extra=IMMUTABLE)).id
                self.changes.append(f"created role {name}")
        known = {(rule.prior_id, rule.implied_id) for rule in roles.implications()}
        for prior, implied in IMPLIED:
            if (self._role_ids[prior], self._role_ids[implied]) not in known:
                roles.imply(self._role_ids[prior], self._role_ids[implied])
                self.changes.append(f"role {prior} implies {implied}")

    def project(self, name: str) -> str:
        found = self._identity.projects.find(name, DEFAULT_DOMAIN)
        if found is not None:
            return found.id
        record = Project(id=new_hex(), name=name, domain_id=DEFAULT_DOMAIN, parent_id=DEFAULT_DOMAIN)
        self.changes.append(f"created project {name}")
        return self._identity.projects.create(record).id

    def user(self, name: str, password: str) -> str:
        users = self._identity.users
        found = users.find(name, DEFAULT_DOMAIN)
        if found is None:
            found = users.create(User(id=new_hex(), name=name, domain_id=DEFAULT_DOMAIN))
            users.set_password(found.id, password)
            self.changes.append(f"created user {name}")
        elif not users.has_password(found.id, password):
            users.set_password(found.id, password)
            self.changes.append(f"reset password of user {name}")
        return found.id

    def grant(self, role: str, user_id: str, project_id: str) -> None:
        self._grant(role, Assignment(
            actor_kind="user", actor_id=user_id, target_kind="project", target_id=project_id,
            role_id=self._role_ids[role],
        ))

    def grant_system(self, role: str, user_id: str) -> None:
        self._grant(role, Assignment(
            actor_kind="user", actor_id=user_id, target_kind="system", target_id="all", role_id=self._role_ids[role],
        ))

    def _grant(self, role: str, assignment: Assignment) -> None:
        held = self._identity.assignments.list(actor_id=assignment.actor_id, target_id=assignment.target_id)
        if assignment not in held:
            self._identity.assignments.grant(assignment)
            self.changes.append(f"granted role {role} on {assignment.target_kind} {assignment.target_id}")

    def catalog(self) -> None:
        catalog = self._identity.catalog
        if not catalog.regions.list(id=self._plan.region):
            catalog.regions.create(Region(id=self._plan.region))
            self.changes.append(f"created region {self._plan.region}")
        for kind, name, path in self._plan.services:
            known = catalog.services.list(type=kind)
            service = known[0] if known else None
            if service is None:
                service = catalog.services.create(CatalogService(id=new_hex(), type=kind, name=name))
                self.changes.append(f"created service {kind}")
            for interface in INTERFACES:
                self._endpoint(service, interface, self._plan.public_url.rstrip("/") + path)

    def _endpoint(self, service: CatalogService, interface: Interface, url: str) -> None:
        endpoints = self._identity.catalog.endpoints
        known = endpoints.list(service_id=service.id, interface=interface, region_id=self._plan.region)
        if not known:
            endpoints.create(Endpoint(
                id=new_hex(), service_id=service.id, interface=interface, url=url, region_id=self._plan.region,
            ))
            self.changes.append(f"created {interface} endpoint of {service.type}: {url}")
        elif known[0].url != url:
            endpoints.update(known[0].id, {"url": url})
            self.changes.append(f"moved {interface} endpoint of {service.type} to {url}")
