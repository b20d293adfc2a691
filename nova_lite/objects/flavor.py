"""Flavor: the size of an instance."""

from __future__ import annotations

from nova_lite.objects.base import Value


class Flavor(Value, frozen=True, kw_only=True):
    """Sizes: ``memory_mb`` and ``swap`` in MiB, ``root_gb`` and ``ephemeral_gb`` in GiB.

    ``flavorid`` is the id that the API shows; it need not be a UUID.
    """

    flavorid: str
    name: str
    vcpus: int
    memory_mb: int
    root_gb: int
    ephemeral_gb: int = 0
    swap: int = 0
    rxtx_factor: float = 1.0
    is_public: bool = True
    disabled: bool = False
    description: str | None = None
    extra_specs: dict[str, str] = {}
    projects: tuple[str, ...] = ()

    @property
    def disk_gb(self) -> int:
        """GiB of disk that an instance of this flavor takes on its host."""
        return self.root_gb + self.ephemeral_gb + -(-self.swap // 1024)
