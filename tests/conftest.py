"""What holds for made-up examples in every layer."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

# The same examples at every run, and no judgement on how busy the machine is. ``-- --hypothesis-profile=default`` has
# others made up.
settings.register_profile(
    "nova-lite", derandomize=True, database=None, deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.load_profile("nova-lite")
