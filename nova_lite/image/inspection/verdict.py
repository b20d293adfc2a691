"""From bytes to a decision: which format it is, and whether an image that claims a format may be used."""

from __future__ import annotations

from msgspec import structs

from nova_lite.core.errors import Invalid
from nova_lite.image.inspection import flat, qemu, vendors
from nova_lite.image.inspection.finding import Finding
from nova_lite.image.inspection.sample import Sample

Inspection = Finding

# In this order: a hybrid ISO carries a partition table too, and what is left when all have passed is raw.
_DETECTORS = (
    qemu.qcow2, qemu.qed, qemu.luks, vendors.vmdk, vendors.vdi, vendors.vhdx, vendors.vhd, flat.iso, flat.gpt, flat.raw,
)

# What the content may turn out to be, by the format that the record claims. A partition table is how a raw disk
# begins; kernels, ramdisks and ploop have no signature that we know.
_ACCEPTED: dict[str, frozenset[str]] = {
    "qcow2": frozenset({"qcow2"}),
    "raw": frozenset({"raw", "gpt"}),
    "gpt": frozenset({"gpt"}),
    "iso": frozenset({"iso"}),
    "vmdk": frozenset({"vmdk"}),
    "vdi": frozenset({"vdi"}),
    "vhd": frozenset({"vhd"}),
    "vhdx": frozenset({"vhdx"}),
    "ami": frozenset({"raw", "gpt"}),
    "ari": frozenset({"raw", "gpt"}),
    "aki": frozenset({"raw", "gpt"}),
    "ploop": frozenset({"raw", "gpt"}),
}
DISK_FORMATS = tuple(_ACCEPTED)


class FormatRefused(Invalid):
    """The content is not what the record claims, or it is unsafe to open."""

    code = "image_format_refused"


def inspect(sample: Sample) -> Inspection:
    """The format of an image by its content, the size of its disk in bytes where it says, and its faults."""
    for detect in _DETECTORS:
        finding = detect(sample)
        if finding is not None:
            return _measured(finding)
    raise AssertionError("the raw detector takes everything")


def _measured(finding: Finding) -> Finding:
    """A size that no disk has is a fault, and is not told: records have 63 bits for it."""
    if finding.virtual_size is None or finding.virtual_size < 1 << 63:
        return finding
    fault = f"its disk would have {finding.virtual_size} bytes"
    return structs.replace(finding, virtual_size=None, faults=(*finding.faults, fault))


def require_safe(found: Inspection) -> None:
    """Refuse content that would make its reader open other files, or that is broken.

    :raises FormatRefused: with every fault in words.
    """
    if found.faults:
        raise FormatRefused(
            f"The {found.format} image is refused: {'; '.join(found.faults)}", detected=found.format
        )


def require(found: Inspection, claimed: str) -> None:
    """Refuse unsafe content, and content that is not of the ``claimed`` disk format.

    :raises FormatRefused: names the format that was claimed and the one that was found.
    """
    require_safe(found)
    if found.format not in _ACCEPTED.get(claimed, frozenset()):
        raise FormatRefused(
            f"Image content does not match disk_format: {claimed} was declared, {found.format} was found",
            claimed=claimed, detected=found.format,
        )
