"""Options as fields of frozen dataclasses, parsed and documented by oslo.config.

A group of options is one frozen dataclass whose fields are made by :func:`option`; the type of the field decides the
type of the option. So there is one place that says an option's name, type, default, limits and meaning, and the rest
of the project sees a plain value without oslo.config.
"""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Sequence
from typing import Any, TypeVar

from oslo_config import cfg

Group = TypeVar("Group")
_METADATA = "nova_lite.option"


@dataclasses.dataclass(frozen=True)
class _Declared:
    help: str
    minimum: float | None
    maximum: float | None
    choices: Sequence[str] | None
    secret: bool


def option(
    default: Any,
    help: str,
    *,
    minimum: float | None = None,
    maximum: float | None = None,
    choices: Sequence[str] | None = None,
    secret: bool = False,
) -> Any:
    """A field of a group. ``help`` says what it is for, with its unit; ``secret`` values are never logged."""
    declared = _Declared(help, minimum, maximum, choices, secret)
    if isinstance(default, dict):
        return dataclasses.field(default_factory=lambda: dict(default), metadata={_METADATA: declared})
    return dataclasses.field(default=default, metadata={_METADATA: declared})


def options_of(group: type[Any]) -> list[Any]:
    """The oslo.config options that a group declares, in the order of its fields."""
    hints = typing.get_type_hints(group)
    return [_option(field, hints[field.name]) for field in dataclasses.fields(group)]


def _option(field: dataclasses.Field[Any], hint: Any) -> Any:
    declared: _Declared = field.metadata[_METADATA]
    default: Any = field.default
    if field.default_factory is not dataclasses.MISSING:
        default = field.default_factory()
    common = {"default": default, "help": declared.help, "secret": declared.secret}
    if isinstance(hint, types.UnionType):  # X | None
        hint = next(part for part in typing.get_args(hint) if part is not types.NoneType)
    origin = typing.get_origin(hint)
    if hint is bool:
        return cfg.BoolOpt(field.name, **common)
    if hint is int:
        low, high = (None if limit is None else int(limit) for limit in (declared.minimum, declared.maximum))
        return cfg.IntOpt(field.name, min=low, max=high, **common)
    if hint is float:
        return cfg.FloatOpt(field.name, min=declared.minimum, max=declared.maximum, **common)
    if origin is tuple:
        return cfg.ListOpt(field.name, **{**common, "default": list(default)})
    if origin is dict:
        return cfg.DictOpt(field.name, **common)
    return cfg.StrOpt(field.name, choices=declared.choices, **common)


def values_of(group: type[Group], conf: Any) -> Group:
    """The group's value as configured; ``conf`` is the oslo.config group."""
    values = {field.name: conf[field.name] for field in dataclasses.fields(typing.cast(Any, group))}
    return group(**{name: tuple(value) if isinstance(value, list) else value for name, value in values.items()})
