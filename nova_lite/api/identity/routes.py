"""The URL map of the identity dialect."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence

from nova_lite.api.identity.collection import IdentityRequest
from nova_lite.api.identity.handlers import (
    access_rules,
    application_credentials,
    assignments,
    groups,
    projects,
    roles,
    tokens,
    users,
    versions,
)
from nova_lite.api.identity.handlers.domains import DOMAINS
from nova_lite.api.identity.handlers.endpoints import ENDPOINTS
from nova_lite.api.identity.handlers.groups import GROUPS
from nova_lite.api.identity.handlers.projects import PROJECTS
from nova_lite.api.identity.handlers.regions import REGIONS
from nova_lite.api.identity.handlers.roles import ROLES
from nova_lite.api.identity.handlers.services import SERVICES
from nova_lite.api.identity.handlers.users import USERS
from nova_lite.api.identity.schemas import application_credentials as credential_schemas
from nova_lite.api.identity.schemas import domains as domain_schemas
from nova_lite.api.identity.schemas import endpoints as endpoint_schemas
from nova_lite.api.identity.schemas import groups as group_schemas
from nova_lite.api.identity.schemas import projects as project_schemas
from nova_lite.api.identity.schemas import regions as region_schemas
from nova_lite.api.identity.schemas import roles as role_schemas
from nova_lite.api.identity.schemas import services as service_schemas
from nova_lite.api.identity.schemas import tokens as token_schemas
from nova_lite.api.identity.schemas import users as user_schemas
from nova_lite.api.identity.services import IdentityServices
from nova_lite.api.policy import Target
from nova_lite.api.routing import Handler, Route

Routes = tuple[Route[IdentityServices], ...]


def get(
    path: str, handler: Handler[IdentityServices], rule: str | None = None,
    target: Callable[[IdentityRequest], Target] | None = None,
) -> Routes:
    """GET and, as Keystone has it everywhere, HEAD."""
    return tuple(
        Route(method=method, path=path, handler=handler, rule=rule, target=target) for method in ("GET", "HEAD")
    )


def replaced(
    routes: Sequence[Route[IdentityServices]], method: str, path: str, handler: Handler[IdentityServices]
) -> Routes:
    """The routes, with another handler for one of them."""
    return tuple(
        dataclasses.replace(route, handler=handler) if (route.method, route.path) == (method, path) else route
        for route in routes
    )


VERSIONS: Routes = (
    *(Route(method=method, path=path, handler=handler, public=True)
      for method in ("GET", "HEAD") for path, handler in (("/", versions.index), ("/v3", versions.show))),
)

_TOKENS = "/v3/auth/tokens"
AUTH: Routes = (
    Route(method="POST", path=_TOKENS, handler=tokens.issue, public=True, body=token_schemas.ISSUE, success=201),
    Route(method="GET", path=_TOKENS, handler=tokens.show, rule="identity:validate_token", late=True),
    Route(method="HEAD", path=_TOKENS, handler=tokens.show, rule="identity:check_token", late=True),
    Route(method="DELETE", path=_TOKENS, handler=tokens.revoke, rule="identity:revoke_token", late=True, success=204),
    *get("/v3/auth/catalog", tokens.catalog),
    *get("/v3/auth/projects", tokens.projects),
    *get("/v3/auth/domains", tokens.domains),
    *get("/v3/auth/system", tokens.system),
)

_user_routes = USERS.routes(user_schemas.CREATE, user_schemas.UPDATE)
_user_routes = replaced(_user_routes, "POST", "/v3/users", users.create)
_USER = "/v3/users/{user_id}"
USER_ROUTES: Routes = (
    *replaced(_user_routes, "PATCH", _USER, users.update),
    Route(method="POST", path=f"{_USER}/password", handler=users.change_password, public=True,
          body=user_schemas.CHANGE_PASSWORD, success=204),
    *get(f"{_USER}/projects", users.projects, "identity:list_user_projects", users.own),
    *get(f"{_USER}/groups", users.groups, "identity:list_groups_for_user", users.own),
)

_MEMBER = "/v3/groups/{group_id}/users/{user_id}"
GROUP_ROUTES: Routes = (
    *GROUPS.routes(group_schemas.CREATE, group_schemas.UPDATE),
    *get("/v3/groups/{group_id}/users", groups.members, "identity:list_users_in_group"),
    Route(method="PUT", path=_MEMBER, handler=groups.add, rule="identity:add_user_to_group", success=204),
    Route(method="DELETE", path=_MEMBER, handler=groups.remove, rule="identity:remove_user_from_group", success=204),
    *(Route(method=method, path=_MEMBER, handler=groups.check, rule="identity:check_user_in_group", success=204)
      for method in ("GET", "HEAD")),
)

_project_routes = PROJECTS.routes(project_schemas.CREATE, project_schemas.UPDATE)
_project_routes = replaced(_project_routes, "GET", "/v3/projects", projects.index)
_project_routes = replaced(_project_routes, "HEAD", "/v3/projects", projects.index)
_TAGS = "/v3/projects/{project_id}/tags"
_TAG = f"{_TAGS}/{{tag}}"
PROJECT_ROUTES: Routes = (
    *replaced(_project_routes, "DELETE", "/v3/projects/{project_id}", projects.delete),
    *get(_TAGS, projects.tags, "identity:list_project_tags", PROJECTS.target),
    Route(method="PUT", path=_TAGS, handler=projects.replace_tags, rule="identity:update_project_tags",
          body=project_schemas.TAG_LIST),
    Route(method="DELETE", path=_TAGS, handler=projects.remove_tags, rule="identity:delete_project_tags", success=204),
    *(Route(method=method, path=_TAG, handler=projects.check_tag, rule="identity:get_project_tag",
            target=PROJECTS.target,
            success=204) for method in ("GET", "HEAD")),
    Route(method="PUT", path=_TAG, handler=projects.add_tag, rule="identity:create_project_tag", success=201),
    Route(method="DELETE", path=_TAG, handler=projects.remove_tag, rule="identity:delete_project_tag", success=204),
    *DOMAINS.routes(domain_schemas.CREATE, domain_schemas.UPDATE),
)

_role_routes = ROLES.routes(role_schemas.CREATE, role_schemas.UPDATE)
_IMPLIED = "/v3/roles/{role_id}/implies/{implied_id}"
ROLE_ROUTES: Routes = (
    *replaced(_role_routes, "GET", "/v3/roles", roles.index),
    *get("/v3/roles/{role_id}/implies", roles.implied, "identity:list_implied_roles"),
    Route(method="PUT", path=_IMPLIED, handler=roles.imply, rule="identity:create_implied_role", success=201),
    Route(method="GET", path=_IMPLIED, handler=roles.show_implication, rule="identity:get_implied_role"),
    Route(method="HEAD", path=_IMPLIED, handler=roles.check_implication, rule="identity:check_implied_role",
          success=204),
    Route(method="DELETE", path=_IMPLIED, handler=roles.forget, rule="identity:delete_implied_role", success=204),
    *get("/v3/role_inferences", roles.inferences, "identity:list_role_inference_rules"),
)


def grants(base: str, end: str = "") -> Routes:
    """The routes of the roles that one actor has on one target; ``base`` names both."""
    many, single = f"{base}/roles{end}", f"{base}/roles/{{role_id}}{end}"
    return (
        *get(many, assignments.granted, "identity:list_grants"),
        Route(method="PUT", path=single, handler=assignments.grant, rule="identity:create_grant", success=204),
        Route(method="DELETE", path=single, handler=assignments.revoke, rule="identity:revoke_grant", success=204),
        *(Route(method=method, path=single, handler=assignments.check, rule="identity:check_grant", success=204)
          for method in ("GET", "HEAD")),
    )


_ACTORS = ("users/{user_id}", "groups/{group_id}")
_TARGETS = ("projects/{project_id}", "domains/{domain_id}")
ASSIGNMENT_ROUTES: Routes = (
    *get("/v3/role_assignments", assignments.index, "identity:list_role_assignments"),
    *(route for actor in _ACTORS for target in (*_TARGETS, "system") for route in grants(f"/v3/{target}/{actor}")),
    *(route for actor in _ACTORS for target in _TARGETS
      for route in grants(f"/v3/OS-INHERIT/{target}/{actor}", "/inherited_to_projects")),
)

CATALOG_ROUTES: Routes = (
    *REGIONS.routes(region_schemas.CREATE, region_schemas.UPDATE),
    Route(method="PUT", path="/v3/regions/{region_id}", handler=REGIONS.create, rule="identity:create_region",
          body=region_schemas.CREATE, success=201),
    *SERVICES.routes(service_schemas.CREATE, service_schemas.UPDATE),
    *ENDPOINTS.routes(endpoint_schemas.CREATE, endpoint_schemas.UPDATE),
)

_CREDENTIALS = f"{_USER}/application_credentials"
_CREDENTIAL = f"{_CREDENTIALS}/{{application_credential_id}}"
_RULES = f"{_USER}/access_rules"
_RULE = f"{_RULES}/{{access_rule_id}}"
_CREDENTIAL_RULE = "identity:{}_application_credential".format
CREDENTIAL_ROUTES: Routes = (
    *get(_CREDENTIALS, application_credentials.index, "identity:list_application_credentials", users.own),
    *get(_CREDENTIAL, application_credentials.show, _CREDENTIAL_RULE("get"), users.own),
    Route(method="POST", path=_CREDENTIALS, handler=application_credentials.create, rule=_CREDENTIAL_RULE("create"),
          target=users.own, body=credential_schemas.CREATE, success=201),
    Route(method="DELETE", path=_CREDENTIAL, handler=application_credentials.delete, rule=_CREDENTIAL_RULE("delete"),
          target=users.own, success=204),
    *get(_RULES, access_rules.index, "identity:list_access_rules", users.own),
    *get(_RULE, access_rules.show, "identity:get_access_rule", users.own),
    Route(method="DELETE", path=_RULE, handler=access_rules.delete, rule="identity:delete_access_rule",
          target=users.own, success=204),
)

ROUTES: Routes = (
    *VERSIONS, *AUTH, *USER_ROUTES, *GROUP_ROUTES, *PROJECT_ROUTES, *ROLE_ROUTES, *ASSIGNMENT_ROUTES,
    *CATALOG_ROUTES, *CREDENTIAL_ROUTES,
)
