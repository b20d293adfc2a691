"""Compute's way to images: an image service over HTTP, ours or a real Glance, with credentials of compute's own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from urllib.parse import quote

from nova_lite.core import concurrency
from nova_lite.core.clock import Clock
from nova_lite.core.context import RequestContext
from nova_lite.core.errors import Unavailable
from nova_lite.image.http import Answer, exchange
from nova_lite.objects.base import Value
from nova_lite.objects.image import ImageMeta

RENEW_BEFORE = 60.0  # seconds before its expiry in which a token is not used any more
ATTEMPTS = 3
PAUSE = 0.5

_NOT_PROPERTIES = frozenset({
    "id", "name", "status", "visibility", "protected", "checksum", "owner", "size", "virtual_size", "container_format",
    "disk_format", "min_disk", "min_ram", "created_at", "updated_at", "tags", "self", "file", "schema", "os_hidden",
    "os_hash_algo", "os_hash_value", "direct_url", "locations", "stores",
})


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
        self._token = ""
        self._expires_at = 0.0

    def token(self, refused: str = "") -> str:
        """A token to send; another one than ``refused``, which was answered with 401.

        :raises Unauthenticated: the credentials are wrong. :raises Unavailable: identity does not answer.
        """
        with self._lock:
            if self._token in ("", refused) or self._clock.now() >= self._expires_at - RENEW_BEFORE:
                self._renew()
            return self._token

    def _renew(self) -> None:
        url = f"{versioned(self._credentials.auth_url, 'v3')}/auth/tokens"
        body = json.dumps(_password_login(self._credentials)).encode()
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        answer = exchange("POST", url, headers, self._timeout, body)
        answer.require(201)
        token = answer.header("X-Subject-Token")
        expires_at = _expiry(answer.document())
        if not token:
            raise Unavailable(f"{url} gave no token")
        self._token, self._expires_at = token, expires_at


class ImageClient:
    """Shows and downloads images. ``image_url`` with or without ``/v2``; ``timeout`` in seconds of silence.

    ``pause``: seconds after the first failed attempt, doubled after each.
    """

    def __init__(
        self, image_url: str, credentials: Credentials, clock: Clock, timeout: float = 60.0, pause: float = PAUSE
    ) -> None:
        self._url = versioned(image_url, "v2")
        self._tokens = TokenSource(credentials, clock, timeout)
        self._timeout = timeout
        self._pause = pause

    def show(self, context: RequestContext, image_id: str) -> ImageMeta:
        """What the service says of an image.

        :raises NotFound, Forbidden, Unauthenticated: as it answered. :raises Unavailable: it did not.
        """
        answer = self._get(context, f"/images/{quote(image_id, safe='')}")
        answer.require(200)
        return _meta(answer.document())

    def download(self, context: RequestContext, image_id: str) -> Iterator[bytes]:
        """The data in blocks of at most 1 MiB, one attempt: whoever has taken some must begin again after an error.

        :raises NotFound: no such image, or it has no data. :raises Forbidden, Unauthenticated: as it answered.
        :raises Unavailable: it did not answer, or broke off.
        """
        answer = self._get(context, f"/images/{quote(image_id, safe='')}/file")
        if answer.status == 204:
            answer.close()
            return iter(())
        answer.require(200)
        return answer.blocks()

    def _get(self, context: RequestContext, path: str) -> Answer:
        """An answer that is not 401 for an old token, nor an error of the connection that passes."""
        pause = self._pause
        for _ in range(ATTEMPTS - 1):
            try:
                return self._authorized(context, path)
            except Unavailable:
                concurrency.sleep(pause)
                pause *= 2
        return self._authorized(context, path)

    def _authorized(self, context: RequestContext, path: str) -> Answer:
        token = self._tokens.token()
        answer = self._send(context, path, token)
        if answer.status == 401:
            answer.close()
            answer = self._send(context, path, self._tokens.token(refused=token))
        if answer.status in (500, 502, 503, 504):
            answer.require(200)
        return answer

    def _send(self, context: RequestContext, path: str, token: str) -> Answer:
        headers = {
            "X-Auth-Token": token, "X-OpenStack-Request-ID": context.request_id, "Accept": "*/*",
            "Accept-Encoding": "identity", "User-Agent": "nova-lite-compute",
        }
        return exchange("GET", self._url + path, headers, self._timeout)


def versioned(url: str, version: str) -> str:
    """A service's URL with its version, whether it was given with or without."""
    base = url.rstrip("/")
    return base if base.endswith(f"/{version}") else f"{base}/{version}"


def _password_login(credentials: Credentials) -> dict[str, object]:
    user = {
        "name": credentials.username, "password": credentials.password, "domain": {"name": credentials.user_domain},
    }
    project = {"name": credentials.project_name, "domain": {"name": credentials.project_domain}}
    identity = {"methods": ["password"], "password": {"user": user}}
    return {"auth": {"identity": identity, "scope": {"project": project}}}


def _expiry(document: dict[str, object]) -> float:
    token = document.get("token")
    text = token.get("expires_at") if isinstance(token, dict) else None
    try:
        return datetime.fromisoformat(str(text)).timestamp()
    except ValueError:
        raise Unavailable(f"identity gave a token that expires at {text!r}") from None


def _meta(document: dict[str, object]) -> ImageMeta:
    def text(key: str) -> str:
        return str(document.get(key) or "")

    def whole(key: str) -> int:
        value = document.get(key)
        return value if isinstance(value, int) else 0

    # An image from before Glance knew better hashes has only an MD5.
    hashed = ("os_hash_algo", "os_hash_value") if document.get("os_hash_value") else ("", "checksum")
    return ImageMeta(
        id=text("id"), name=text("name"), status=text("status"), disk_format=text("disk_format"),
        container_format=text("container_format"), size=whole("size"), virtual_size=whole("virtual_size") or None,
        hash_algo=text(hashed[0]) or "md5", hash_value=text(hashed[1]), min_disk=whole("min_disk"),
        min_ram=whole("min_ram"),
        properties={
            key: value for key, value in document.items() if key not in _NOT_PROPERTIES and isinstance(value, str)
        },
    )
