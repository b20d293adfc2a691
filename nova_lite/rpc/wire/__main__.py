"""``python -m nova_lite.rpc.wire [--check | --release] DIRECTORY MODULE…``: record the contracts of these modules."""

from __future__ import annotations

import argparse
import importlib
import sys
from pathlib import Path
from typing import Any

from nova_lite.rpc.interface import Interface, declared_in
from nova_lite.rpc.wire.records import Records


def main() -> int:
    """0; 1 when a contract was refused, with the reasons on stderr."""
    parser = argparse.ArgumentParser(prog="python -m nova_lite.rpc.wire", description=__doc__)
    parser.add_argument("directory", type=Path)
    parser.add_argument("modules", nargs="+", metavar="MODULE")
    parser.add_argument("--release", action="store_true", help="what is recorded now will never change again")
    parser.add_argument("--check", action="store_true", help="write nothing, say what is not as recorded")
    options = parser.parse_args()
    interfaces: list[Interface[Any]] = [
        found for name in options.modules for found in declared_in(importlib.import_module(name))
    ]
    records = Records(options.directory)
    complaints = records.complaints(interfaces) if options.check else records.write(interfaces, options.release)
    for complaint in complaints:
        print(complaint, file=sys.stderr)
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
