"""Policy rules of the image dialect, with Glance's names and defaults."""

from nova_lite.api.image.policies import images, members, tasks
from nova_lite.api.policy import Rule

RULES: tuple[Rule, ...] = (*images.RULES, *members.RULES, *tasks.RULES)
