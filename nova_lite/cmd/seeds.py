"""What a new cloud begins with: the usual flavors, by the names and sizes that clients and tutorials expect."""

from __future__ import annotations

from nova_lite.objects.flavor import Flavor

FLAVORS = (
    Flavor(flavorid="42", name="m1.nano", vcpus=1, memory_mb=128, root_gb=1),
    Flavor(flavorid="84", name="m1.micro", vcpus=1, memory_mb=192, root_gb=1),
    Flavor(flavorid="1", name="m1.tiny", vcpus=1, memory_mb=512, root_gb=1),
    Flavor(flavorid="2", name="m1.small", vcpus=1, memory_mb=2048, root_gb=20),
    Flavor(flavorid="3", name="m1.medium", vcpus=2, memory_mb=4096, root_gb=40),
    Flavor(flavorid="4", name="m1.large", vcpus=4, memory_mb=8192, root_gb=80),
)
