from __future__ import annotations

import pytest

from nova_lite.compute.job import Job
from nova_lite.compute.operations.password import change_password
from nova_lite.core.context import system_context
from nova_lite.objects.errors import PasswordNotSet
from nova_lite.objects.operation import ChangePassword
from nova_lite.virt.driver import GuestSpec
from nova_lite.virt.fake import Failure, FakeDriver, FakeSettings
from tests.builders.guests import an_image, an_instance
from tests.builders.operations import an_operation


def run(driver: FakeDriver, password: str | None) -> None:
    instance = an_instance(image=an_image(hw_qemu_guest_agent="yes"))
    driver.spawn(GuestSpec(instance=instance))
    (step,) = change_password(driver).steps()
    step.run(Job(system_context(), instance, an_operation(instance, ChangePassword()), admin_pass=password))


def test_what_is_taken_up_after_a_restart_has_lost_the_password() -> None:
    with pytest.raises(PasswordNotSet, match="lost on its way; ask again"):
        run(FakeDriver(FakeSettings()), None)


def test_a_hypervisors_words_are_not_the_clients() -> None:
    driver = FakeDriver(FakeSettings())
    driver.trouble.expect("set_admin_password", Failure("s3cret is no password"))
    with pytest.raises(PasswordNotSet, match="because error setting admin password") as caught:
        run(driver, "s3cret")
    assert "s3cret" not in str(caught.value)
