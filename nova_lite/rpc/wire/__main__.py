"""``python -m nova_lite.rpc.wire [--check | --release] DIRECTORY MODULE…``: record the contracts of these modules.

A module may have objects that travel outside of contracts: ``RECORDED`` is their name, their version, and the classes.
"""

from __future__ import annotations

import argparse
import importlib
import sys
from pathlib import Path

from nova_lite.rpc.interface import declared_in
from nova_lite.rpc.wire.records import Records
from nova_lite.rpc.wire.shape import shape_of_objects


def main() -> int:
    """0; 1 when a contract was refused, with the reasons on stderr."""
    parser = argparse.ArgumentParser(prog="python -m nova_lite.rpc.wire", description=__doc__)
    parser.add_argument("directory", type=Path)
    parser.add_argument("modules", nargs="+", metavar="MODULE")
    parser.add_argument("--release", action="store_true", help="what is recorded now will never change again")
    parser.add_argument("--check", action="store_true", help="write nothing, say what is not as recorded")
    options = parser.parse_args()
    modules = [importlib.import_module(name) for name in options.modules]
    interfaces = [found for module in modules for found in declared_in(module)]
    shapes = [shape_of_objects(*module.RECORDED) for module in modules if hasattr(module, "RECORDED")]
    records = Records(options.directory, shapes)
    complaints = records.complaints(interfaces) if options.check else records.write(interfaces, options.release)
    for complaint in complaints:
        print(complaint, file=sys.stderr)
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
