"""Budgets of size (STYLE): growth is seen the day it starts. The largest are printed at every run."""

from __future__ import annotations

import ast
import statistics
from pathlib import Path

import pytest

from tests.style import source

FILE_LINES, FUNCTION_LINES, PARAMETERS, PUBLIC_METHODS = 400, 40, 6, 12
MEDIAN_FUNCTION, P90_FUNCTION = 8, 25
# Interfaces that the design gives 20 methods (DESIGN section 2), and what implements them: one noun each.
INTERFACE_METHODS = 20
INTERFACES = {"VirtDriver", "FakeDriver", "LibvirtDriver", "ConductorManager", "EventletBackend", "ThreadingBackend"}
FORBIDDEN_NAMES = {"utils", "common", "helpers", "misc"}


def test_files_are_short(capsys: pytest.CaptureFixture[str]) -> None:
    sizes = sorted(((len(path.read_text().splitlines()), source.name(path)) for path in source.files()), reverse=True)
    with capsys.disabled():
        print("\nlargest files:    ", ", ".join(f"{name} {lines}" for lines, name in sizes[:3]))
    assert [f"{name}: {lines} lines" for lines, name in sizes if lines > FILE_LINES] == []


def test_functions_are_short(capsys: pytest.CaptureFixture[str]) -> None:
    sizes = sorted(
        ((source.length(node), f"{source.name(path)}:{node.lineno} {node.name}")
         for path in source.files() for node in source.functions(path)), reverse=True,
    )
    with capsys.disabled():
        print("\nlargest functions:", ", ".join(f"{name} {lines}" for lines, name in sizes[:3]))
    assert [f"{name}: {lines} lines" for lines, name in sizes if lines > FUNCTION_LINES] == []


def test_most_functions_are_tiny() -> None:
    sizes = sorted(source.length(node) for path in source.product() for node in source.functions(path))
    assert statistics.median(sizes) <= MEDIAN_FUNCTION
    assert sizes[int(len(sizes) * 0.9)] <= P90_FUNCTION


def _parameters(node: source.FunctionNode) -> int:
    """Positional parameters but self and cls; keyword-only ones name themselves at the call."""
    names = [argument.arg for argument in (*node.args.posonlyargs, *node.args.args)]
    return len([name for name in names if name not in ("self", "cls")])


def test_functions_take_few_parameters() -> None:
    assert [
        f"{source.name(path)}:{node.lineno} {node.name}: {_parameters(node)}"
        for path in source.files() for node in source.functions(path) if _parameters(node) > PARAMETERS
    ] == []


def _public_methods(node: ast.ClassDef) -> int:
    found = {
        item.name for item in node.body
        if isinstance(item, source.FunctionNode) and not item.name.startswith("_")
        and not any(isinstance(mark, ast.Name) and mark.id == "property" for mark in item.decorator_list)
    }
    return len(found)


def _allowed(node: ast.ClassDef) -> int:
    is_protocol = any(ast.unparse(base).startswith("Protocol") for base in node.bases)
    return INTERFACE_METHODS if is_protocol or node.name in INTERFACES else PUBLIC_METHODS


def test_classes_offer_few_methods() -> None:
    assert [
        f"{source.name(path)}:{node.lineno} {node.name}: {_public_methods(node)}"
        for path in source.product() for node in ast.walk(source.tree(path))
        if isinstance(node, ast.ClassDef) and _public_methods(node) > _allowed(node)
    ] == []


def test_no_module_is_a_drawer() -> None:
    assert [
        source.name(path) for path in source.files() if FORBIDDEN_NAMES & set(Path(path).with_suffix("").parts)
    ] == []
