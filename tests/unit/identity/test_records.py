from __future__ import annotations

import pytest

from nova_lite.core.ids import new_hex
from nova_lite.identity.catalog import fill_in
from nova_lite.identity.errors import BadReference, InUse, NameTaken, RecordNotFound
from nova_lite.objects.identity import CatalogService, Endpoint, Group, Project, Region, User
from tests.unit.identity.world import World


def test_names_are_unique_within_a_domain_and_free_beyond_it(world: World) -> None:
    domain = world.identity.domains.create(Project(id=new_hex(), name="Elsewhere", is_domain=True))
    world.user("rose")
    with pytest.raises(NameTaken):
        world.user("rose")
    world.identity.users.create(User(id=new_hex(), name="rose", domain_id=domain.id))


def test_a_name_cannot_be_changed_to_one_that_is_taken(world: World) -> None:
    world.user("rose")
    lily = world.user("lily")
    with pytest.raises(NameTaken):
        world.identity.users.update(lily.id, {"name": "rose"})


def test_extra_fields_are_kept_and_merged(world: World) -> None:
    rose = world.user("rose")
    world.identity.users.update(rose.id, {"extra": {"email": "rose@example.org", "floor": 2}})
    world.identity.users.update(rose.id, {"extra": {"floor": 3}, "enabled": True})
    assert world.identity.users.show(rose.id).extra == {"email": "rose@example.org", "floor": 3}


def test_a_record_needs_a_domain_that_is_there(world: World) -> None:
    project = world.project("garden")
    for domain_id in ("0" * 32, project.id):
        with pytest.raises(RecordNotFound, match="domain"):
            world.identity.users.create(User(id=new_hex(), name="rose", domain_id=domain_id))
        with pytest.raises(RecordNotFound, match="domain"):
            world.identity.groups.create(Group(id=new_hex(), name="roses", domain_id=domain_id))
    with pytest.raises(BadReference, match="parent_id"):
        world.identity.projects.create(
            Project(id=new_hex(), name="p", domain_id="default", parent_id="0" * 32)
        )


def test_a_parent_must_be_of_the_same_domain(world: World) -> None:
    world.identity.domains.create(Project(id="e" * 32, name="Elsewhere", is_domain=True))
    garden = world.project("garden")
    with pytest.raises(BadReference, match="another domain"):
        world.identity.projects.create(
            Project(id=new_hex(), name="p", domain_id="e" * 32, parent_id=garden.id)
        )


def test_a_project_with_projects_below_it_stays(world: World) -> None:
    garden = world.project("garden")
    bed = world.project("bed", parent_id=garden.id)
    with pytest.raises(InUse):
        world.identity.projects.delete(garden.id)
    world.identity.projects.delete(bed.id)
    world.identity.projects.delete(garden.id)
    with pytest.raises(RecordNotFound):
        world.identity.projects.show(garden.id)


def test_a_domain_is_deleted_with_all_it_holds_but_only_when_disabled(world: World) -> None:
    domain = world.identity.domains.create(Project(id=new_hex(), name="Elsewhere", is_domain=True))
    user = world.identity.users.create(User(id=new_hex(), name="rose", domain_id=domain.id))
    top = world.identity.projects.create(
        Project(id=new_hex(), name="top", domain_id=domain.id, parent_id=domain.id)
    )
    world.identity.projects.create(Project(id=new_hex(), name="below", domain_id=domain.id, parent_id=top.id))
    with pytest.raises(InUse):
        world.identity.domains.delete(domain.id)
    world.identity.domains.update(domain.id, {"enabled": False})
    world.identity.domains.delete(domain.id)
    assert world.store.users.get(user.id) is None
    assert world.store.projects.list(domain_id=domain.id) == []
    with pytest.raises(RecordNotFound):
        world.identity.domains.show(domain.id)


def test_the_default_domain_cannot_be_deleted(world: World) -> None:
    world.identity.domains.update("default", {"enabled": False})
    with pytest.raises(InUse):
        world.identity.domains.delete("default")


def test_a_project_is_not_shown_as_a_domain(world: World) -> None:
    with pytest.raises(RecordNotFound):
        world.identity.domains.show(world.project("garden").id)


def test_regions_have_parents_that_are_there_and_stay_while_they_have_children(world: World) -> None:
    regions = world.identity.catalog.regions
    with pytest.raises(BadReference):
        regions.create(Region(id="south", parent_region_id="nowhere"))
    regions.create(Region(id="south", parent_region_id="RegionOne"))
    with pytest.raises(InUse):
        regions.delete("RegionOne")


def test_the_catalog_lists_what_is_enabled_with_urls_filled_in(world: World) -> None:
    catalog = world.identity.catalog
    service = catalog.services.create(CatalogService(id=new_hex(), type="volume", name="cinder"))
    catalog.endpoints.create(Endpoint(
        id=new_hex(), service_id=service.id, interface="public", url="http://v/$(project_id)s", region_id="RegionOne",
    ))
    catalog.endpoints.create(Endpoint(
        id=new_hex(), service_id=service.id, interface="admin", url="http://v", enabled=False,
    ))
    catalog.services.create(CatalogService(id=new_hex(), type="off", enabled=False))
    entries = {entry.service.type: entry for entry in catalog.build("u", "p")}
    assert sorted(entries) == ["compute", "identity", "image", "network", "volume"]
    assert [endpoint.url for endpoint in entries["volume"].endpoints] == ["http://v/p"]
    assert {endpoint.url for endpoint in entries["compute"].endpoints} == {"http://cloud:8774/compute/v2.1"}
    without = {entry.service.type: entry for entry in catalog.build("u", "")}
    assert without["volume"].endpoints == (), "an address that needs a project is none without one"


@pytest.mark.parametrize(("url", "filled"), [
    ("http://a/%(tenant_id)s/$(user_id)s", "http://a/p/u"), ("http://a", "http://a"),
    ("http://a/$(x)s", "http://a/$(x)s"),
])
def test_urls_are_filled_in_by_either_notation(url: str, filled: str) -> None:
    endpoint = Endpoint(id="e", service_id="s", interface="public", url=url)
    found = fill_in(endpoint, "u", "p")
    assert found is not None and found.url == filled


def test_an_endpoint_needs_its_service_and_makes_its_region(world: World) -> None:
    catalog = world.identity.catalog
    with pytest.raises(BadReference, match="service_id"):
        catalog.endpoints.create(Endpoint(id=new_hex(), service_id="0", interface="public", url="http://a"))
    service = catalog.services.list(type="image")[0]
    catalog.endpoints.create(
        Endpoint(id=new_hex(), service_id=service.id, interface="public", url="http://a", region_id="north")
    )
    assert catalog.regions.show("north").id == "north"
