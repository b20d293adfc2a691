"""Times in queries."""

from __future__ import annotations

from datetime import datetime

from nova_lite.api.request import Query
from nova_lite.core.clock import epoch_of
from nova_lite.core.errors import Invalid


def epoch(query: Query, name: str) -> float | None:
    """The time that a parameter names, in seconds since the epoch; without a zone it is UTC.

    :raises Invalid: the text is no ISO 8601 time.
    """
    text = query.one(name)
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise Invalid(f"Invalid input for field/attribute {name}. Value: {text}. It is no ISO 8601 time.",
                      field=name) from None
    return epoch_of(moment)
