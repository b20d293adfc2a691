"""What is called a step is a step."""

from __future__ import annotations

import importlib
import inspect
import pkgutil

import nova_lite.compute.steps
from nova_lite.conductor import task_states
from nova_lite.objects.states import Action, TaskState


def _steps() -> set[str]:
    package = nova_lite.compute.steps
    modules = [
        importlib.import_module(f"{package.__name__}.{found.name}") for found in pkgutil.iter_modules(package.__path__)
    ]
    kinds = {kind for module in modules for _, kind in inspect.getmembers(module, inspect.isclass)}
    return {name for kind in kinds if isinstance(name := getattr(kind, "name", None), str)}


def test_every_step_with_a_task_state_is_there() -> None:
    assert task_states.STEPS - _steps() == set()


def test_a_step_has_its_task_state_in_its_action_only() -> None:
    assert task_states.task_state(Action.CREATE_IMAGE, "upload_image") is TaskState.IMAGE_UPLOADING
    assert task_states.task_state(Action.SHELVE, "upload_image") is TaskState.SHELVING_IMAGE_UPLOADING
    assert task_states.task_state(Action.PAUSE, "upload_image") is None
    assert task_states.task_state(Action.CREATE_IMAGE, "") is None
