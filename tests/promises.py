"""Which tests hold us to which promise, by their marks; ``python -m tests.promises FILE`` writes that into a page.

Standard library only, as ``tests.run``.
"""

from __future__ import annotations

import ast
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

TESTS = Path(__file__).resolve().parent
BEGIN, END = "<!-- by `python -m tests.promises docs/promises.md` -->\n", "<!-- end -->\n"
Held = dict[int, dict[str, list[str]]]
"""By promise and file the names of tests, none for all of the file's."""


def held() -> Held:
    """What the marks ``promise`` of all tests say."""
    found: Held = defaultdict(dict)
    for path in sorted(TESTS.rglob("test_*.py")):
        text = path.read_text()
        if "mark.promise(" not in text:
            continue
        name, module = str(path.relative_to(TESTS)), ast.parse(text)
        for node in module.body:
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "pytestmark":
                for number in _numbers(node.value):
                    found[number][name] = []
        for node in module.body:
            for number in _marks(node):
                if found[number].get(name) != []:
                    found[number].setdefault(name, []).append(node.name)  # type: ignore[attr-defined]
    return found


def _marks(node: ast.stmt) -> Iterator[int]:
    for decorator in getattr(node, "decorator_list", ()):
        yield from _numbers(decorator)


def _numbers(mark: ast.expr) -> Iterator[int]:
    """The promises that an expression with a mark in it names."""
    for node in ast.walk(mark):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "pytest.mark.promise":
            yield from (int(ast.literal_eval(argument)) for argument in node.args)


def files() -> list[str]:
    """Those that have such tests, from the checkout's root."""
    return sorted({f"tests/{name}" for tests in held().values() for name in tests})


def render() -> str:
    """The table for the page."""
    lines = ["| promise | tests |", "|---|---|"]
    for number, tests in sorted(held().items()):
        lines.append(f"| {number} | {' · '.join(_named(name, functions) for name, functions in tests.items())} |")
    return "\n".join(lines)


def _named(file: str, functions: list[str]) -> str:
    return f"`{file}`" + "".join(f"{' ' if index else ': '}`{name}`" for index, name in enumerate(functions))


def page(text: str) -> str:
    """A page with the list of today in it."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}{render()}\n{END}{after}"


if __name__ == "__main__":
    target = Path(sys.argv[1])
    target.write_text(page(target.read_text()))
