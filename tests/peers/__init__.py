"""A real Keystone and a real Glance of the tests' own, started from their packages."""

from tests.peers.glance import Glance
from tests.peers.keystone import Keystone

__all__ = ["Glance", "Keystone"]
