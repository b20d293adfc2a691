"""Figures of a running daemon, and the HTTP application that shows them.

``/health`` is JSON, ``/metrics`` is for Prometheus.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment


class Gauge:
    """One figure, split by the values of a label. Values that were never set are not shown: set zeros at the start."""

    def __init__(self, name: str, what: str, label: str) -> None:
        self.name, self.what, self.label = name, what, label
        self.values: Mapping[str, float] = {}

    def set(self, values: Mapping[str, float]) -> None:
        """Replace all values at once."""
        self.values = dict(values)

    def text(self) -> str:
        """Prometheus' text format, version 0.0.4."""
        lines = [f"# HELP {self.name} {self.what}", f"# TYPE {self.name} gauge"]
        lines += [f'{self.name}{{{self.label}="{key}"}} {value:g}' for key, value in sorted(self.values.items())]
        return "".join(f"{line}\n" for line in lines)


class Figures:
    """WSGI application over some gauges."""

    def __init__(self, gauges: Iterable[Gauge]) -> None:
        self._gauges = tuple(gauges)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if path == "/metrics":
            return _answer(start_response, "200 OK", "text/plain; version=0.0.4", self._metrics())
        if path == "/health":
            return _answer(start_response, "200 OK", "application/json", self._health())
        return _answer(start_response, "404 Not Found", "text/plain", "/health and /metrics are here\n")

    def _metrics(self) -> str:
        return "".join(gauge.text() for gauge in self._gauges)

    def _health(self) -> str:
        return json.dumps({"status": "ok", **{gauge.name: sum(gauge.values.values()) for gauge in self._gauges}})


def _answer(start_response: StartResponse, status: str, kind: str, text: str) -> Iterable[bytes]:
    body = text.encode()
    start_response(status, [("Content-Type", kind), ("Content-Length", str(len(body)))])
    return [body]
