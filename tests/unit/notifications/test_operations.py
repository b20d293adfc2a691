"""What is told of operations."""

from __future__ import annotations

import json

import msgspec
import pytest

from nova_lite.notifications.drivers.messaging import enveloped
from nova_lite.notifications.notification import message
from nova_lite.notifications.operations import event_type, of_operation
from nova_lite.notifications.payloads import InstanceOperation
from nova_lite.objects.fault import Fault
from nova_lite.objects.states import Action, OperationState
from tests.builders.guests import NOW, an_instance
from tests.builders.operations import an_operation


@pytest.mark.parametrize(("action", "expected"), [
    (Action.CREATE, "instance.create.start"), (Action.STOP, "instance.power_off.start"),
    (Action.CREATE_IMAGE, "instance.snapshot.start"), (Action.CONFIRM_RESIZE, "instance.resize_confirm.start"),
    (Action.CRASH_DUMP, "instance.trigger_crash_dump.start"),
])
def test_events_have_the_names_that_consumers_of_nova_know(action: Action, expected: str) -> None:
    assert event_type(action, "start") == expected


def test_every_action_has_a_name_of_its_own() -> None:
    names = {event_type(action, "end") for action in Action}
    assert len(names) == len(Action)
    assert all(name == name.lower() for name in names)


def test_the_same_end_of_an_operation_has_always_the_same_id() -> None:
    instance = an_instance()
    operation = an_operation(instance)
    first, again = (of_operation(operation, instance, "end", publisher) for publisher in ("conductor.a", "conductor.b"))
    start = of_operation(operation, instance, "start", "conductor.a")
    assert first.message_id == again.message_id != start.message_id


def test_a_failed_operation_is_an_error_at_the_time_of_its_end() -> None:
    instance = an_instance(fault=Fault(message="no", created=NOW, details="a trace"))
    failed = an_operation(instance, state=OperationState.FAILED, message="no", finished_at=NOW + 5)
    told = of_operation(failed, instance, "end", "conductor.a")
    assert (told.event_type, told.priority, told.topic, told.at) == ("instance.create.error", "ERROR", "error", NOW + 5)
    assert "a trace" not in str(message(told))
    assert of_operation(failed, instance, "start", "conductor.a").event_type == "instance.create.start"


def test_nothing_confidential_is_told() -> None:
    instance = an_instance(user_data="c2VjcmV0", key_data="ssh-rsa AAAA")
    told = str(message(of_operation(an_operation(instance), instance, "start", "conductor.a")))
    assert "c2VjcmV0" not in told
    assert "ssh-rsa AAAA" not in told


def test_the_envelope_is_plain_json_that_reads_back() -> None:
    instance = an_instance()
    told = of_operation(an_operation(instance), instance, "start", "conductor.a")
    outer = json.loads(enveloped(told))
    inner = json.loads(outer["oslo.message"])
    assert outer["oslo.version"] == "2.0"
    assert inner["_unique_id"] == inner["message_id"] == told.message_id
    assert msgspec.convert(inner["payload"], InstanceOperation) == told.payload
