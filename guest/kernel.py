"""The kernel of the guest: its boot image, its modules, and the order in which modules load."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

from guest.errors import GuestBuildError
from guest.tools import run

_DEPENDS = re.compile(rb"\0depends=([^\0]*)\0")
_SIGNATURE_MARK = b"~Module signature appended~\n"
_SIGNATURE_TRAILER = 12  # struct module_signature; its last four bytes are the length, big-endian


def canonical(name: str) -> str:
    """A module's name as the kernel spells it: files may use dashes."""
    return name.replace("-", "_")


def depends_of(module: bytes) -> tuple[str, ...]:
    """The modules that this one (an ELF file) names as its direct dependencies."""
    found = _DEPENDS.search(module)
    return tuple(canonical(name) for name in found[1].decode().split(",") if name) if found else ()


def unsigned(module: bytes) -> bytes:
    """The module without its appended signature, whose check costs an emulated guest more than loading does."""
    if not module.endswith(_SIGNATURE_MARK):
        return module
    trailer_end = len(module) - len(_SIGNATURE_MARK)
    length = int.from_bytes(module[trailer_end - 4 : trailer_end], "big")
    return module[: trailer_end - _SIGNATURE_TRAILER - length]


def load_order(wanted: Iterable[str], depends: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """`wanted` and all that they need, each after its dependencies and otherwise in the given order.

    `depends` has every module that exists; GuestBuildError names one that does not, or a cycle.
    """
    order: list[str] = []
    for name in map(canonical, wanted):
        try:
            closure = TopologicalSorter(_closure(name, depends)).static_order()
            order.extend(module for module in closure if module not in order)
        except CycleError as error:
            raise GuestBuildError(f"kernel modules depend on each other: {error.args[1]}") from error
    return tuple(order)


def _closure(name: str, depends: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    graph: dict[str, tuple[str, ...]] = {}
    waiting = [name]
    while waiting:
        module = waiting.pop()
        if module not in depends:
            raise GuestBuildError(f"the kernel package has no module {module} (needed for {name})")
        if module not in graph:
            graph[module] = depends[module]
            waiting.extend(depends[module])
    return graph


def dependency_file(order: Iterable[str], depends: Mapping[str, tuple[str, ...]]) -> str:
    """The text of modules.dep for modprobe, all modules in one directory: what a module needs, nearest first."""
    lines = []
    for name in order:
        needed = [module for module in load_order([name], depends) if module != name]
        lines.append(f"{name}.ko:" + "".join(f" {module}.ko" for module in reversed(needed)) + "\n")
    return "".join(lines)


@dataclass(frozen=True)
class Kernel:
    """An unpacked kernel package: release, boot image, and the files of all modules that are not built in."""

    release: str
    image: Path
    modules: Mapping[str, Path]

    def depends(self) -> dict[str, tuple[str, ...]]:
        """Direct dependencies of every module."""
        return {name: depends_of(path.read_bytes()) for name, path in self.modules.items()}

    def module(self, name: str) -> bytes:
        """A module's file, ready to be loaded."""
        return unsigned(self.modules[name].read_bytes())


def unpack(deb: Path, directory: Path) -> Kernel:
    """Unpack a kernel package below `directory`."""
    run("dpkg-deb", "-x", deb, directory)
    images = sorted((directory / "boot").glob("vmlinuz-*"))
    if len(images) != 1:
        raise GuestBuildError(f"{deb.name} has {len(images)} kernels, not one")
    release = images[0].name.removeprefix("vmlinuz-")
    files = (directory / "lib/modules" / release).rglob("*.ko")
    return Kernel(release, images[0], {canonical(path.stem): path for path in files})
