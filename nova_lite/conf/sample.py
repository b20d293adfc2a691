"""The reference of all options as a commented configuration file (etc/nova-lite/nova-lite.conf.sample)."""

from __future__ import annotations

import textwrap
from typing import Any

from nova_lite.conf import GROUPS
from nova_lite.conf.options import options_of


def render() -> str:
    """The whole file. Every option is commented out with its default, its meaning and its limits."""
    head = "# nova-lite: every option with its default. Made by `nova-lite-manage config sample`; do not edit.\n"
    return head + "".join(_group(name, kind) for name, (_, kind) in GROUPS.items())


def _group(name: str, kind: type[Any]) -> str:
    return f"\n[{name}]\n" + "".join(_entry(option) for option in options_of(kind))


def _entry(option: Any) -> str:
    help_lines = textwrap.wrap(option.help + _limits(option), 110)
    comment = "".join(f"# {line}\n" for line in help_lines)
    return f"\n{comment}#{option.name} = {_default(option.default)}\n"


def _limits(option: Any) -> str:
    kind = option.type
    choices = getattr(kind, "choices", None)
    if choices:
        return f" One of: {', '.join(choices)}."
    low, high = getattr(kind, "min", None), getattr(kind, "max", None)
    if low is not None and high is not None:
        return f" From {low} to {high}."
    return f" At least {low}." if low is not None else ""


def _default(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return ",".join(str(item) for item in value)
    if isinstance(value, dict):
        return ",".join(f"{key}:{item}" for key, item in value.items())
    return str(value)
