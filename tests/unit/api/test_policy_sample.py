"""The checked-in reference of policy rules."""

from __future__ import annotations

from pathlib import Path

from oslo_config import cfg
from oslo_policy import policy as oslo_policy

from nova_lite.api import policy_sample
from nova_lite.api.policy import BASE_RULES
from nova_lite.api.rules import RULES

SAMPLE = Path(__file__).parents[3] / "etc" / "nova-lite" / "policy.yaml.sample"


def _uncommented() -> str:
    return "\n".join(line.removeprefix("#") for line in SAMPLE.read_text().splitlines() if line.startswith('#"'))


def test_the_sample_is_current() -> None:
    command = "python -m nova_lite.api.policy_sample etc/nova-lite/policy.yaml.sample"
    assert SAMPLE.read_text() == policy_sample.render(), f"run: {command}"


def test_the_sample_is_yaml_that_says_the_defaults() -> None:
    rules = oslo_policy.parse_file_contents(_uncommented())
    assert {rule.name: rule.check for rule in RULES}.items() <= rules.items()


def test_a_deployments_file_may_change_a_rule(tmp_path: Path) -> None:
    changed = tmp_path / "policy.yaml"
    changed.write_text('"os_compute_api:servers:create": "role:admin"\n')
    conf = cfg.ConfigOpts()
    conf([], project="nova-lite", default_config_files=[], default_config_dirs=[])
    enforcer = oslo_policy.Enforcer(conf, policy_file=str(changed))
    for rule in (*BASE_RULES, *RULES):
        enforcer.register_default(oslo_policy.RuleDefault(rule.name, rule.check))
    member = {"roles": ["member"], "project_id": "p", "user_id": "u"}
    assert not enforcer.enforce("os_compute_api:servers:create", {"project_id": "p"}, member)
    assert enforcer.enforce("os_compute_api:servers:update", {"project_id": "p"}, member)
