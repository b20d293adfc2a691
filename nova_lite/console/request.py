"""What a client of the proxy asks, before it is let in. Pure."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Mapping
from http import HTTPStatus
from urllib.parse import parse_qs, urlsplit

END = b"\r\n\r\n"


@dataclasses.dataclass(frozen=True, slots=True)
class Asked:
    """A request's head. Names of headers are in lower case; of repeated ones the last counts."""

    method: str
    target: str
    headers: Mapping[str, str]

    @property
    def upgrade(self) -> bool:
        """Whether it asks for a websocket."""
        return self.headers.get("upgrade", "").lower() == "websocket"

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    @property
    def token(self) -> str:
        """The token in the query; noVNC before 1.2 brings it in a cookie. Empty: none."""
        found = parse_qs(urlsplit(self.target).query).get("token", [])
        if found:
            return found[-1]
        cookies = (part.strip().partition("=") for part in self.headers.get("cookie", "").split(";"))
        return next((value for name, _, value in cookies if name == "token"), "")


def parse(head: bytes) -> Asked | None:
    """A request's head with its empty line; None when it is none that we understand."""
    try:
        first, *lines = head[: head.index(END)].decode("latin-1").split("\r\n")
        method, target, version = first.split(" ")
        pairs = [line.partition(":") for line in lines]
        urlsplit(target)
    except ValueError:
        return None
    if version != "HTTP/1.1" or not target.startswith("/") or any(not name or not colon for name, colon, _ in pairs):
        return None
    return Asked(method, target, {name.strip().lower(): value.strip() for name, _, value in pairs})


def foreign(asked: Asked, allowed: Collection[str]) -> bool:
    """Whether a page of another site sends this. Programs that are no browsers say nothing of where they are from."""
    origin = asked.headers.get("origin")
    if origin is None:
        return False
    parts = urlsplit(origin)
    return parts.netloc.lower() != asked.headers.get("host", "").lower() and (parts.hostname or "") not in allowed


def answer(status: HTTPStatus, body: bytes = b"", content_type: str = "text/plain; charset=utf-8") -> bytes:
    """A whole HTTP answer, after which the connection ends."""
    text = body or f"{status.phrase}\n".encode()
    head = (
        f"HTTP/1.1 {status.value} {status.phrase}\r\nContent-Type: {content_type}\r\nContent-Length: {len(text)}\r\n"
        "X-Content-Type-Options: nosniff\r\nConnection: close\r\n\r\n"
    )
    return head.encode() + text


def refusal(status: HTTPStatus, reason: str = "") -> bytes:
    """The answer to who asks for a websocket and gets none: without a body, which it would take for frames."""
    first = f"HTTP/1.1 {status.value} {reason or status.phrase}"
    return f"{first}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode()
