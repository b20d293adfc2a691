import pytest

from nova_lite.virt.libvirt import kvm
from nova_lite.virt.libvirt.kvm import Facts, Verdict
from tests.patience import PATIENCE

GOOD = Facts(
    device=True, permitted=True, machine="x86_64", cpu_flags=frozenset({"sse", "vmx"}),
    modules=frozenset({"kvm", "kvm_intel"}),
)


def changed(**changes: object) -> Facts:
    fields = {name: getattr(GOOD, name) for name in Facts.__slots__}
    return Facts(**{**fields, **changes})


def never() -> str:
    pytest.fail("must not be asked")


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        (changed(device=False), "no /dev/kvm"),
        (changed(cpu_flags=frozenset({"sse"})), "neither vmx nor svm"),
        (changed(modules=frozenset({"kvm", "kvm_pvm"})), "kvm_pvm"),
    ],
)
def test_some_hosts_are_refused_without_a_trial(facts: Facts, reason: str) -> None:
    verdict = kvm.judge(facts, never, never)
    assert not verdict.usable
    assert reason in verdict.reason


@pytest.mark.parametrize(
    "facts",
    [GOOD, changed(machine="aarch64", cpu_flags=frozenset()), changed(modules=frozenset({"kvm_pvm", "kvm_amd"}))],
)
def test_what_may_work_is_tried(facts: Facts) -> None:
    assert kvm.judge(facts, lambda: "", never).usable
    assert kvm.judge(facts, lambda: "it hangs", never) == Verdict(False, "it hangs")


def test_who_may_not_try_asks_libvirt() -> None:
    assert kvm.judge(changed(permitted=False), never, lambda: "").usable
    assert kvm.judge(changed(permitted=False), never, lambda: "no") == Verdict(False, "no")


def test_a_program_that_is_not_there_is_named() -> None:
    assert "no-such-qemu cannot be run" in kvm.probe("no-such-qemu", 1.0)


def test_a_silent_guest_is_given_up(tmp_path_factory: pytest.TempPathFactory) -> None:
    emulator = tmp_path_factory.mktemp("bin") / "qemu"
    emulator.write_text("#!/bin/sh\nexec sleep 60\n", encoding="utf-8")
    emulator.chmod(0o755)
    assert "did not say a word within 0.1 s" in kvm.probe(str(emulator), 0.1)


@pytest.mark.parametrize(("word", "reason"), [("K", ""), ("", "refused to run")])
def test_the_guests_first_word_decides(tmp_path_factory: pytest.TempPathFactory, word: str, reason: str) -> None:
    emulator = tmp_path_factory.mktemp("bin") / "qemu"
    emulator.write_text(f"#!/bin/sh\nprintf '{word}'\n", encoding="utf-8")
    emulator.chmod(0o755)
    answer = kvm.probe(str(emulator), PATIENCE)
    assert reason in answer
    assert bool(answer) == bool(reason)


def test_this_hosts_facts_can_be_read() -> None:
    assert kvm.read_facts().machine
