"""Errors that more than one service speaks of."""

from __future__ import annotations

from nova_lite.core.errors import Conflict, Unsupported


class NoCapacity(Conflict):
    """None of the candidates fits any more."""

    code = "claim.no_capacity"


class Superseded(Conflict):
    """The operation is not this worker's any more: done, failed, replaced by a newer epoch or by a delete."""

    code = "operation.superseded"


class AgentNotEnabled(Conflict):
    """The guest's image does not say that it has an agent, or its domain was made without a channel for one."""

    code = "virt.agent_not_enabled"


class AgentSilent(Unsupported):
    """No agent answers: there is none, it is not up yet, or it hangs."""

    code = "virt.agent_silent"


class PasswordNotSet(Conflict):
    """The guest does not run, or its agent has refused. The reason never quotes what the agent was told."""

    code = "virt.password_not_set"
