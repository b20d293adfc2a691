"""What is left when an operation fails: the guest as it was, or nothing of what was new."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from msgspec.structs import replace

from nova_lite.compute.job import Job
from nova_lite.compute.operations import makeover
from nova_lite.compute.operations.rebuild import rebuild
from nova_lite.compute.operations.snapshot import Imaging
from nova_lite.compute.steps.base import Step, run_steps, undo_steps
from nova_lite.compute.steps.create_disks import CreateDisks
from nova_lite.compute.steps.fetch_image import FetchImage
from nova_lite.compute.steps.plug import Plug
from nova_lite.core.context import RequestContext
from nova_lite.core.errors import NotFound, Unavailable
from nova_lite.network.host.networks import NoNetworks
from nova_lite.objects.image import ImageMeta
from nova_lite.objects.instance import Instance, Kept
from nova_lite.objects.operation import Arguments, CreateImage, Rebuild, Rescue, Resize
from nova_lite.objects.states import PowerState, VmState
from nova_lite.virt.driver import VirtError
from nova_lite.virt.fake import Failure, FakeDriver, FakeSettings
from tests.builders.guests import a_flavor, a_spec, an_image, an_instance, qcow2_header
from tests.builders.operations import an_operation

CONTEXT = RequestContext(request_id="req-1", user_id="u", project_id="p")
GONE = "gone"


class Cache:
    """Has every image but the one called gone."""

    def __init__(self, path: Path) -> None:
        self._path = path
        path.write_bytes(qcow2_header())

    def fetch(self, context: RequestContext, meta: ImageMeta) -> Path:
        if meta.id == GONE:
            raise NotFound("no such image")
        return self._path


class Images:
    """An image service that fails to take data, if told so."""

    def __init__(self, fails: bool = False) -> None:
        self.fails = fails
        self.filled: list[str] = []
        self.discarded: list[str] = []

    def upload(self, context: RequestContext, image_id: str, path: Path) -> None:
        if self.fails:
            raise Unavailable("the image service is away")
        assert path.stat().st_size
        self.filled.append(image_id)

    def discard(self, context: RequestContext, image_id: str) -> None:
        self.discarded.append(image_id)

    def remove(self, context: RequestContext, image_id: str) -> None:
        raise NotImplementedError

    def rotate(self, context: RequestContext, instance_uuid: str, backup_type: str, keep: int) -> None:
        raise NotImplementedError


@pytest.fixture
def driver(tmp_path: Path) -> FakeDriver:
    return FakeDriver(FakeSettings(state_dir=tmp_path / "state"))


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    return Cache(tmp_path / "image")


def running(driver: FakeDriver, image: ImageMeta | None = None) -> Instance:
    instance = an_instance(power_state=PowerState.RUNNING, vm_state=VmState.ACTIVE, image=image or an_image())
    driver.create_disks(a_spec(instance))
    driver.spawn(a_spec(instance))
    return instance


def a_job(instance: Instance, arguments: Arguments) -> Job:
    return Job(CONTEXT, instance, an_operation(instance, arguments))


def failing(steps: Sequence[Step], job: Job, error: type[Exception]) -> None:
    """Run steps that fail, and undo them."""
    with pytest.raises(error):
        run_steps(steps, job, lambda step, job: step.run(job))
    assert undo_steps(steps, job, lambda step: step.undo(job))


@pytest.mark.parametrize("text", ["no space", "after the reply was lost"])
def test_a_failed_resize_is_taken_back(driver: FakeDriver, text: str) -> None:
    instance = running(driver)
    driver.trouble.expect("resize", Failure.parse(text))
    job = a_job(instance, Resize(flavor=a_flavor(memory_mb=128, root_gb=2)))
    failing(makeover.resize(driver).steps(), job, VirtError)
    domain = driver.hypervisor.get(instance.uuid)
    assert (domain.memory_mb, domain.root_gb, domain.power_state) == (64, 1, PowerState.RUNNING)


def test_what_an_undecided_resize_has_left_is_not_reverted_to(driver: FakeDriver) -> None:
    instance = running(driver)
    for kept, gb in ((None, 2), (Kept(flavor=a_flavor()), 3)):
        job = a_job(replace(instance, kept=kept), Resize(flavor=a_flavor(memory_mb=128, root_gb=gb)))
        run_steps(makeover.resize(driver).steps(), job, lambda step, job: step.run(job))
    assert driver.hypervisor.get(instance.uuid).kept_gb == 2


def disks(driver: FakeDriver) -> CreateDisks:
    return CreateDisks(driver, lambda *_, **how: Path("unused"), False)


@pytest.mark.parametrize("text", ["no space", "after the reply was lost"])
def test_a_failed_rescue_boots_the_guests_own_disk(driver: FakeDriver, cache: Cache, text: str) -> None:
    instance = running(driver)
    driver.trouble.expect("rescue", Failure.parse(text))
    failing(makeover.rescue(driver, cache, disks(driver)).steps(), a_job(instance, Rescue(image=an_image())), VirtError)
    domain = driver.hypervisor.get(instance.uuid)
    assert (domain.rescued, domain.power_state) == (False, PowerState.RUNNING)


def test_a_rescue_without_its_image_leaves_the_guest_alone(driver: FakeDriver, cache: Cache) -> None:
    instance = running(driver)
    job = a_job(instance, Rescue(image=replace(an_image(), id=GONE)))
    failing(makeover.rescue(driver, cache, disks(driver)).steps(), job, NotFound)
    domain = driver.hypervisor.get(instance.uuid)
    assert (domain.rescued, domain.boots, domain.power_state) == (False, 1, PowerState.RUNNING)


def rebuilding(driver: FakeDriver, cache: Cache) -> Sequence[Step]:
    return rebuild(driver, FetchImage(cache), disks(driver), Plug(NoNetworks())).steps()


def test_a_rebuild_without_its_image_leaves_the_guest_alone(driver: FakeDriver, cache: Cache) -> None:
    instance = running(driver, image=replace(an_image(), id=GONE))
    failing(rebuilding(driver, cache), a_job(instance, Rebuild()), NotFound)
    assert driver.hypervisor.get(instance.uuid).power_state == PowerState.RUNNING


@pytest.mark.parametrize(("before", "after"), [
    (VmState.ACTIVE, PowerState.RUNNING), (VmState.ERROR, PowerState.RUNNING), (VmState.STOPPED, PowerState.SHUTDOWN),
])
def test_a_rebuilt_guest_is_on_unless_it_was_stopped(
    driver: FakeDriver, cache: Cache, before: VmState, after: PowerState
) -> None:
    instance = replace(running(driver), vm_state=before)
    for _ in range(2):  # the second time after a crash
        run_steps(rebuilding(driver, cache), a_job(instance, Rebuild()), lambda step, job: step.run(job))
        assert driver.hypervisor.get(instance.uuid).power_state == after


@pytest.mark.parametrize("fails", [False, True])
def test_a_snapshot_leaves_no_file_and_a_failed_one_no_image(driver: FakeDriver, tmp_path: Path, fails: bool) -> None:
    instance, images = running(driver), Images(fails)
    steps = Imaging(driver, images, tmp_path / "state", NoNetworks()).create_image().steps()
    job = a_job(instance, CreateImage(image_id="i"))
    if fails:
        failing(steps, job, Unavailable)
        assert images.discarded == ["i"]
    else:
        run_steps(steps, job, lambda step, job: step.run(job))
        assert images.filled == ["i"]
    assert list((tmp_path / "state" / instance.uuid).iterdir()) == []
