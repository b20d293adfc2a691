"""Projects and domains: one kind of record, two nouns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from nova_lite.identity.errors import BadReference, InUse, not_found
from nova_lite.identity.registry import Registry, refuse_immutable
from nova_lite.identity.revocations import Revocations, target_subject
from nova_lite.identity.store import IdentityStore, Wanted
from nova_lite.objects.identity import DEFAULT_DOMAIN, Project


class Projects(Registry[Project]):
    """Projects by id, domains included: a domain is a project that is nobody's child."""

    def __init__(self, store: IdentityStore, revocations: Revocations) -> None:
        super().__init__("project", store.projects)
        self._revocations = revocations

    def create(self, record: Project) -> Project:
        """:raises BadReference: the domain or the parent is not there, or they do not fit together."""
        if record.is_domain:
            return super().create(record)
        for field in ("domain_id", "parent_id"):
            self._require(field, getattr(record, field))
        parent = self.show(record.parent_id or "")
        if record.domain_id not in (parent.domain_id, parent.id):
            raise BadReference("The parent project is in another domain.", field="parent_id")
        return super().create(record)

    def update(self, id: str, changes: Mapping[str, object]) -> Project:
        """Change a project; tokens for one that is disabled are void.

        :raises Immutable: it is declared so.
        """
        refuse_immutable(self.show(id), changes)
        project = super().update(id, changes)
        if not project.enabled:
            self._revocations.revoke(target_subject(id))
        return project

    def delete(self, id: str) -> None:
        """:raises InUse: the project has projects below it.
        :raises Immutable: it is declared so.
        """
        refuse_immutable(self.show(id))
        if self.list(parent_id=id):
            raise InUse(f"The project {id} has projects below it.", id=id)
        super().delete(id)
        self._revocations.revoke(target_subject(id))

    def ancestors(self, project: Project) -> Sequence[Project]:
        """From the parent up to and including the domain."""
        found: list[Project] = []
        while project.parent_id is not None:
            project = self.show(project.parent_id)
            found.append(project)
        return found

    def find(self, name: str, domain_id: str | None) -> Project | None:
        """A project by its name within a domain; with None as ``domain_id``, a domain by its name."""
        found = self.list(name=name, domain_id=domain_id, is_domain=domain_id is None)
        return found[0] if found else None

    def _require(self, field: str, id: str | None) -> None:
        if id is None or not self.list(id=id):
            raise BadReference(f"{field} names no domain or project: {id}.", field=field)


class Domains(Registry[Project]):
    """Domains: the same records, with rules of their own."""

    def __init__(self, store: IdentityStore, projects: Projects, revocations: Revocations) -> None:
        super().__init__("domain", store.projects)
        self._store = store
        self._projects = projects
        self._revocations = revocations

    def show(self, id: str) -> Project:
        """:raises RecordNotFound: no domain has that id."""
        domain = super().show(id)
        if not domain.is_domain:
            raise not_found(self.noun, id)
        return domain

    def list(self, **wanted: Wanted) -> Sequence[Project]:
        """The domains whose fields equal what is wanted."""
        return super().list(**wanted, is_domain=True)

    def update(self, id: str, changes: Mapping[str, object]) -> Project:
        """Change a domain; tokens of and for one that is disabled are void.

        :raises Immutable: it is declared so.
        """
        refuse_immutable(self.show(id), changes)
        domain = super().update(id, changes)
        if not domain.enabled:
            self._revocations.revoke(target_subject(id))
        return domain

    def delete(self, id: str) -> None:
        """Delete a domain with all it holds. Each part is gone for good when it is gone: safe to repeat.

        :raises InUse: it is enabled, or the default domain.
        :raises Immutable: it is declared so.
        """
        domain = self.show(id)
        refuse_immutable(domain)
        if domain.enabled:
            raise InUse(f"The domain {id} is enabled: disable it first.", id=id)
        if id == DEFAULT_DOMAIN:
            raise InUse("The default domain cannot be deleted.", id=id)
        self._revocations.revoke(target_subject(id))
        for user in self._store.users.list(domain_id=id):
            self._store.users.delete(user.id)
        for group in self._store.groups.list(domain_id=id):
            self._store.groups.delete(group.id)
        for project in self._deepest_first(id):
            self._store.projects.delete(project.id)
        for role in self._store.roles.list(domain_id=id):
            self._store.roles.delete(role.id)
        self._store.projects.delete(id)

    def _deepest_first(self, id: str) -> Sequence[Project]:
        projects = self._store.projects.list(domain_id=id)
        return sorted(projects, key=lambda project: -len(self._projects.ancestors(project)))
