"""The base of every value that travels."""

from __future__ import annotations

import msgspec


class Value(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A frozen value with a declared schema. Decoding refuses unknown fields and wrong types by name.

    ``msgspec.structs.replace(value, field=new)`` makes a changed copy. Times are seconds since the epoch (UTC),
    sizes carry their unit in the name. Subclasses repeat ``frozen`` and ``kw_only`` for the type checker's sake;
    msgspec inherits them, and copies the default of a mutable field for each value.
    """
