"""The file that a user sources to use the cloud."""

import os
from pathlib import Path

from stack import settings
from stack.cloud import Cloud
from stack.files import write_private


def write(cloud: Cloud, password: str, libvirt_uri: str) -> str:
    """Write it, and link it from the checkout's root; there, the cloud in var/ goes before others. What was done."""
    path = cloud.state / "openrc"
    write_private(path, settings.openrc(cloud, password, libvirt_uri))
    link = cloud.root / "openrc"
    if cloud.state == cloud.root / "var" or not link.exists():
        link.unlink(missing_ok=True)
        link.symlink_to(os.path.relpath(path, cloud.root))
    return f"{shown(cloud)} written"


def shown(cloud: Cloud) -> Path:
    """The shortest path to this cloud's file."""
    link = cloud.root / "openrc"
    return link if belongs(cloud, link) else cloud.state / "openrc"


def remove(cloud: Cloud) -> None:
    """Remove the link if it is this cloud's; the file goes with the state directory."""
    link = cloud.root / "openrc"
    if belongs(cloud, link):
        link.unlink()


def belongs(cloud: Cloud, link: Path) -> bool:
    """Whether the link leads to this cloud's file, be that there or not."""
    return link.is_symlink() and link.parent / os.readlink(link) == link.parent / os.path.relpath(
        cloud.state / "openrc", cloud.root
    )
