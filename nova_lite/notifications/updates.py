"""What becomes of instances while no operation is at work on them."""

from __future__ import annotations

from collections.abc import Callable

from nova_lite.core.context import RequestContext
from nova_lite.core.ids import new_request_id
from nova_lite.notifications.emitter import Emitter
from nova_lite.notifications.payloads import InstanceUpdate, instance_record
from nova_lite.objects.instance import Instance


def on_update(emitter: Emitter) -> Callable[[Instance, str], None]:
    """A function that makes an ``instance.update`` of an instance and the reason why it changed."""

    def tell(instance: Instance, reason: str) -> None:
        context = RequestContext(
            request_id=new_request_id(), user_id=instance.user_id, project_id=instance.project_id
        )
        emitter.emit("instance.update", InstanceUpdate(instance=instance_record(instance), reason=reason), context)

    return tell
