"""A small image service with an identity service beside it, whose failures are configured: for clients of both."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from urllib.parse import parse_qsl

EXPIRES = "2099-01-01T00:00:00.000000Z"


class ImageServer:
    """Serves ``images`` (documents by id) and ``data`` (bytes by id) on a free port; a context manager.

    Failures, each counted down: ``refuse_logins`` (401), ``expire_tokens`` (a request with a token meets 401 and the
    token is worthless from then on), ``unavailable`` (503), ``break_off`` (half of the data, then the end), ``saving``
    (409 for data).
    """

    def __init__(
        self, images: Mapping[str, Mapping[str, object]] | None = None, data: Mapping[str, bytes] | None = None,
        expires_at: str = EXPIRES,
    ) -> None:
        self.images = dict(images or {})
        self.data = dict(data or {})
        self.expires_at = expires_at
        self.refuse_logins = 0
        self.expire_tokens = 0
        self.unavailable = 0
        self.break_off = 0
        self.saving = 0
        self.requests: list[str] = []
        self.logins: list[dict[str, object]] = []
        self.tokens: set[str] = set()
        self.global_ids: set[str] = set()
        self._server = _Listener(self)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> ImageServer:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def downloads(self) -> int:
        """How often data were asked for."""
        return sum(1 for line in self.requests if line.endswith("/file"))

    def takes(self, failure: str) -> bool:
        """Whether a failure is due; it counts down."""
        left: int = getattr(self, failure)
        setattr(self, failure, max(0, left - 1))
        return left > 0


class _Listener(ThreadingHTTPServer):
    def __init__(self, service: ImageServer) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.service = service


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Listener

    def log_message(self, format: str, *args: object) -> None:
        """Nothing is printed."""

    def do_POST(self) -> None:
        service = self.server.service
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        service.requests.append(f"POST {self.path}")
        if service.takes("refuse_logins"):
            return self._answer(401, {})
        service.logins.append(body)
        token = f"token-{len(service.logins)}"
        service.tokens.add(token)
        return self._answer(201, {"token": {"expires_at": service.expires_at}}, {"X-Subject-Token": token})

    def do_GET(self) -> None:
        service = self.server.service
        service.requests.append(f"GET {self.path}")
        service.global_ids.add(self.headers["X-OpenStack-Request-ID"])
        if service.takes("expire_tokens"):
            service.tokens.clear()
        if self.headers["X-Auth-Token"] not in service.tokens:
            return self._answer(401, {})
        if service.takes("unavailable"):
            return self._answer(503, {})
        if self.path.startswith("/v2/images?"):
            return self._answer(200, {"images": self._found()})
        image_id = self.path.removeprefix("/v2/images/").removesuffix("/file")
        if image_id not in service.images:
            return self._answer(404, {})
        if self.path.endswith("/file"):
            return self._data(service.data.get(image_id, b""))
        return self._answer(200, service.images[image_id])

    def _found(self) -> list[Mapping[str, object]]:
        """The images that a query wants, newest first."""
        wanted = dict(parse_qsl(self.path.partition("?")[2]))
        for word in ("sort", "limit"):
            wanted.pop(word, None)
        found = [image for image in self.server.service.images.values() if wanted.items() <= dict(image).items()]
        return sorted(found, key=lambda image: str(image["created_at"]), reverse=True)

    def do_PUT(self) -> None:
        service = self.server.service
        service.requests.append(f"PUT {self.path}")
        data = self.rfile.read(int(self.headers["Content-Length"]))
        image_id = self.path.removeprefix("/v2/images/").removesuffix("/file")
        if self.headers["X-Auth-Token"] not in service.tokens:
            return self._answer(401, {})
        if service.takes("unavailable"):
            return self._answer(503, {})
        if service.takes("saving") or service.images[image_id]["status"] != "queued":
            return self._answer(409, {})
        service.data[image_id] = data
        service.images[image_id] = {**service.images[image_id], "status": "active"}
        return self._answer(204, {})

    def do_DELETE(self) -> None:
        service = self.server.service
        service.requests.append(f"DELETE {self.path}")
        known = service.images.pop(self.path.removeprefix("/v2/images/"), None)
        return self._answer(404 if known is None else 204, {})

    def _data(self, data: bytes) -> None:
        service = self.server.service
        self.send_response(200 if data else 204)
        if data:
            self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if service.takes("break_off"):
            self.close_connection = True
            self.wfile.write(data[: len(data) // 2])
        else:
            self.wfile.write(data)

    def _answer(
        self, status: int, document: Mapping[str, object], headers: Mapping[str, str] | None = None
    ) -> None:
        body = b"" if status == 204 else json.dumps(document).encode()
        self.send_response(status)
        for name, value in {**(headers or {}), "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)
