"""What a store of image data owes."""

from __future__ import annotations

from typing import Protocol


class Writer(Protocol):
    """Data on their way into a store. Nothing of them is there for anybody before ``commit``."""

    def write(self, block: bytes) -> None:
        """Take the next bytes. :raises StoreFull: there is no room for them."""
        ...

    def commit(self) -> str:
        """Make the data durable and whole; their location. Called at most once, and last."""
        ...

    def abort(self) -> None:
        """Forget the data and leave nothing behind. Safe after ``commit``, where it does nothing, and to repeat."""
        ...


class Reader(Protocol):
    """Data on their way out."""

    def read(self, count: int) -> bytes:
        """At most ``count`` of the next bytes; none at the end."""
        ...

    def seek(self, offset: int) -> int:
        """Go to an offset from the beginning, in bytes."""
        ...

    def close(self) -> None: ...


class ImageStore(Protocol):
    """Keeps data by location. Every method may block: callers go through ``concurrency.native``.

    Locations are the store's own words and stay valid when the store moves as a whole.
    """

    name: str

    def create(self, image_id: str) -> Writer:
        """Begin to take the data of an image. :raises Unavailable: the store does not take data now."""
        ...

    def last_write(self, image_id: str) -> float | None:
        """When data of an image were last written (epoch seconds); None if there are none.

        Infinite while a process that lives takes them.
        """
        ...

    def sweep(self, older_than: float) -> object:
        """Forget data whose process has died, not written to since ``older_than`` (epoch seconds)."""
        ...

    def open(self, location: str) -> Reader:
        """:raises NotFound: there are no data. :raises Unavailable: they cannot be read now."""
        ...

    def delete(self, location: str) -> None:
        """Forget data; nothing happens when there are none."""
        ...
