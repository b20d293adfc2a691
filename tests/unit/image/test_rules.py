"""Who sees an image, and what its state allows."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from nova_lite.core.context import RequestContext
from nova_lite.core.errors import Conflict, Forbidden, Invalid, TooLarge
from nova_lite.image import rules
from nova_lite.objects.image import Image, ImageMember, ImageStatus, Visibility

IMAGE = Image(
    id="7e9ad0d0-0000-4000-8000-000000000001", owner="p1", disk_format="raw", container_format="bare", created_at=1.0,
    updated_at=1.0,
)
MEMBERSHIP = ImageMember(image_id=IMAGE.id, member_id="p2", created_at=1.0, updated_at=1.0)


def somebody(project: str, *roles: str) -> RequestContext:
    return RequestContext(request_id="req-1", user_id="u", project_id=project, roles=roles or ("member",))


@pytest.mark.parametrize("visibility", list(Visibility))
@pytest.mark.parametrize("who", [somebody("p1"), somebody("other", "admin"), somebody("other", "service")])
def test_owners_admins_and_services_see_every_image(visibility: Visibility, who: RequestContext) -> None:
    assert rules.sees(who, replace(IMAGE, visibility=visibility), None)


@pytest.mark.parametrize(
    ("visibility", "stranger", "member"),
    [
        (Visibility.PRIVATE, False, False), (Visibility.SHARED, False, True), (Visibility.COMMUNITY, True, True),
        (Visibility.PUBLIC, True, True),
    ],
)
def test_others_see_what_is_given_to_them(visibility: Visibility, stranger: bool, member: bool) -> None:
    image = replace(IMAGE, visibility=visibility)
    assert rules.sees(somebody("p2"), image, None) is stranger
    assert rules.sees(somebody("p2"), image, MEMBERSHIP) is member


def test_an_image_of_nobody_is_not_everybodys() -> None:
    assert not rules.sees(somebody(""), replace(IMAGE, owner=None, visibility=Visibility.PRIVATE), None)


@pytest.mark.parametrize("status", [status for status in ImageStatus if status != ImageStatus.QUEUED])
def test_data_are_taken_only_by_a_queued_image(status: ImageStatus) -> None:
    with pytest.raises(Conflict, match=f"from {status.value} to saving"):
        rules.check_upload(replace(IMAGE, status=status))


def test_data_are_taken_only_when_the_formats_are_known() -> None:
    with pytest.raises(Invalid, match="disk_format, container_format must be set"):
        rules.check_upload(replace(IMAGE, disk_format=None, container_format=None))


def test_formats_are_settled_once_there_are_data() -> None:
    rules.check_change(IMAGE, replace(IMAGE, disk_format="qcow2"))
    active = replace(IMAGE, status=ImageStatus.ACTIVE)
    with pytest.raises(Forbidden, match="disk_format"):
        rules.check_change(active, replace(active, disk_format="qcow2"))


def test_limits_are_told_by_name() -> None:
    with pytest.raises(TooLarge, match="tags: 128"):
        rules.check_fields(replace(IMAGE, tags=tuple(str(number) for number in range(129))))
    with pytest.raises(TooLarge, match="properties: 128"):
        rules.check_fields(replace(IMAGE, properties={str(number): "" for number in range(129)}))
    with pytest.raises(Invalid, match="name is longer"):
        rules.check_fields(replace(IMAGE, name="x" * 256))
    with pytest.raises(Invalid, match="min_ram"):
        rules.check_fields(replace(IMAGE, min_ram=-1))


def test_a_protected_image_is_not_deleted() -> None:
    with pytest.raises(Forbidden, match="protected"):
        rules.check_delete(replace(IMAGE, protected=True))


@pytest.mark.parametrize("visibility", [Visibility.PRIVATE, Visibility.PUBLIC, Visibility.COMMUNITY])
def test_only_shared_images_have_members(visibility: Visibility) -> None:
    with pytest.raises(Forbidden, match="Only shared images have members"):
        rules.check_shared(replace(IMAGE, visibility=visibility))
