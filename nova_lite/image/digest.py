"""The checks on image data that are made while they stream by."""

from __future__ import annotations

import hashlib

from nova_lite.core.errors import TooLarge
from nova_lite.image.inspection import Sample, Sampler

BLOCK = 1 << 18  # bytes handed to a native thread at a time: long enough to be worth it, short enough to stay small
HASH_ALGO = "sha512"


class Digest:
    """MD5, SHA-512, length and the sample for inspection, of a stream. Blocks for about 1 ms per 256 KiB."""

    def __init__(self, limit: int = 0) -> None:
        """:param limit: bytes that may come; 0 for any number."""
        self._limit = limit
        self._md5 = hashlib.md5(usedforsecurity=False)
        self._sha512 = hashlib.sha512()
        self._sampler = Sampler()
        self.size = 0

    def update(self, block: bytes) -> None:
        """The next bytes. :raises TooLarge: more than the limit."""
        self.size += len(block)
        self.check(self.size)
        self._md5.update(block)
        self._sha512.update(block)
        self._sampler.update(block)

    def check(self, size: int) -> None:
        """:raises TooLarge: ``size`` bytes are more than the limit."""
        if self._limit and size > self._limit:
            raise TooLarge(f"The image is larger than the limit of {self._limit} bytes", limit=self._limit)

    @property
    def checksum(self) -> str:
        """MD5 of everything so far, hex."""
        return self._md5.hexdigest()

    @property
    def hash_value(self) -> str:
        """SHA-512 of everything so far, hex."""
        return self._sha512.hexdigest()

    def sample(self) -> Sample:
        """What inspection needs of everything so far."""
        return self._sampler.sample()
