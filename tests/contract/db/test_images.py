"""The records of images, on every database."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from nova_lite.core.errors import Conflict, NotFound
from nova_lite.core.ids import new_uuid
from nova_lite.db.images import ImageStore
from nova_lite.db.session import Database
from nova_lite.objects.image import (
    Image,
    ImageFilter,
    ImageMember,
    ImageQuery,
    ImageStatus,
    MemberStatus,
    Visibility,
)

NOW = 1_700_000_000.25


@pytest.fixture
def records(database: Database) -> ImageStore:
    return ImageStore(database)


def an_image(**changes: object) -> Image:
    image = Image(id=new_uuid(), owner="p1", name="x", created_at=NOW, updated_at=NOW)
    return replace(image, **changes)


def full_image() -> Image:
    return an_image(
        name="Grüße 🐧", status=ImageStatus.ACTIVE, visibility=Visibility.PUBLIC, protected=True, hidden=True,
        disk_format="qcow2", container_format="bare", min_disk=1, min_ram=2, size=1 << 40, virtual_size=1 << 41,
        checksum="c" * 32, hash_algo="sha512", hash_value="h" * 128, location="somewhere", tags=("a", "ß"),
        properties={"A": "1", "a": "2", "long": "x" * 100_000, "empty": ""},
    )


def test_what_was_recorded_is_read_again(records: ImageStore) -> None:
    for image in (an_image(), an_image(owner=None, name=None), full_image()):
        records.add(image)
        assert records.get(image.id) == image


def test_an_image_is_replaced_whole_and_only_at_its_revision(records: ImageStore) -> None:
    image = full_image()
    records.add(image)
    changed = replace(image, name="new", tags=("b",), properties={"c": "3"}, size=None, status=ImageStatus.QUEUED)
    assert records.replace(changed)
    assert records.get(image.id) == replace(changed, revision=1)
    assert not records.replace(replace(image, name="late"))
    assert records.get(image.id) == replace(changed, revision=1)


def test_a_deleted_image_is_gone_and_its_id_stays_taken(records: ImageStore) -> None:
    image = an_image(tags=("a",), properties={"a": "b"})
    records.add(image)
    records.add_member(ImageMember(image_id=image.id, member_id="p2", created_at=NOW, updated_at=NOW))
    assert not records.remove(replace(image, revision=5), NOW)
    assert records.remove(image, NOW)
    assert not records.remove(image, NOW)
    with pytest.raises(NotFound):
        records.get(image.id)
    assert records.members(image.id) == []
    assert records.find(ImageQuery(all_projects=True)) == []
    with pytest.raises(Conflict, match="already exists"):
        records.add(image)
    assert not records.replace(replace(image, revision=1))


def test_members_come_answer_and_go(records: ImageStore) -> None:
    image = an_image()
    records.add(image)
    member = ImageMember(image_id=image.id, member_id="p2", created_at=NOW, updated_at=NOW)
    records.add_member(member)
    with pytest.raises(Conflict):
        records.add_member(member)
    accepted = replace(member, status=MemberStatus.ACCEPTED, updated_at=NOW + 1)
    assert records.set_member(accepted)
    assert records.members(image.id) == [accepted] == [records.member(image.id, "p2")]
    assert records.remove_member(image.id, "p2")
    assert not records.remove_member(image.id, "p2")
    assert not records.set_member(accepted)
    assert records.member(image.id, "p2") is None


@pytest.mark.parametrize("field", ["created_at", "name", "size", "disk_format", "status", "id"])
@pytest.mark.parametrize("descending", [True, False])
def test_pages_follow_one_another_whatever_is_missing(records: ImageStore, field: str, descending: bool) -> None:
    for number in range(9):
        records.add(an_image(
            name=(None, "B", "a")[number % 3], size=None if number % 2 else number, created_at=NOW + number // 3,
            disk_format=None if number < 4 else "raw",
        ))
    query = ImageQuery(project_id="p1", sort=((field, descending),), limit=100)
    whole = records.find(query)
    assert len(whole) == 9
    pages: list[Image] = []
    marker: Image | None = None
    while page := records.find(replace(query, limit=2, marker=marker)):
        pages += page
        marker = page[-1]
    assert pages == whole


def test_visibility_decides_what_is_found(records: ImageStore) -> None:
    for owner in ("p1", "p2"):
        for visibility in Visibility:
            records.add(an_image(owner=owner, visibility=visibility, name=f"{owner} {visibility.value}"))
    shared = records.find(ImageQuery(all_projects=True, filters=(ImageFilter(field="name", values=("p2 shared",)),)))[0]
    records.add_member(ImageMember(image_id=shared.id, member_id="p1", created_at=NOW, updated_at=NOW))

    def names(**changes: object) -> list[str | None]:
        query = ImageQuery(project_id="p1", sort=(("name", False),))
        return [image.name for image in records.find(replace(query, **changes))]

    mine = ["p1 community", "p1 private", "p1 public", "p1 shared"]
    assert names() == [*mine, "p2 public"]
    assert names(member_status=MemberStatus.PENDING) == [*mine, "p2 public", "p2 shared"]
    assert names(visibility="all") == [*mine, "p2 community", "p2 public"]
    assert names(visibility=Visibility.COMMUNITY) == ["p1 community", "p2 community"]
    assert names(all_projects=True) == [*mine, "p2 private", "p2 public", "p2 shared"]
    assert names(project_id=None) == ["p1 public", "p2 public"]


def test_names_differ_by_case(records: ImageStore) -> None:
    records.add(an_image(name="Debian"))
    query = ImageQuery(project_id="p1", filters=(ImageFilter(field="name", values=("debian",)),))
    assert records.find(query) == []


def test_tags_and_properties_filter(records: ImageStore) -> None:
    wanted = an_image(tags=("a", "b"), properties={"k": "v"})
    others = an_image(tags=("a",), properties={"k": "v"}), an_image(tags=("a", "b"), properties={"k": "V"})
    for image in (wanted, *others):
        records.add(image)
    condition = ImageFilter(field="k", values=("v",), custom=True)
    assert records.find(ImageQuery(project_id="p1", tags=("a", "b"), filters=(condition,))) == [wanted]
