"""Results that are told twice, because the answer to the first got lost."""

from __future__ import annotations

import msgspec
import pytest

from nova_lite.db.session import Database
from nova_lite.objects.errors import Superseded
from nova_lite.objects.operation import Migrate
from tests.builders.guests import NOW
from tests.contract.db.cloud import Cloud, an_event, succeeded
from tests.contract.db.transitions import LEAVE

pytestmark = pytest.mark.promise(1, 2)


@pytest.fixture
def cloud(database: Database) -> Cloud:
    return Cloud.with_hosts(database, "host1", "host2")


def test_a_result_may_be_repeated_and_is_taken_once(cloud: Cloud) -> None:
    result = succeeded(cloud.booting().operation)
    first = cloud.finish(result)
    again = cloud.finish(result, NOW + 5)
    assert (again.instance, again.operation) == (first.instance, first.operation)


def test_a_result_may_be_repeated_when_another_host_goes_on_from_it(cloud: Cloud) -> None:
    """A host that was told then that it had been superseded switched its guest on again, beside the one that left."""
    server = cloud.active()
    departing = cloud.begin(cloud.claim(cloud.act(server, Migrate(), LEAVE).operation, "host2").operation)
    started = NOW + 1 / 3
    event = msgspec.structs.replace(an_event("compute_resize_instance"), started_at=started, finished_at=started + 0.1)
    left = msgspec.structs.replace(succeeded(departing.operation, None), power_state=None, events=(event,))
    handed_on = cloud.finish(left)
    assert (handed_on.onward, handed_on.operation.host) == (True, "host2")
    again = cloud.finish(left, NOW + 5)
    assert (again.onward, again.operation) == (False, handed_on.operation)
    with pytest.raises(Superseded):  # another end of the same leg is none that was taken
        cloud.finish(msgspec.structs.replace(left, events=(an_event("compute_resize_instance"),)))
    with pytest.raises(Superseded):  # nor is one that does not say what happened
        cloud.finish(msgspec.structs.replace(left, events=()))
