"""ISO 9660 volumes of a few small files, made in memory."""

from __future__ import annotations

import io
from collections.abc import Mapping

import pycdlib


def volume(label: str, files: Mapping[str, bytes]) -> bytes:
    """The volume, with a label of at most 16 characters, in which names are as they are, to every reader.

    That takes level 4 of the format itself (ISO 9660:1999), Rock Ridge for Unix, and Joliet for Windows.

    :param files: contents by path, at most seven directories deep.
    """
    drive, written = pycdlib.PyCdlib(), io.BytesIO()
    drive.new(interchange_level=4, rock_ridge="1.09", joliet=3, vol_ident=label)
    for folder in sorted({name[:at] for name in files for at, letter in enumerate(name) if letter == "/"}):
        drive.add_directory(f"/{folder}", rr_name=_last(folder), joliet_path=f"/{folder}")
    for name, content in files.items():
        drive.add_fp(io.BytesIO(content), len(content), f"/{name}", rr_name=_last(name), joliet_path=f"/{name}")
    drive.write_fp(written)
    drive.close()
    return written.getvalue()


def _last(path: str) -> str:
    return path.rpartition("/")[2]
