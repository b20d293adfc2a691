"""Clouds for tests: nothing of them exists."""

from pathlib import Path

from stack.bridges import Plug
from stack.cloud import Cloud
from stack.options import Choices
from stack.settings import Facts

FACTS = Facts(
    "postgresql+psycopg://nova:secret@127.0.0.1:5/nova", "amqp://nova:secret@127.0.0.1:6//", "qemu:///system", "pass",
    Plug("bridge", "10.64.16.0/20", ""),
)


def cloud(choices: Choices | None = None, root: str = "/checkout", state: str = "/checkout/var") -> Cloud:
    """A cloud with these choices, or the defaults."""
    return Cloud(Path(root), Path(state), choices or Choices())
