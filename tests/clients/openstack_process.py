"""Runs commands of the unmodified openstack client in one process: a line of JSON in per command, a line out.

The commands come by a file descriptor of their own, the first argument: standard input is the user's terminal, and the
client takes anything else there for an image's data.

Starting Python and importing the client is nine tenths of the second that each command of a shell costs; the client's
own entry point is what runs here too.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import sys
from collections.abc import Callable
from typing import TextIO


def serve(main: Callable[[list[str]], int], commands: TextIO, answers: TextIO) -> None:
    """Run each list of arguments by ``main``; answer its exit status and what it wrote."""
    for line in commands:
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            try:
                status: object = main(json.loads(line))
            except SystemExit as error:
                status = error.code
        json.dump({"status": status or 0, "stdout": out.getvalue(), "stderr": err.getvalue()}, answers)
        answers.write("\n")
        answers.flush()


if __name__ == "__main__":
    from openstackclient import shell  # type: ignore[import-not-found, import-untyped, unused-ignore]

    with os.fdopen(int(sys.argv[1])) as given:
        serve(shell.main, given, sys.stdout)
