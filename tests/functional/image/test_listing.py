"""Lists of images: who sees what, filters, order, pages."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest

from tests.functional.image.conftest import Person

AN_ID = "00000000-0000-4000-8000-000000000000"


@pytest.fixture
def shelf(owner: Person) -> dict[str, dict[str, object]]:
    """Three images by name, made in this order: alpha without data, beta and gamma with."""
    return {
        "alpha": owner.create(name="alpha", disk_format="qcow2", min_ram=1, color="blue", tags=["x"]),
        "beta": owner.uploaded(b"12345", name="beta", min_ram=2, color="blue", tags=["x", "y"]),
        "gamma": owner.uploaded(b"123", name="gamma", min_ram=3, protected=True),
    }


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("name=beta", ["beta"]), ("name=in:alpha,beta", ["alpha", "beta"]),
        ('name=in:"alpha",gamma', ["alpha", "gamma"]),
        ("status=active", ["beta", "gamma"]), ("status=queued", ["alpha"]),
        ("status=in:queued,active", ["alpha", "beta", "gamma"]),
        ("disk_format=qcow2", ["alpha"]), ("container_format=ovf", []), ("min_ram=2", ["beta"]), ("size=3", ["gamma"]),
        ("size_min=4", ["beta"]), ("size_max=4", ["gamma"]), ("size_min=1&size_max=9", ["beta", "gamma"]),
        ("color=blue", ["alpha", "beta"]), ("color=blue&status=active", ["beta"]), ("color=red", []),
        ("tag=x", ["alpha", "beta"]), ("tag=x&tag=y", ["beta"]), ("protected=true", ["gamma"]),
        ("protected=False", ["alpha", "beta"]),
        ("os_hidden=true", []), ("created_at=lt:2001-01-01T00:00:00Z", []),
        ("created_at=gt:2001-01-01", ["alpha", "beta", "gamma"]),
        ("visibility=shared", ["alpha", "beta", "gamma"]), ("visibility=private", []), ("owner=nobody", []),
    ],
)
def test_filters_choose(owner: Person, project: str, shelf: object, query: str, names: list[str]) -> None:
    mine = "" if "owner=" in query else f"&owner={project}"
    assert sorted(owner.names(f"?{query}{mine}")) == names


def test_images_are_found_by_their_ids(owner: Person, shelf: dict[str, dict[str, object]]) -> None:
    assert owner.names(
        f"?id=in:{shelf['beta']['id']},{shelf['gamma']['id']},{AN_ID}&sort=name:asc"
    ) == ["beta", "gamma"]


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", ["gamma", "beta", "alpha"]), ("sort=name", ["gamma", "beta", "alpha"]),
        ("sort=name:asc", ["alpha", "beta", "gamma"]), ("sort_key=name&sort_dir=asc", ["alpha", "beta", "gamma"]),
        ("sort=size:asc", ["alpha", "gamma", "beta"]), ("sort=size:desc", ["beta", "gamma", "alpha"]),
        ("sort=status:desc,name:asc", ["alpha", "beta", "gamma"]),
        ("sort_key=status&sort_key=name&sort_dir=asc&sort_dir=desc", ["gamma", "beta", "alpha"]),
    ],
)
def test_order_is_newest_first_unless_asked_for(
    owner: Person, project: str, shelf: object, query: str, names: list[str]
) -> None:
    assert owner.names(f"?owner={project}&{query}") == names


@pytest.mark.parametrize(
    "sort", ["created_at:desc", "name:asc", "size:asc", "size:desc", "status:asc,size:desc", "disk_format:asc"]
)
def test_pages_join_without_overlap_or_gap(owner: Person, project: str, sort: str) -> None:
    for number in range(7):
        (owner.uploaded if number % 2 else owner.create)(name=f"n{number % 3}")
    whole = owner.ask("GET", f"/v2/images?owner={project}&sort={sort}").json()["images"]
    path, seen = f"/v2/images?owner={project}&sort={sort}&limit=3", []
    while path:
        page = owner.ask("GET", path).json()
        assert urlsplit(page["first"]).path == "/v2/images" and "marker" not in page["first"]
        seen += page["images"]
        path = page.get("next", "")
    assert seen == whole
    assert len(seen) == 7


def test_a_limit_of_none_and_the_largest(owner: Person, shelf: object) -> None:
    assert owner.names("?limit=0") == []
    assert len(owner.names("?limit=999999")) >= 3


@pytest.mark.parametrize(
    ("query", "word"),
    [
        ("limit=-1", "limit"), ("limit=x", "limit"), ("sort=color", "sort key"), ("sort=name:up", "direction"),
        ("sort_key=x", "sort key"), ("sort=name&sort_key=name", "combined"),
        ("sort_key=name&sort_dir=asc&sort_dir=asc", "sort dirs"),
        ("visibility=x", "visibility"), ("member_status=x", "member_status"), ("size=x", "size"),
        ("size_min=-1", "size_min"),
        ("protected=maybe", "protected"), ("created_at=yesterday", "created_at"), (f"marker={AN_ID}", "marker"),
        ('name=in:"a', "quotation"),
    ],
)
def test_a_query_that_makes_no_sense_is_refused_by_name(owner: Person, query: str, word: str) -> None:
    answer = owner.ask("GET", f"/v2/images?{query}")
    assert (answer.status_code, word in answer.text) == (400, True), answer.text


def test_hidden_images_are_listed_only_when_asked_for(owner: Person, project: str) -> None:
    owner.create(name="hidden", os_hidden=True)
    owner.create(name="plain")
    assert owner.names(f"?owner={project}") == ["plain"]
    assert owner.names(f"?owner={project}&os_hidden=true") == ["hidden"]


def test_each_sees_what_is_meant_for_it(owner: Person, project: str, stranger: Person, admin: Person) -> None:
    for visibility in ("private", "shared", "community"):
        owner.create(name=visibility, visibility=visibility)
    public = admin.create(name="public", visibility="public")
    admin.patch(public["id"], {"op": "replace", "path": "/owner", "value": project})
    mine = f"?owner={project}&sort=name:asc"
    assert owner.names(mine) == ["community", "private", "public", "shared"]
    assert stranger.names(mine) == ["public"]
    assert stranger.names(f"{mine}&visibility=community") == ["community"]
    assert stranger.names(f"{mine}&visibility=all") == ["community", "public"]
    assert stranger.names(f"{mine}&visibility=private") == []
    assert admin.names(mine) == ["private", "public", "shared"]
    assert admin.names(f"{mine}&visibility=all") == ["community", "private", "public", "shared"]


@pytest.mark.parametrize(("query", "status"), [
    ("min_ram=2147483647", 200), ("min_ram=2147483648", 400), ("min_disk=9223372036854775807", 400),
    ("size_min=9223372036854775807", 200), ("size_min=9223372036854775808", 400),
])
def test_a_number_fits_into_what_it_is_compared_with(owner: Person, query: str, status: int) -> None:
    assert owner.ask("GET", f"/v2/images?{query}").status_code == status
