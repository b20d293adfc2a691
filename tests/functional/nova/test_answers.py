"""The real Nova's answers, recorded, are ours: to a sample of what ``ask`` asks. docs/api.md tells how to record."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.functional.nova import answers, scenes, world
from tests.functional.nova.asking import Endpoint, play
from tests.functional.nova.differing import reason
from tests.functional.whole.cloud import Cloud


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory, image_file: Path) -> Iterator[Endpoint]:
    """A cloud with the world's people and things, as the recorded Nova had them."""
    with Cloud(tmp_path_factory.mktemp("cloud"), world.HOSTS, world.MORE) as cloud:
        people = world.people(cloud)
        made = Endpoint(f"{cloud.client.url}/compute/v2.1", people)
        made.names.update(world.names(cloud, image_file, people))
        world.clean(made)
        for _ in play(made, list(scenes.setting())):
            pass
        yield made
        made.close()


@pytest.mark.parametrize("scene", [name for name in scenes.SCENES if name != "setting"])
def test_what_nova_answered_is_answered(endpoint: Endpoint, scene: str) -> None:
    recorded = json.loads(answers.RECORDED.read_text())
    wrong, compared = [], 0
    for ask, answer in play(endpoint, scenes.sample(scene)):
        if ask.name not in recorded["answers"] or reason(ask.key):
            continue
        compared += 1
        theirs = recorded["forms"][recorded["answers"][ask.name]]
        if found := answers.differences(theirs, answers.seen(answer)):
            wrong.append(f"{ask.key}\n    " + "\n    ".join(found))
    assert compared > 10, "nothing has been recorded of this scene"
    assert not wrong, "\n".join(wrong)
