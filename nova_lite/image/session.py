"""Talking to an image service over HTTP as somebody: the token, kept while it is good, and authorized requests."""

from __future__ import annotations

import json
from datetime import datetime
from typing import BinaryIO

from nova_lite.core import concurrency
from nova_lite.core.clock import Clock
from nova_lite.core.context import RequestContext
from nova_lite.core.errors import Unavailable
from nova_lite.image.http import Answer, exchange
from nova_lite.objects.base import Value

RENEW_BEFORE = 60.0  # seconds before its expiry in which a token is not used any more
JSON, OCTETS = "application/json", "application/octet-stream"


class Credentials(Value, frozen=True, kw_only=True):
    """A user of the identity service and the project it works in. ``auth_url`` with or without ``/v3``."""

    auth_url: str
    username: str
    password: str
    project_name: str
    user_domain: str = "Default"
    project_domain: str = "Default"


class TokenSource:
    """A token for credentials, kept until shortly before it expires."""

    def __init__(self, credentials: Credentials, clock: Clock, timeout: float) -> None:
        self._credentials = credentials
        self._clock = clock
        self._timeout = timeout
        self._lock = concurrency.lock()
        self._token = self._project_id = ""
        self._expires_at = 0.0

    def token(self, refused: str = "") -> str:
        """A token to send; another one than ``refused``, which was answered with 401.

        :raises Unauthenticated: the credentials are wrong. :raises Unavailable: identity does not answer.
        """
        with self._lock:
            if self._token in ("", refused) or self._clock.now() >= self._expires_at - RENEW_BEFORE:
                self._renew()
            return self._token

    def project_id(self) -> str:
        """The project that the tokens are for; errors as :meth:`token`."""
        self.token()
        return self._project_id

    def _renew(self) -> None:
        url = f"{versioned(self._credentials.auth_url, 'v3')}/auth/tokens"
        body = json.dumps(_password_login(self._credentials)).encode()
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        answer = exchange("POST", url, headers, self._timeout, body)
        answer.require(201)
        token = answer.header("X-Subject-Token")
        statement = answer.document().get("token")
        if not token or not isinstance(statement, dict):
            raise Unavailable(f"{url} gave no token")
        self._expires_at = _expiry(statement)
        self._project_id = str((statement.get("project") or {}).get("id") or "")
        self._token = token


class Session:
    """Requests to one image service, each with a token. ``image_url`` with or without ``/v2``.

    ``timeout``: seconds for which the service may be silent.
    """

    def __init__(self, image_url: str, credentials: Credentials, clock: Clock, timeout: float) -> None:
        self._url = versioned(image_url, "v2")
        self._tokens = TokenSource(credentials, clock, timeout)
        self._timeout = timeout

    def get(self, context: RequestContext, path: str) -> Answer:
        """An answer of any status. Raises as ``_ask``."""
        return self._ask(context, "GET", path, {})

    def delete(self, context: RequestContext, path: str) -> Answer:
        """An answer of any status. Raises as ``_ask``."""
        return self._ask(context, "DELETE", path, {})

    def post(self, context: RequestContext, path: str, document: object) -> Answer:
        """Send a document; an answer of any status. Raises as ``_ask``."""
        return self._ask(context, "POST", path, {"Content-Type": JSON}, json.dumps(document).encode())

    def put_file(self, context: RequestContext, path: str, file: BinaryIO, size: int) -> Answer:
        """Send ``size`` bytes of a file that can be read again from its beginning. Raises as ``_ask``."""
        return self._ask(context, "PUT", path, {"Content-Type": OCTETS, "Content-Length": str(size)}, file)

    def _ask(
        self, context: RequestContext, method: str, path: str, headers: dict[str, str],
        body: bytes | BinaryIO | None = None,
    ) -> Answer:
        """An answer that is not 401 for an old token. :raises Unavailable, Unauthenticated: there is none."""
        token = self._tokens.token()
        answer = self._send(context, method, path, {**headers, "X-Auth-Token": token}, body)
        if answer.status != 401:
            return answer
        answer.close()
        if body is not None and not isinstance(body, bytes):
            body.seek(0)
        token = self._tokens.token(refused=token)
        return self._send(context, method, path, {**headers, "X-Auth-Token": token}, body)

    def _send(
        self, context: RequestContext, method: str, path: str, headers: dict[str, str], body: bytes | BinaryIO | None
    ) -> Answer:
        common = {
            "X-OpenStack-Request-ID": context.request_id, "Accept": "*/*", "Accept-Encoding": "identity",
            "User-Agent": "nova-lite",
        }
        return exchange(method, self._url + path, {**common, **headers}, self._timeout, body)


def versioned(url: str, version: str) -> str:
    """A service's URL with its version, whether it was given with or without."""
    base = url.rstrip("/")
    return base if base.endswith(f"/{version}") else f"{base}/{version}"


def versionless(url: str) -> str:
    """An image service's URL without its version."""
    return url.rstrip("/").removesuffix("/v2")


def _password_login(credentials: Credentials) -> dict[str, object]:
    user = {
        "name": credentials.username, "password": credentials.password, "domain": {"name": credentials.user_domain},
    }
    project = {"name": credentials.project_name, "domain": {"name": credentials.project_domain}}
    identity = {"methods": ["password"], "password": {"user": user}}
    return {"auth": {"identity": identity, "scope": {"project": project}}}


def _expiry(statement: dict[str, object]) -> float:
    text = statement.get("expires_at")
    try:
        return datetime.fromisoformat(str(text)).timestamp()
    except ValueError:
        raise Unavailable(f"identity gave a token that expires at {text!r}") from None
