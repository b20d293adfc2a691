"""Operations as the API writes them."""

from __future__ import annotations

import msgspec

from nova_lite.core.ids import new_request_id, new_uuid
from nova_lite.objects.instance import Instance
from nova_lite.objects.operation import Arguments, Create, Operation
from tests.builders.guests import NOW


def an_operation(instance: Instance, arguments: Arguments | None = None, **changes: object) -> Operation:
    operation = Operation(
        id=new_uuid(), request_id=new_request_id(), instance_uuid=instance.uuid, project_id=instance.project_id,
        user_id=instance.user_id, arguments=arguments or Create(), deadline=NOW + 600, created_at=NOW, updated_at=NOW,
    )
    return msgspec.structs.replace(operation, **changes)
