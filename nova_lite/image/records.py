"""What the image service needs of whoever keeps its records."""

from __future__ import annotations

from typing import Protocol

from nova_lite.objects.image import Image, ImageMember, ImageQuery


class ImageRecords(Protocol):
    """The records of images and of their members.

    Every change of an image is a compare-and-swap on ``revision``: it MUST happen only if the stored image still has
    the revision of the one given, and MUST store that revision plus one. All methods are atomic. Whose image it is
    plays no part here, except in ``find``.
    """

    def get(self, image_id: str) -> Image:
        """:raises NotFound: no such image, or it was deleted."""
        ...

    def find(self, query: ImageQuery) -> list[Image]:
        """The images of one page, in the order that was asked for."""
        ...

    def add(self, image: Image) -> None:
        """:raises Conflict: the id is taken, be it by a deleted image."""
        ...

    def replace(self, image: Image) -> bool:
        """Write an image over its earlier self; False when the stored one has changed or gone since."""
        ...

    def remove(self, image: Image, deleted_at: float) -> bool:
        """Delete an image with its members; False when the stored one has changed or gone since."""
        ...

    def members(self, image_id: str) -> list[ImageMember]:
        """With whom the image is shared."""
        ...

    def member(self, image_id: str, member_id: str) -> ImageMember | None:
        """One sharing."""
        ...

    def add_member(self, member: ImageMember) -> None:
        """:raises Conflict: it is shared with that project already."""
        ...

    def set_member(self, member: ImageMember) -> bool:
        """Write the status of a sharing; False when there is none any more."""
        ...

    def remove_member(self, image_id: str, member_id: str) -> bool:
        """End a sharing; False when there was none."""
        ...
