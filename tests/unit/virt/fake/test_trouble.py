import time

import pytest

from nova_lite.virt.driver import HypervisorUnavailable, VirtError
from nova_lite.virt.fake.settings import Failure
from nova_lite.virt.fake.trouble import Trouble


def outcomes(trouble: Trouble, calls: int) -> list[bool]:
    """True for every call that worked."""
    worked = []
    for _ in range(calls):
        try:
            with trouble.around("spawn", "u1"):
                pass
            worked.append(True)
        except VirtError:
            worked.append(False)
    return worked


def test_a_failure_names_the_instance_and_its_message() -> None:
    trouble = Trouble({}, {"spawn": Failure("no disk left")}, seed=0)
    with pytest.raises(VirtError, match="u1: no disk left"), trouble.around("spawn", "u1"):
        pytest.fail("the work must not be done")


def test_a_late_failure_lets_the_work_be_done_first() -> None:
    trouble = Trouble({}, {"*": Failure(after=True, kind="unavailable")}, seed=0)
    done = []
    with pytest.raises(HypervisorUnavailable), trouble.around("spawn"):
        done.append("work")
    assert done == ["work"]


def test_a_counted_failure_heals() -> None:
    assert outcomes(Trouble({}, {"spawn": Failure(count=2)}, seed=0), 4) == [False, False, True, True]


def test_chance_is_repeated_by_its_seed() -> None:
    failures = {"spawn": Failure(probability=0.5)}
    first = outcomes(Trouble({}, failures, seed=7), 50)
    assert first == outcomes(Trouble({}, failures, seed=7), 50)
    assert 10 < sum(first) < 40


def test_trouble_comes_and_goes_at_run_time() -> None:
    trouble = Trouble({}, {}, seed=0)
    trouble.expect("spawn", Failure())
    assert outcomes(trouble, 1) == [False]
    trouble.heal()
    assert outcomes(trouble, 1) == [True]


def test_a_delay_is_waited_for() -> None:
    trouble = Trouble({"*": 0.05, "destroy": 0.0}, {}, seed=0)
    start = time.monotonic()
    with trouble.around("spawn"):
        pass
    assert time.monotonic() - start >= 0.05
