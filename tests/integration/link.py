"""A TCP link in a process of its own, between a cloud and what it talks to: it can be cut, or fall silent."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
import subprocess
import sys
from pathlib import Path
from types import TracebackType

ROOT = Path(__file__).resolve().parents[2]
RESET = struct.pack("ii", 1, 0)  # SO_LINGER: closing sends RST


class Link:
    """Passes what comes to its own ``port`` of loopback on to another one."""

    def __init__(self, to: int) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.integration.link", str(to)], cwd=ROOT, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, text=True, start_new_session=True,
        )
        self.port = int(self._asked())

    def cut(self) -> None:
        """Every connection that there is ends with RST; new ones are made."""
        self._tell("cut")

    def silence(self) -> None:
        """Every connection that there is stays open and carries nothing any more, as if a firewall had forgotten it;

        new ones are made.
        """
        self._tell("silence")

    def _tell(self, word: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(f"{word}\n")
        self._process.stdin.flush()
        assert self._asked() == word

    def _asked(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()

    def __enter__(self) -> Link:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._process.kill()
        self._process.communicate()


class _End(asyncio.Protocol):
    """One end of a connection. ``silent``: what it hears is swallowed."""

    def __init__(self, ends: set[_End], other: _End | None = None) -> None:
        self._ends, self.other = ends, other
        self.transport: asyncio.Transport | None = None
        self.silent = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self._ends.add(self)

    def data_received(self, data: bytes) -> None:
        if not self.silent and self.other is not None and self.other.transport is not None:
            self.other.transport.write(data)

    def connection_lost(self, error: Exception | None) -> None:
        self._ends.discard(self)
        if not self.silent and self.other is not None and self.other.transport is not None:
            self.other.transport.close()

    def cut(self) -> None:
        """End with RST."""
        if self.transport is not None:
            with contextlib.suppress(OSError):
                found: socket.socket = self.transport.get_extra_info("socket")
                found.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
            self.transport.abort()


class _Front(_End):
    """The end that a client has connected to: makes the other one."""

    def __init__(self, ends: set[_End], to: int) -> None:
        super().__init__(ends)
        self._to = to
        self._task: asyncio.Task[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        assert self.transport is not None
        self.transport.pause_reading()
        self._task = asyncio.ensure_future(self._connect(self.transport))

    async def _connect(self, transport: asyncio.Transport) -> None:
        loop = asyncio.get_running_loop()
        try:
            _, self.other = await loop.create_connection(lambda: _End(self._ends, self), "127.0.0.1", self._to)
        except OSError:
            self.cut()
            return
        if transport.is_closing():
            self.other.cut()  # nobody is at this end any more
        else:
            transport.resume_reading()


async def _serve(to: int) -> None:
    loop = asyncio.get_running_loop()
    ends: set[_End] = set()
    server = await loop.create_server(lambda: _Front(ends, to), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    words = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(words), sys.stdin)
    while line := await words.readline():
        word, struck = line.decode().strip(), set(ends)
        for end in struck:
            if word == "cut":
                end.cut()
            else:
                end.silent = True
        while word == "cut" and struck & ends:  # whoever is told that it is cut asks through what is whole
            await asyncio.sleep(0)
        print(word, flush=True)


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1])))
