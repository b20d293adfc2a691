"""Times in queries."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from nova_lite.api.request import Query
from nova_lite.core.clock import epoch_of
from nova_lite.core.errors import Invalid

_FORM = re.compile(
    r"(?P<date>\d{4}-\d\d-\d\d)([T ](?P<minute>\d\d:\d\d)(?P<second>:\d\d)?(\.\d{1,6})?(Z|[+-]00:?00)?)?\Z", re.ASCII
)


def period(text: str) -> tuple[float, float] | None:
    """The day, minute or second (from, before) that a date or a time in UTC names, in seconds since the epoch.

    None: it names none.
    """
    form = _FORM.match(text)
    if form is None:
        return None
    try:
        begin = datetime.fromisoformat(f"{form['date']}T{form['minute'] or '00:00'}{form['second'] or ':00'}")
        length = timedelta(seconds=1 if form["second"] else 60) if form["minute"] else timedelta(days=1)
        return epoch_of(begin.replace(tzinfo=UTC)), epoch_of((begin + length).replace(tzinfo=UTC))
    except (ValueError, OverflowError):
        return None


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
