"""Sharing: an owner names other projects, and each of them says whether it wants the image."""

from __future__ import annotations

from msgspec.structs import replace

from nova_lite.core.clock import Clock
from nova_lite.core.context import RequestContext
from nova_lite.core.errors import NotFound
from nova_lite.image import rules
from nova_lite.image.records import ImageRecords
from nova_lite.objects.image import Image, ImageMember, MemberStatus


class ImageMembers:
    """Works on images that the caller was shown; who may change what is policy's business."""

    def __init__(self, records: ImageRecords, clock: Clock) -> None:
        self._records = records
        self._clock = clock

    def find(self, context: RequestContext, image: Image) -> list[ImageMember]:
        """All members for the owner and admins; a member sees itself.

        :raises Forbidden: an image of this visibility has no members.
        """
        rules.check_shared(image)
        found = self._records.members(image.id)
        if context.is_admin or image.owner == context.project_id:
            return found
        return [member for member in found if member.member_id == context.project_id]

    def show(self, context: RequestContext, image: Image, member_id: str) -> ImageMember:
        """:raises NotFound: no such member, or it is not the caller's to see."""
        for member in self.find(context, image):
            if member.member_id == member_id:
                return member
        raise NotFound(f"{member_id} not found in the member list of the image {image.id}.", image_id=image.id)

    def add(self, image: Image, member_id: str) -> ImageMember:
        """Share an image with a project, which has yet to accept it.

        :raises Conflict: it is shared with that project already. :raises Forbidden: it cannot have members.
        """
        rules.check_shared(image)
        now = self._clock.now()
        member = ImageMember(image_id=image.id, member_id=member_id, created_at=now, updated_at=now)
        self._records.add_member(member)
        return member

    def answer(self, member: ImageMember, status: MemberStatus) -> ImageMember:
        """What the project says to it. :raises NotFound: the sharing has ended."""
        answered = replace(member, status=status, updated_at=self._clock.now())
        if not self._records.set_member(answered):
            raise NotFound(f"{member.member_id} not found in the member list of the image {member.image_id}.")
        return answered

    def remove(self, image: Image, member_id: str) -> None:
        """End a sharing. :raises NotFound: there is none. :raises Forbidden: it cannot have members."""
        rules.check_shared(image)
        if not self._records.remove_member(image.id, member_id):
            raise NotFound(f"{member_id} not found in the member list of the image {image.id}.", image_id=image.id)
