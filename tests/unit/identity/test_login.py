from __future__ import annotations

import pytest

from nova_lite.core.context import RequestContext
from nova_lite.core.errors import Unauthenticated
from nova_lite.core.ids import new_hex
from nova_lite.identity.errors import LoginRefused, RecordNotFound
from nova_lite.identity.login import ByApplicationCredential, ByPassword, ByToken, Login, Named, WantedScope
from nova_lite.objects.identity import ApplicationCredential
from tests.unit.identity.world import ADMIN_PASSWORD, TTL, World, login, named, rescope


def test_a_login_gives_a_context_with_names_ids_and_implied_roles(world: World) -> None:
    user, project = world.member("rose")
    assert world.identity.validate(world.token("rose"), "req-1") == RequestContext(
        request_id="req-1", user_id=user.id, user_name="rose", project_id=project.id, project_name="rose",
        roles=("member", "reader"),
    )


def test_the_admin_role_implies_all_below_it(world: World) -> None:
    token = world.token("admin", ADMIN_PASSWORD)
    assert world.identity.validate(token, "r").roles == ("admin", "manager", "member", "reader")


@pytest.mark.parametrize("attempt", [
    login("rose", "wrong", "rose"), login("nobody", "secret", "rose"), login("rose", "secret", "admin"),
    login("rose", "secret", "nowhere"), login("rose", "", "rose"),
    Login(proofs=(ByPassword(user=Named(name="rose", domain_name="Elsewhere"), password="secret"),)),
    Login(proofs=(ByPassword(user=Named(id="0" * 32), password="secret"),)),
    Login(proofs=(ByPassword(user=named("rose"), password="secret"),), scope=WantedScope(kind="system")),
    Login(proofs=(ByApplicationCredential(id="0" * 32, secret="secret"),)),
], ids=lambda attempt: "")
def test_every_failed_login_says_the_same(world: World, attempt: Login) -> None:
    world.member("rose")
    with pytest.raises(LoginRefused) as refusal:
        world.identity.login(attempt)
    with pytest.raises(LoginRefused) as other:
        world.identity.login(login("nobody", "nothing", None))
    assert refusal.value.message == other.value.message


def test_disabled_users_projects_and_domains_let_nobody_in(world: World) -> None:
    user, project = world.member("rose")
    for change, back in (
        (lambda on: world.identity.users.update(user.id, {"enabled": on}), True),
        (lambda on: world.identity.projects.update(project.id, {"enabled": on}), True),
        (lambda on: world.identity.domains.update("default", {"enabled": on}), True),
    ):
        change(False)
        with pytest.raises(LoginRefused):
            world.identity.login(login("rose", "secret", "rose"))
        change(back)
        world.token("rose")


def test_without_a_scope_the_default_project_is_taken_if_there_is_one(world: World) -> None:
    user, project = world.member("rose")
    assert world.identity.login(login("rose", "secret", None))[1].scope.kind == "unscoped"
    world.identity.users.update(user.id, {"default_project_id": project.id})
    assert world.identity.login(login("rose", "secret", None))[1].scope.id == project.id
    world.identity.users.update(user.id, {"default_project_id": "0" * 32})
    assert world.identity.login(login("rose", "secret", None))[1].scope.kind == "unscoped"


def test_an_unscoped_token_has_no_roles_and_no_project(world: World) -> None:
    world.member("rose")
    token, _ = world.identity.login(login("rose", "secret", None))
    context = world.identity.validate(token, "r")
    assert (context.project_id, context.roles) == ("", ())


def test_a_domain_and_the_system_are_scopes_too(world: World) -> None:
    proof = ByPassword(user=named("admin"), password=ADMIN_PASSWORD)
    system = Login(proofs=(proof,), scope=WantedScope(kind="system"))
    assert world.identity.login(system)[1].roles[0] == "admin"
    admin = world.identity.users.find("admin", "default")
    assert admin is not None
    world.grant("member", admin.id, "default")
    domain = Login(proofs=(proof,), scope=WantedScope(kind="domain", target=Named(name="Default")))
    token, claims = world.identity.login(domain)
    assert (claims.scope.kind, claims.scope.id, claims.roles) == ("domain", "default", ("member", "reader"))
    assert world.identity.validate(token, "r").project_id == ""


