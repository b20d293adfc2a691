"""What a fake guest prints on its serial console while it boots."""

from __future__ import annotations

from nova_lite.virt.fake.hypervisor import FakeDomain

_BOOT = """\
[    0.000000] Linux version 6.1.0-nova-lite (fake@{hostname}) #1 SMP
[    0.000000] Command line: console=ttyS0 root=/dev/vda1
[    0.004000] Memory: {memory_kb}K available
[    0.012000] smp: Brought up 1 node, {vcpus} CPUs
[    0.310000] virtio_blk virtio0: [vda]
[    0.420000] EXT4-fs (vda1): mounted filesystem with ordered data mode
{network}instance-id: {uuid}
=== NOVALITE GUEST UP

{hostname} login: """


def boot_text(domain: FakeDomain) -> str:
    """The whole console log of a domain: one boot after the other, each up to the login prompt."""
    network = "".join(f"[    0.800000] eth{index}: {address}\n" for index, address in enumerate(domain.addresses))
    once = _BOOT.format(
        hostname=domain.hostname, memory_kb=domain.memory_mb * 1024, vcpus=domain.vcpus, network=network,
        uuid=domain.uuid,
    )
    return "\n".join([once] * domain.boots)
