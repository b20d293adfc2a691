"""A hypervisor that is not there: a product for tests, demonstrations and measurements, held to the same contract."""

from nova_lite.virt.fake.driver import FakeDriver
from nova_lite.virt.fake.hypervisor import FakeHypervisor
from nova_lite.virt.fake.settings import Failure, FakeSettings

__all__ = ["Failure", "FakeDriver", "FakeHypervisor", "FakeSettings"]
