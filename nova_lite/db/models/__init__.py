"""The tables: one file per aggregate, all on the same :class:`~nova_lite.db.models.base.Base`."""

from __future__ import annotations

import importlib
import pkgutil

from sqlalchemy import MetaData

from nova_lite.db.models.base import Base


def whole_metadata() -> MetaData:
    """The metadata of every model in this package: what migrations are compared with."""
    for module in pkgutil.iter_modules(__path__):
        importlib.import_module(f"{__name__}.{module.name}")
    return Base.metadata
