"""The reference of all policy rules as a commented file: ``python -m nova_lite.api.policy_sample FILE``."""

from __future__ import annotations

import sys
from pathlib import Path

from nova_lite.api.policy import BASE_RULES, Rule
from nova_lite.api.rules import RULES

_HEAD = """\
# Every policy rule with its default. Made by `python -m nova_lite.api.policy_sample`; do not edit: a deployment names
# a file of its own in [api] policy_file, with only the rules that it changes.
"""


def render() -> str:
    """The whole file. Every rule is commented out, below what it is for."""
    return _HEAD + "".join(_entry(rule) for rule in (*BASE_RULES, *RULES))


def _entry(rule: Rule) -> str:
    comment = "".join(f"# {line}\n" for line in (rule.description, *rule.operations))
    check = rule.check.replace('"', '\\"')
    return f'\n{comment}#"{rule.name}": "{check}"\n'


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(render())
