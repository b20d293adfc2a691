"""docs/rpc.md: what it shows, runs."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[3] / "docs" / "rpc.md"


def test_the_service_of_the_guide_runs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = _programs()[0]
    exec(compile(source, str(DOCS), "exec"), {"__name__": "guide"})
    assert capsys.readouterr().out.startswith("hello, world\nPong(identity='greeter@here'")


def _programs() -> list[str]:
    return re.findall(r"```python\n(.*?)```", DOCS.read_text(), re.DOTALL)
