import pytest

from nova_lite.core.errors import Invalid
from nova_lite.virt.fake.settings import Failure


@pytest.mark.parametrize(
    ("text", "failure"),
    [
        ("the disk is on fire", Failure("the disk is on fire")),
        ("", Failure()),
        ("50% 3x the disk is on fire", Failure("the disk is on fire", probability=0.5, count=3)),
        ("1x after crash", Failure(count=1, after=True, kind="crash")),
        ("unavailable libvirtd is away", Failure("libvirtd is away", kind="unavailable")),
    ],
)
def test_a_failure_is_read_from_configuration(text: str, failure: Failure) -> None:
    assert Failure.parse(text) == failure


def test_more_than_every_call_cannot_fail() -> None:
    with pytest.raises(Invalid, match="100 %"):
        Failure.parse("150% no")
