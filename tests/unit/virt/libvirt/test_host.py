"""What libvirt says of a host, in the terms of the contract."""

from __future__ import annotations

import pytest

from nova_lite.virt.libvirt import host

NAMED = """<capabilities><host><uuid>x</uuid><cpu><arch>x86_64</arch><model>Skylake-Client</model><vendor>Intel</vendor>
<topology sockets='1' dies='1' cores='2' threads='2'/><feature name='vmx'/><feature name='avx'/></cpu></host>
<guest><cpu><model>other</model></cpu></guest></capabilities>"""
BARE = "<capabilities><host><cpu><arch>i686</arch><features><pae/></features></cpu></host></capabilities>"


@pytest.mark.parametrize(("document", "expected"), [
    (NAMED, host.Processor("Skylake-Client", "Intel", ("avx", "vmx"))),
    (BARE, host.Processor()), ("<capabilities/>", host.Processor()),
])
def test_the_processor_is_found_in_the_hosts_capabilities(document: str, expected: host.Processor) -> None:
    assert host.processor(document) == expected


def test_facts_tell_the_processor_and_how_it_lies() -> None:
    reading = host.HostReading(
        type="QEMU", version=9, hostname="h", arch="x86_64", memory_mb=1, cpus=8, cells=2, topology=(2, 2, 2)
    )
    facts = host.facts(reading, host.Processor("m", "v", ("a", "b")), 5, "kvm")
    assert facts.cpu_info == {
        "arch": "x86_64", "virt_type": "kvm", "sockets": "2", "cores": "2", "threads": "2", "cells": "2",
        "model": "m", "vendor": "v", "features": "a b",
    }
