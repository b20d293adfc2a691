"""The smallest OpenStack client that the demo needs: JSON over HTTP, one token."""

import json
import urllib.error
import urllib.request
from pathlib import Path

from stack.errors import StackError

TIMEOUT = 60.0


class ApiError(StackError):
    """The API refused a request: its status, and its own words."""

    def __init__(self, method: str, url: str, status: int, text: str) -> None:
        super().__init__(f"{method} {url} was answered {status}: {text[:500]}")
        self.status = status


class Client:
    """One user's session with the API at `url` (scheme, host, port)."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._token = ""

    def login(self, user: str, password: str, project: str) -> None:
        """Get a token. Raises ApiError."""
        domain = {"name": "Default"}
        identity = {
            "methods": ["password"],
            "password": {"user": {"name": user, "password": password, "domain": domain}},
        }
        body = {"auth": {"identity": identity, "scope": {"project": {"name": project, "domain": domain}}}}
        request = self._request("POST", "/identity/v3/auth/tokens", json.dumps(body).encode(), "application/json")
        with self._open(request) as answer:
            self._token = answer.headers["X-Subject-Token"]

    def get(self, path: str) -> "Answer":
        """What is at the path. Raises ApiError."""
        return self._json(self._request("GET", path))

    def post(self, path: str, body: object) -> "Answer":
        """Send a JSON body; the answer. Raises ApiError."""
        return self._json(self._request("POST", path, json.dumps(body).encode(), "application/json"))

    def put_file(self, path: str, file: Path) -> None:
        """Send a file's bytes. Raises ApiError."""
        with file.open("rb") as data:
            request = self._request("PUT", path, data, "application/octet-stream")
            request.add_header("Content-Length", str(file.stat().st_size))
            self._open(request).close()

    def delete(self, path: str) -> None:
        """Remove what is at the path. Raises ApiError."""
        self._open(self._request("DELETE", path)).close()

    def answers(self, path: str) -> bool:
        """Whether the server at the other end speaks HTTP there without an error."""
        try:
            self._open(self._request("GET", path)).close()
        except (ApiError, OSError):
            return False
        return True

    def _request(self, method: str, path: str, body: object = None, kind: str = "") -> urllib.request.Request:
        request = urllib.request.Request(self._url + path, method=method, data=body)  # type: ignore[arg-type]
        request.add_header("Accept", "application/json")
        if kind:
            request.add_header("Content-Type", kind)
        if self._token:
            request.add_header("X-Auth-Token", self._token)
        return request

    def _open(self, request: urllib.request.Request) -> "urllib.response.addinfourl":
        # No proxies: the API is on this machine, whatever http_proxy says.
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            return opener.open(request, timeout=TIMEOUT)  # type: ignore[no-any-return]
        except urllib.error.HTTPError as error:
            with error:
                raise ApiError(
                    request.get_method(), request.full_url, error.code, error.read().decode("utf-8", "replace")
                ) from error

    def _json(self, request: urllib.request.Request) -> "Answer":
        with self._open(request) as answer:
            return Answer(json.loads(answer.read() or b"{}"))


class Answer:
    """A JSON value with typed access; a path that is not there raises StackError that says so."""

    def __init__(self, value: object) -> None:
        self._value = value

    def __getitem__(self, name: str) -> "Answer":
        if not isinstance(self._value, dict) or name not in self._value:
            raise StackError(f"the API's answer has no {name!r}: {str(self._value)[:300]}")
        return Answer(self._value[name])

    def get(self, name: str) -> str:
        """The text at the name; empty when it is not there."""
        found = self._value.get(name) if isinstance(self._value, dict) else None
        return "" if found is None else str(found)

    def items(self) -> "list[Answer]":
        """The elements of a list."""
        return [Answer(item) for item in self._value] if isinstance(self._value, list) else []

    def __str__(self) -> str:
        return str(self._value)
