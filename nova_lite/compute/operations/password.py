"""Change password: the guest's administrator gets the one that came with the message."""

from __future__ import annotations

import logging

from nova_lite.compute.job import Job
from nova_lite.compute.operations.base import StepList
from nova_lite.compute.steps.power import PowerStep
from nova_lite.virt import agent
from nova_lite.virt.capabilities import CapableDriver, need
from nova_lite.virt.driver import VirtError

LOG = logging.getLogger(__name__)


def change_password(driver: CapableDriver) -> StepList:
    def act(job: Job) -> None:
        can = need(driver.capabilities.passwords, "set passwords in guests")
        if job.admin_pass is None:
            # The host was restarted, or nobody heard the message: there is the record, which does not know it.
            raise agent.not_set(job.instance.uuid, "it was lost on its way; ask again")
        try:
            can.set_admin_password(job.instance, job.admin_pass)
        except VirtError as error:
            # What a hypervisor says of its failure is for the log; Nova tells the client no more than this.
            LOG.warning("the password of %s is not set: %s", job.instance.uuid, error)
            raise agent.not_set(job.instance.uuid, "error setting admin password") from None

    return StepList("compute_set_admin_password", None, (PowerStep("set_admin_password", act),))
