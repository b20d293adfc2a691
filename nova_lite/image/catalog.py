"""The records of images: created, shown, found, changed and deleted, each for a caller who may see only some."""

from __future__ import annotations

from collections.abc import Callable

from msgspec.structs import replace

from nova_lite.core import concurrency
from nova_lite.core.clock import Clock
from nova_lite.core.context import RequestContext
from nova_lite.core.errors import Conflict, NotFound
from nova_lite.image import rules
from nova_lite.image.records import ImageRecords
from nova_lite.image.store.base import ImageStore
from nova_lite.objects.image import Image, ImageMeta, ImageQuery, ImageStatus

ATTEMPTS = 20  # at a change whose image others change at the same time

Change = Callable[[Image], Image]


class ImageCatalog:
    """What a caller may not see is NotFound for it; what else it may is policy's business, not ours."""

    def __init__(self, records: ImageRecords, store: ImageStore, clock: Clock) -> None:
        self._records = records
        self._store = store
        self._clock = clock

    def create(self, image: Image) -> Image:
        """Record a new image, queued.

        :raises Conflict: the id is taken. :raises Invalid, TooLarge: see ``rules.check_fields``.
        """
        rules.check_fields(image)
        self._records.add(image)
        return image

    def show(self, context: RequestContext, image_id: str) -> Image:
        """:raises NotFound: no image of this id exists for the caller."""
        image = self._records.get(image_id)
        if rules.sees(context, image, None):
            return image
        membership = self._records.member(image_id, context.project_id) if context.project_id else None
        if not rules.sees(context, image, membership):
            raise NotFound(f"No image found with ID {image_id}", image_id=image_id)
        return image

    def get_meta(self, context: RequestContext, image_id: str) -> ImageMeta:
        """What a boot needs to know of an image.

        :raises NotFound: no image of this id exists for the caller.
        """
        return self.show(context, image_id).meta()

    def find(self, query: ImageQuery) -> list[Image]:
        """One page of images; the query says whose eyes look."""
        return self._records.find(query)

    def update(self, context: RequestContext, image_id: str, change: Change) -> Image:
        """Change an image; ``change`` makes the new value of the current one and may be called again on a newer one.

        :raises Forbidden, Invalid, TooLarge: see ``rules.check_change``; and what ``change`` raises.
        """
        for _ in range(ATTEMPTS):
            old = self.show(context, image_id)
            new = replace(change(old), id=old.id, updated_at=self._clock.now())
            rules.check_change(old, new)
            if self._records.replace(new):
                return replace(new, revision=new.revision + 1)
        raise Conflict(f"Image {image_id} is being changed by others", image_id=image_id)

    def delete(self, context: RequestContext, image_id: str) -> None:
        """Delete an image and its data. An upload that runs meanwhile finds it gone and takes its data along.

        :raises Forbidden: it is protected. :raises NotFound: no image of this id exists for the caller.
        """
        for _ in range(ATTEMPTS):
            image = self.show(context, image_id)
            rules.check_delete(image)
            if self._records.remove(image, self._clock.now()):
                # The record goes first: data without a record are garbage, a record without data is a lie.
                if image.location is not None:
                    concurrency.native(self._store.delete, image.location)
                return
        raise Conflict(f"Image {image_id} is being changed by others", image_id=image_id)

    def deactivate(self, context: RequestContext, image_id: str) -> Image:
        """Withhold an image's data from everybody but admins.

        :raises Forbidden: it has no data.
        """
        return self.update(context, image_id, lambda image: _turned(image, "deactivate", ImageStatus.DEACTIVATED))

    def reactivate(self, context: RequestContext, image_id: str) -> Image:
        """Give the data again.

        :raises Forbidden: it has no data.
        """
        return self.update(context, image_id, lambda image: _turned(image, "reactivate", ImageStatus.ACTIVE))

    def add_tag(self, context: RequestContext, image_id: str, tag: str) -> Image:
        """Add a tag; one that is there stays. :raises TooLarge: too many tags."""
        return self.update(
            context, image_id, lambda image: replace(image, tags=tuple(sorted({*image.tags, tag})))
        )

    def remove_tag(self, context: RequestContext, image_id: str, tag: str) -> Image:
        """Remove a tag. :raises NotFound: the image has no such tag."""
        return self.update(context, image_id, lambda image: _without_tag(image, tag))


def _turned(image: Image, verb: str, status: ImageStatus) -> Image:
    rules.check_active(image, verb)
    return replace(image, status=status)


def _without_tag(image: Image, tag: str) -> Image:
    if tag not in image.tags:
        raise NotFound(f"Tag {tag} not found on image {image.id}", image_id=image.id)
    return replace(image, tags=tuple(kept for kept in image.tags if kept != tag))
