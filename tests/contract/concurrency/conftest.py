"""What is of one back end only."""

from __future__ import annotations

from nova_lite.core import concurrency

# test_green.py starts the run under eventlet. Behind the threading back end a connection holds no thread of its own:
# waitress reads requests in its loop.
collect_ignore = ["test_green.py"] if concurrency.backend() == "eventlet" else ["test_slow_clients.py"]
