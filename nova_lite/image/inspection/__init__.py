"""What the bytes of an image say of themselves: the format, the size of the disk, and what makes it unsafe to open.

All pure: a :class:`~nova_lite.image.inspection.sample.Sample` (head, tail and length of the data) goes in, an
:class:`~nova_lite.image.inspection.verdict.Inspection` comes out. The danger is real: a disk image that names another
file (a backing file, a data file, an extent) makes the host's emulator open that file for a guest.
"""

from nova_lite.image.inspection.sample import HEAD_SIZE, TAIL_SIZE, Sample, Sampler, sample_file
from nova_lite.image.inspection.verdict import DISK_FORMATS, FormatRefused, Inspection, inspect, require, require_safe

__all__ = [
    "DISK_FORMATS", "HEAD_SIZE", "TAIL_SIZE", "FormatRefused", "Inspection", "Sample", "Sampler", "inspect", "require",
    "require_safe", "sample_file",
]
