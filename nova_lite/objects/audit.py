"""Finding: something that two records, or a record and a host, do not agree on."""

from __future__ import annotations

from nova_lite.objects.base import Value


class Finding(Value, frozen=True, kw_only=True):
    """``kind`` is a stable name, ``about`` the objects by what they are (instance, host, operation), ``mend`` what
    ``--fix`` does about it; empty when that is for the operator to decide.
    """

    kind: str
    about: dict[str, str]
    text: str
    mend: str = ""
    mended: bool = False
