"""The image service's records over a database: what ``nova_lite.image.records.ImageRecords`` asks for."""

from __future__ import annotations

from nova_lite.db.reads import images as reads
from nova_lite.db.session import Database
from nova_lite.db.writes import images as writes
from nova_lite.objects.image import Image, ImageMember, ImageQuery


class ImageStore:
    """Each method is one transaction; errors are those of the functions in ``reads`` and ``writes``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, image_id: str) -> Image:
        with self._database.read() as tx:
            return reads.get(tx, image_id)

    def find(self, query: ImageQuery) -> list[Image]:
        with self._database.read() as tx:
            return reads.find(tx, query)

    def members(self, image_id: str) -> list[ImageMember]:
        with self._database.read() as tx:
            return reads.members(tx, image_id)

    def member(self, image_id: str, member_id: str) -> ImageMember | None:
        with self._database.read() as tx:
            return reads.member(tx, image_id, member_id)

    def add(self, image: Image) -> None:
        self._database.transact(lambda tx: writes.add(tx, image))

    def replace(self, image: Image) -> bool:
        return self._database.transact(lambda tx: writes.replace(tx, image))

    def remove(self, image: Image, deleted_at: float) -> bool:
        return self._database.transact(lambda tx: writes.remove(tx, image, deleted_at))

    def add_member(self, member: ImageMember) -> None:
        self._database.transact(lambda tx: writes.add_member(tx, member))

    def set_member(self, member: ImageMember) -> bool:
        return self._database.transact(lambda tx: writes.set_member(tx, member))

    def remove_member(self, image_id: str, member_id: str) -> bool:
        return self._database.transact(lambda tx: writes.remove_member(tx, image_id, member_id))
