"""Images fetched from the web for users, who must not reach by us what they could not reach themselves.

A name is resolved once, every address it has must be admitted, and the connection goes to an address that was: a name
server that answers differently the second time gains nothing. Redirections are followed by the same rules.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
from collections.abc import Sequence
from urllib.parse import SplitResult, urljoin, urlsplit

from nova_lite.core.errors import Invalid, Unavailable

PORTS = {"http": 80, "https": 443}
TIMEOUT = 30.0  # seconds for which a server may be silent
REDIRECTIONS = 5

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class WebDownloads:
    """Opens URLs whose hosts are in the public internet, or in one of ``networks`` (CIDR), where any port will do."""

    def __init__(self, networks: Sequence[str] = (), timeout: float = TIMEOUT) -> None:
        self._networks: list[Network] = [ipaddress.ip_network(text) for text in networks]
        self._timeout = timeout

    def check(self, uri: str) -> None:
        """:raises Invalid: it is no URL of HTTP, or its host has an address that is not admitted, or none at all."""
        self._address(_parts(uri))

    def open(self, uri: str) -> Download:
        """Begin to read. :raises Invalid: see :meth:`check`. :raises Unavailable: the server does not give the file."""
        for _ in range(REDIRECTIONS + 1):
            parts = _parts(uri)
            answer = self._ask(parts)
            location = answer.response.headers.get("Location")
            if answer.response.status not in (301, 302, 303, 307, 308) or not location:
                return answer.require_data(uri)
            answer.close()
            uri = urljoin(uri, location)
        raise Unavailable(f"{uri} is the end of too many redirections")

    def _ask(self, parts: SplitResult) -> Download:
        connection = _Pinned(parts, self._address(parts), self._timeout)
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        headers = {"Host": parts.netloc.rpartition("@")[2], "User-Agent": "nova-lite"}
        try:
            connection.request("GET", path, headers=headers)
            return Download(connection, connection.getresponse())
        except (OSError, http.client.HTTPException) as error:
            connection.close()
            raise Unavailable(f"{parts.geturl()} cannot be read: {error}") from error

    def _address(self, parts: SplitResult) -> tuple[str, int]:
        """An admitted address of the host, and the port."""
        host, port = str(parts.hostname), parts.port or PORTS[parts.scheme]
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise _refused(parts, f"{host} is not known") from error
        addresses = [ipaddress.ip_address(str(entry[4][0]).partition("%")[0]) for entry in found]
        for address in addresses:
            if not self._admitted(address, port):
                raise _refused(parts, f"port {port} of {host} is not in the public internet")
        return str(addresses[0]), port

    def _admitted(self, address: Address, port: int) -> bool:
        if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
            address = address.ipv4_mapped
        if any(address in network for network in self._networks):
            return True
        return address.is_global and not address.is_multicast and not _inward(address) and port in PORTS.values()


class Download:
    """An answer whose body is read in blocks; a :class:`~nova_lite.image.data.Stream`."""

    def __init__(self, connection: http.client.HTTPConnection, response: http.client.HTTPResponse) -> None:
        self._connection = connection
        self.response = response

    @property
    def length(self) -> int | None:
        """Bytes that the server announced; None if it did not."""
        return self.response.length

    def require_data(self, uri: str) -> Download:
        """:raises Unavailable: the answer holds no file."""
        if self.response.status != 200:
            self.close()
            raise Unavailable(f"{uri} answered {self.response.status} {self.response.reason}")
        return self

    def read(self, size: int, /) -> bytes:
        """The next bytes, none at the end. :raises OSError: the server broke off."""
        try:
            return self.response.read(size)
        except http.client.HTTPException as error:
            raise OSError(f"the server broke off: {error!r}") from error

    def close(self) -> None:
        self.response.close()
        self._connection.close()


class _Pinned(http.client.HTTPConnection):
    """Connects to an address, whatever the name says by now; over TLS the certificate is still the name's."""

    def __init__(self, parts: SplitResult, address: tuple[str, int], timeout: float) -> None:
        super().__init__(str(parts.hostname), address[1], timeout=timeout)
        self._address = address
        self._secure = parts.scheme == "https"

    def connect(self) -> None:
        self.sock = socket.create_connection(self._address, self.timeout)
        if self._secure:
            self.sock = ssl.create_default_context().wrap_socket(self.sock, server_hostname=self.host)


def _parts(uri: str) -> SplitResult:
    try:
        parts = urlsplit(uri)
        _ = parts.port  # is computed, and may be no number
    except ValueError as error:
        raise Invalid(f"URI {uri!r} does not pass filtering: {error}", field="uri") from error
    if parts.scheme not in PORTS or not parts.hostname:
        raise _refused(parts, "it is no URL of http or https")
    if any(character <= " " or character == "\\" for character in uri):
        raise _refused(parts, "it holds blanks, control characters or backslashes")
    return parts


def _inward(address: Address) -> bool:
    """Whether an IPv6 address is of a site, or stands for one of IPv4 behind a translator, which nobody looked at."""
    if isinstance(address, ipaddress.IPv4Address):
        return False
    translated = any(address in ipaddress.ip_network(block) for block in ("64:ff9b::/96", "::/96"))
    return translated or address.is_site_local or address.sixtofour is not None or address.teredo is not None


def _refused(parts: SplitResult, why: str) -> Invalid:
    return Invalid(f"URI {parts.geturl()!r} does not pass filtering: {why}", field="uri")
