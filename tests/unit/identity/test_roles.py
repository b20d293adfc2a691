from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nova_lite.core.ids import new_hex
from nova_lite.identity.effective import World as Links
from nova_lite.identity.effective import effective
from nova_lite.identity.errors import Immutable, ImpliedCycle, InUse, RecordNotFound
from nova_lite.identity.roles import closure
from nova_lite.objects.identity import Assignment, Group, Implication, Membership, Project, Role
from tests.unit.identity.world import World

_rules = st.sets(st.tuples(st.sampled_from("abcdef"), st.sampled_from("abcdef")))


@given(_rules, st.sets(st.sampled_from("abcdef")))
def test_a_closure_holds_the_roles_and_nothing_more_follows_from_it(
    pairs: set[tuple[str, str]], held: set[str]
) -> None:
    rules = [Implication(prior_id=prior, implied_id=implied) for prior, implied in pairs]
    found = closure(held, rules)
    assert held <= found
    assert closure(found, rules) == found
    assert all(implied in found for prior, implied in pairs if prior in found)


def test_a_role_may_not_imply_itself_over_others(world: World) -> None:
    with pytest.raises(ImpliedCycle):
        world.identity.roles.imply(world.role_id("reader"), world.role_id("manager"))
    with pytest.raises(ImpliedCycle):
        world.identity.roles.imply(world.role_id("reader"), world.role_id("reader"))


def test_administrators_are_made_by_nothing_but_their_own_role(world: World) -> None:
    role = world.identity.roles.create(Role(id=new_hex(), name="deputy"))
    with pytest.raises(InUse):
        world.identity.roles.imply(role.id, world.role_id("admin"))


def test_an_immutable_role_or_project_stays_as_it_is_until_it_is_declared_mutable(world: World) -> None:
    project = world.project("garden")
    world.identity.projects.update(project.id, {"extra": {"options": {"immutable": True}}})
    for nouns, id in ((world.identity.roles, world.role_id("admin")), (world.identity.projects, project.id)):
        with pytest.raises(Immutable):
            nouns.update(id, {"name": "other"})
        with pytest.raises(Immutable):
            nouns.delete(id)
        nouns.update(id, {"extra": {"options": {"immutable": False}}})
        nouns.update(id, {"name": "other"})
        nouns.delete(id)


def test_a_role_of_one_domain_shows_only_by_what_it_implies(world: World) -> None:
    user, project = world.user("rose"), world.project("garden")
    role = world.identity.roles.create(Role(id=new_hex(), name="pruner", domain_id="default"))
    world.identity.roles.imply(role.id, world.role_id("member"))
    world.identity.assignments.grant(Assignment(
        actor_kind="user", actor_id=user.id, target_kind="project", target_id=project.id, role_id=role.id,
    ))
    claims = world.identity.claims(world.token("rose", project="garden"))
    assert claims.roles == ("member", "reader")


def test_roles_come_over_groups_and_from_above(world: World) -> None:
    user, top = world.user("rose"), world.project("top")
    below = world.project("below", parent_id=top.id)
    group = world.identity.groups.create(Group(id=new_hex(), name="gardeners", domain_id="default"))
    world.identity.groups.add(group.id, user.id)
    world.grant("reader", group.id, below.id)
    world.grant("service", user.id, "default", inherited=True)
    world.grant("manager", user.id, top.id, inherited=True)
    assert world.identity.claims(world.token("rose", project="below")).roles == (
        "manager", "member", "reader", "service",
    )
    assert world.identity.claims(world.token("rose", project="top")).roles == ("service",), "inherited is not own"


def test_granting_twice_is_once_and_revoking_twice_is_told(world: World) -> None:
    user, project = world.user("rose"), world.project("garden")
    assignment = world.grant("member", user.id, project.id)
    world.grant("member", user.id, project.id)
    world.identity.assignments.revoke(assignment)
    with pytest.raises(RecordNotFound):
        world.identity.assignments.revoke(assignment)
    with pytest.raises(RecordNotFound):
        world.identity.assignments.require(assignment)


@pytest.mark.parametrize("field", ["actor_id", "target_id", "role_id"])
def test_an_assignment_to_what_is_not_there_is_refused(world: World, field: str) -> None:
    user, project = world.user("rose"), world.project("garden")
    assignment = Assignment(
        actor_kind="user", actor_id=user.id, target_kind="project", target_id=project.id,
        role_id=world.role_id("member"),
    )
    with pytest.raises(RecordNotFound):
        world.identity.assignments.grant(msgspec.structs.replace(assignment, **{field: "0" * 32}))


def test_a_domain_is_no_project_for_a_grant(world: World) -> None:
    user = world.user("rose")
    with pytest.raises(RecordNotFound):
        world.identity.assignments.grant(Assignment(
            actor_kind="user", actor_id=user.id, target_kind="project", target_id="default",
            role_id=world.role_id("member"),
        ))


def test_effective_assignments_resolve_groups_implications_and_inheritance() -> None:
    links = Links(
        memberships=[Membership(group_id="g", user_id="u")],
        implications=[Implication(prior_id="r", implied_id="h"), Implication(prior_id="h", implied_id="s")],
        projects=[
            Project(id="d", name="d", is_domain=True), Project(id="p", name="p", domain_id="d", parent_id="d"),
            Project(id="q", name="q", domain_id="d", parent_id="p"),
        ],
        hidden=frozenset("h"),
    )
    granted = Assignment(
        actor_kind="group", actor_id="g", target_kind="domain", target_id="d", role_id="r", inherited=True
    )
    found = {(item.actor_kind, item.actor_id, item.target_kind, item.target_id, item.role_id, item.inherited)
             for item in effective([granted, granted], links)}
    assert found == {("user", "u", "project", project, role, False) for project in "pq" for role in "rs"}