class TestRescoping:
    def test_a_token_becomes_one_for_another_project_and_lives_no_longer(self, world: World) -> None:
        user, _ = world.member("rose")
        world.grant("reader", user.id, world.project("garden").id)
        token, first = world.identity.login(login("rose", "secret", "rose"))
        world.clock.advance(TTL / 2)
        _, second = world.identity.login(rescope(token, "garden"))
        assert (second.scope.name, second.roles, second.methods) == ("garden", ("reader",), ("password", "token"))
        assert second.expires_at == first.expires_at
        assert second.audit_ids[1:] == first.audit_ids

    def test_a_revoked_token_cannot_be_rescoped(self, world: World) -> None:
        world.member("rose")
        token, claims = world.identity.login(login("rose", "secret", "rose"))
        world.identity.revoke(claims)
        for service in (world.identity, world.elsewhere()):
            with pytest.raises(RecordNotFound):
                service.login(rescope(token, None))

    def test_two_proofs_must_be_about_one_user(self, world: World) -> None:
        world.member("rose")
        world.member("lily")
        token = world.token("lily")
        both = Login(proofs=(ByPassword(user=named("rose"), password="secret"), ByToken(token=token)))
        with pytest.raises(LoginRefused):
            world.identity.login(both)


class TestApplicationCredentials:
    def make(self, world: World, *roles: str, expires_at: float | None = None) -> tuple[ApplicationCredential, str]:
        user, project = world.member("rose")
        ids = tuple(world.role_id(role) for role in roles)
        record = ApplicationCredential(
            id=new_hex(), name="robot", user_id=user.id, project_id=project.id, role_ids=ids, expires_at=expires_at
        )
        held = {world.role_id("member"), world.role_id("reader")}
        return world.identity.application_credentials.issue(record, held)

    def test_it_acts_for_its_user_with_its_own_roles_only(self, world: World) -> None:
        credential, secret = self.make(world, "reader")
        for proof in (
            ByApplicationCredential(id=credential.id, secret=secret),
            ByApplicationCredential(name="robot", user=named("rose"), secret=secret),
        ):
            _, claims = world.identity.login(Login(proofs=(proof,)))
            assert (claims.user_name, claims.scope.name, claims.roles) == ("rose", "rose", ("reader",))

    def test_it_ends_with_its_time_and_so_do_its_tokens(self, world: World) -> None:
        credential, secret = self.make(world, "reader", expires_at=world.clock.now() + 60)
        attempt = Login(proofs=(ByApplicationCredential(id=credential.id, secret=secret),))
        token, claims = world.identity.login(attempt)
        assert claims.expires_at == credential.expires_at
        world.clock.advance(60)
        with pytest.raises(LoginRefused):
            world.identity.login(attempt)
        with pytest.raises(Unauthenticated):
            world.identity.validate(token, "r")

    def test_a_role_that_its_user_lost_is_lost_to_it(self, world: World) -> None:
        credential, secret = self.make(world, "member")
        assignment = world.store.assignments.list(actor_id=credential.user_id)[0]
        world.identity.assignments.revoke(assignment)
        with pytest.raises(LoginRefused):
            world.identity.login(Login(proofs=(ByApplicationCredential(id=credential.id, secret=secret),)))

    def test_its_tokens_cannot_become_others_and_end_with_it(self, world: World) -> None:
        credential, secret = self.make(world, "reader")
        token, _ = world.identity.login(Login(proofs=(ByApplicationCredential(id=credential.id, secret=secret),)))
        with pytest.raises(LoginRefused):
            world.identity.login(rescope(token, "rose"))
        world.identity.application_credentials.delete(credential.id)
        with pytest.raises(Unauthenticated):
            world.identity.validate(token, "r")
