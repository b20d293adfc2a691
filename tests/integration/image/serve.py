"""``python -m tests.integration.image.serve DIRECTORY``: an image service in a process of its own.

It is as nova-lite-api runs it. Prints its URL, and ends when its standard input does.
"""

from __future__ import annotations

from nova_lite.core import concurrency

concurrency.patch("eventlet")

import sys  # noqa: E402 - nothing may be imported before it is patched
from pathlib import Path  # noqa: E402

from tests.functional.image.cloud import ImageCloud  # noqa: E402


def main() -> None:
    """Serve until told to end."""
    with ImageCloud(Path(sys.argv[1])) as cloud:
        print(cloud.url, flush=True)
        concurrency.wait_readable(sys.stdin.fileno())


if __name__ == "__main__":
    main()
