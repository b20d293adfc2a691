"""The proxy of one host's consoles: a part of its compute, so that consoles themselves listen on no address."""

from __future__ import annotations

import contextlib
import dataclasses
import logging
import socket
from collections.abc import Collection
from http import HTTPStatus
from pathlib import Path
from urllib.parse import quote

from nova_lite.console.pages import page
from nova_lite.console.request import END, Asked, answer, foreign, parse, refusal
from nova_lite.console.tokens import Tokens
from nova_lite.core import concurrency
from nova_lite.core.clock import Clock
from nova_lite.core.errors import NovaLiteError
from nova_lite.objects.console import ConsoleAddress
from nova_lite.virt.capabilities import Channel, ConsoleKind, Consoles

EVERYWHERE = ("", "0.0.0.0", "::")
LONGEST_HEAD = 16384  # bytes
PATIENCE = 10.0  # seconds in which a client must have asked

LOG = logging.getLogger(__name__)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ProxySettings:
    """``port`` 0: any that is free. ``base_url`` empty: the address that is listened on. ``web_root``: noVNC's files.

    ``host``: the name under which other machines find this one.
    """

    host: str
    listen: str
    port: int
    base_url: str = ""
    web_root: Path | None = None
    allowed_origins: Collection[str] = ()
    token_ttl: float = 600.0
    max_sessions: int = 64


class ConsoleProxy:
    """A part of a service. Clients beyond ``max_sessions`` are told to come later."""

    def __init__(self, settings: ProxySettings, consoles: Consoles, clock: Clock) -> None:
        self._settings, self._consoles = settings, consoles
        self._tokens = Tokens(clock, settings.token_ttl)
        self._ended = concurrency.event()
        self._socket: socket.socket | None = None
        self._clients: set[socket.socket] = set()

    def access(self, instance_uuid: str, kind: ConsoleKind) -> str:
        """The URL under which one client may enter a console, once. The caller knows that the guest is there."""
        token = self._tokens.issue(instance_uuid, kind)
        base = self._settings.base_url or f"http://{self._settings.listen}:{self.port}"
        if kind == "serial":
            return f"{base.replace('http', 'ws', 1)}/?token={token}"
        return f"{base}/vnc_auto.html?path={quote(f'?token={token}')}"

    def address(self, token: str) -> ConsoleAddress | None:
        """What a token opens, as long as it would; None when it opens nothing here."""
        ticket = self._tokens.find(token)
        if ticket is None:
            return None
        listen = self._settings.listen
        return ConsoleAddress(
            instance_uuid=ticket.instance_uuid, host=self._settings.host if listen in EVERYWHERE else listen,
            port=self.port, path=f"/?token={token}",
        )

    @property
    def port(self) -> int:
        """Where it listens, once it is set up."""
        return self._settings.port if self._socket is None else int(self._socket.getsockname()[1])

    def setup(self) -> None:
        family = socket.AF_INET6 if ":" in self._settings.listen else socket.AF_INET
        address = (self._settings.listen, self._settings.port)
        self._socket = socket.create_server(address, family=family, backlog=64)

    def start(self) -> None:
        concurrency.spawn(self._accept)

    def stop(self, grace: float) -> None:
        """Consoles end with the compute: whoever watches one asks for it anew."""
        self.kill()

    def kill(self) -> None:
        self._ended.set()
        for each in (self._socket, *self._clients):
            if each is not None:
                with contextlib.suppress(OSError):
                    each.shutdown(socket.SHUT_RDWR)
        if self._socket is not None:
            self._socket.close()

    def wait(self) -> None:
        self._ended.wait()

    def _accept(self) -> None:
        assert self._socket is not None
        while not self._ended.is_set():
            try:
                client, _ = self._socket.accept()
            except OSError as error:
                if not self._ended.is_set():
                    LOG.warning("a console's client could not be taken: %s", error)
                    self._ended.wait(0.1)
                continue
            concurrency.spawn(self._serve, client)

    def _serve(self, client: socket.socket) -> None:
        with client:
            try:
                if len(self._clients) >= self._settings.max_sessions:
                    client.sendall(answer(HTTPStatus.SERVICE_UNAVAILABLE))
                    return
                self._clients.add(client)
                self._talk(client)
            except OSError as error:
                LOG.debug("a console's client is gone: %s", error)
            except Exception:
                LOG.exception("a console's client could not be served")
            finally:
                self._clients.discard(client)

    def _talk(self, client: socket.socket) -> None:
        client.settimeout(PATIENCE)
        head = _head(client)
        asked = parse(head)
        if asked is None:
            client.sendall(answer(HTTPStatus.BAD_REQUEST))
        elif not asked.upgrade:
            client.sendall(concurrency.native(page, asked, self._settings.web_root))
        else:
            channel = self._admitted(asked)
            if isinstance(channel, bytes):
                client.sendall(channel)
                return
            from nova_lite.console.bridge import Bridge  # most hosts never have a client: they do without the library

            client.settimeout(None)
            Bridge(client, head, channel).run()

    def _admitted(self, asked: Asked) -> Channel | bytes:
        """The console to which the request's token leads, or the answer that refuses."""
        if foreign(asked, self._settings.allowed_origins):
            LOG.warning("a page of %s wants a console: refused", asked.headers["origin"])
            return refusal(HTTPStatus.FORBIDDEN)
        ticket = self._tokens.redeem(asked.token)
        if ticket is None:
            return refusal(HTTPStatus.FORBIDDEN, "The token is not valid, or not any more")
        try:
            return self._consoles.open_console(ticket.instance_uuid, ticket.kind)
        except NovaLiteError as error:
            LOG.warning("the %s console of %s cannot be had: %s", ticket.kind, ticket.instance_uuid, error)
            return refusal(HTTPStatus.SERVICE_UNAVAILABLE)


def _head(client: socket.socket) -> bytes:
    """The request's head and what has come with it; at most so much, within a while."""
    found = b""
    while END not in found and len(found) < LONGEST_HEAD:
        data = client.recv(4096)
        if not data:
            break
        found += data
    return found
