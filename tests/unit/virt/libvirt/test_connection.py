import libvirt
import pytest

from nova_lite.core.errors import NovaLiteError
from nova_lite.virt.driver import (
    DomainNotFound,
    DomainStateConflict,
    DriverUnsupported,
    HypervisorUnavailable,
    VirtError,
)
from nova_lite.virt.libvirt.connection import tolerate, translate


@pytest.mark.parametrize(
    ("code", "origin", "kind"),
    [
        (libvirt.VIR_ERR_NO_DOMAIN, libvirt.VIR_FROM_QEMU, DomainNotFound),
        (libvirt.VIR_ERR_OPERATION_INVALID, libvirt.VIR_FROM_QEMU, DomainStateConflict),
        (libvirt.VIR_ERR_NO_SUPPORT, libvirt.VIR_FROM_TEST, DriverUnsupported),
        (libvirt.VIR_ERR_NO_CONNECT, libvirt.VIR_FROM_RPC, HypervisorUnavailable),
        (libvirt.VIR_ERR_SYSTEM_ERROR, libvirt.VIR_FROM_RPC, HypervisorUnavailable),
        (libvirt.VIR_ERR_INTERNAL_ERROR, libvirt.VIR_FROM_REMOTE, HypervisorUnavailable),
        (libvirt.VIR_ERR_INTERNAL_ERROR, libvirt.VIR_FROM_RPC, HypervisorUnavailable),
        (libvirt.VIR_ERR_INTERNAL_ERROR, libvirt.VIR_FROM_QEMU, VirtError),
        (libvirt.VIR_ERR_SYSTEM_ERROR, libvirt.VIR_FROM_QEMU, VirtError),
        (0, 0, VirtError),
    ],
)
def test_every_error_of_libvirt_becomes_one_of_ours(code: int, origin: int, kind: type[NovaLiteError]) -> None:
    error = translate(code, origin, "too bad", "pausing", "u1")
    assert type(error) is kind
    assert error.message == "instance u1: pausing failed: too bad"
    assert error.details == {"instance": "u1", "libvirt_code": code}


def test_an_error_without_an_instance_does_not_name_one() -> None:
    assert translate(0, 0, "too bad", "listing domains", "").message == "listing domains failed: too bad"


def test_only_expected_errors_are_tolerated() -> None:
    def fail() -> None:
        raise libvirt.libvirtError("no")

    with pytest.raises(libvirt.libvirtError):
        tolerate((libvirt.VIR_ERR_NO_DOMAIN,), fail)
    assert tolerate((), lambda: 5) == 5
