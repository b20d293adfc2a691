"""Walls between rooms, and rules of construction that no linter knows."""

from __future__ import annotations

import ast
import subprocess
import sys

from tests.style import source

# Foreign library -> the only files that may import it.
DOORS = {
    "eventlet": ("nova_lite/core/concurrency/green.py", "nova_lite/core/concurrency/green_http.py",
                 "nova_lite/core/concurrency/green_native.py", "nova_lite/core/concurrency/green_waits.py"),
    "sqlalchemy": ("nova_lite/db/",),
    "alembic": ("nova_lite/db/", "migrations/"),
    "kombu": ("nova_lite/rpc/drivers/kombu",),
    "amqp": ("nova_lite/rpc/drivers/kombu",),
    "zmq": ("nova_lite/rpc/drivers/zmq",),
    "libvirt": ("nova_lite/virt/libvirt/",),
    "pycdlib": ("nova_lite/virt/iso9660.py",),
    "oslo_config": ("nova_lite/conf/", "nova_lite/cmd/"),
    "webob": ("nova_lite/api/",),
    "paste": ("nova_lite/api/",),
    "os_traits": ("nova_lite/api/compute/extra_specs.py",),
    "keystonemiddleware": ("nova_lite/api/middleware/keystone.py",),
}
CLOCKS = {"time.time", "time.sleep", "time.monotonic", "datetime.now", "datetime.utcnow"}
# The clock itself, the log's time stamps, and a parent process that must not start an event loop.
CLOCK_KEEPERS = ("nova_lite/core/clock.py", "nova_lite/core/logs.py", "nova_lite/core/launcher.py",
                 "nova_lite/core/concurrency/")


def test_import_contracts_hold() -> None:
    run = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command; lint_imports_command()",
         "--no-cache"],
        cwd=source.ROOT, capture_output=True, text=True,
    )
    assert run.returncode == 0, run.stdout + run.stderr


def _imports(path: object) -> list[tuple[int, str]]:
    found = []
    for node in ast.walk(source.tree(path)):
        if isinstance(node, ast.Import):
            found += [(node.lineno, alias.name.split(".")[0]) for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.append((node.lineno, node.module.split(".")[0]))
    return found


def test_each_foreign_library_has_one_door() -> None:
    assert [
        f"{source.name(path)}:{line} imports {library}"
        for path in source.product() for line, library in _imports(path)
        if library in DOORS and not source.name(path).startswith(DOORS[library])
    ] == []


def test_time_comes_from_the_clock() -> None:
    assert [
        f"{source.name(path)}:{node.lineno} {ast.unparse(node.func)}"
        for path in source.product() if not source.name(path).startswith(CLOCK_KEEPERS)
        for node in ast.walk(source.tree(path))
        if isinstance(node, ast.Call) and ast.unparse(node.func) in CLOCKS
    ] == []


def test_tests_do_not_sleep() -> None:
    assert [
        f"{source.name(path)}:{node.lineno}"
        for path in source.files() if path.name.startswith("test_")
        for node in ast.walk(source.tree(path))
        if isinstance(node, ast.Call) and ast.unparse(node.func) in ("time.sleep", "concurrency.sleep", "sleep")
    ] == []


def test_every_module_says_what_it_is_for() -> None:
    assert [
        source.name(path) for path in source.files()
        if path.read_text().strip() and not path.name.startswith("test_") and not ast.get_docstring(source.tree(path))
    ] == []
