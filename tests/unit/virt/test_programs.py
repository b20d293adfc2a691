import pytest

from nova_lite.virt import programs
from nova_lite.virt.programs import ProgramFailed
from tests.patience import PATIENCE


def test_output_is_returned() -> None:
    assert programs.run(["sh", "-c", "echo hello"]) == "hello\n"


@pytest.mark.parametrize(
    ("argv", "timeout", "reason"),
    [
        (["no-such-program"], PATIENCE, "no-such-program is not installed"),
        (["sh", "-c", "echo too bad >&2; exit 3"], PATIENCE, "sh failed with 3: too bad"),
        (["sleep", "30"], 0.1, "sleep took more than 0.1 s"),
    ],
)
def test_failures_say_what_went_wrong(argv: list[str], timeout: float, reason: str) -> None:
    with pytest.raises(ProgramFailed, match=reason):
        programs.run(argv, timeout)
