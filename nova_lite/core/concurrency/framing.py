"""Where a request ends: headers that two servers in a row could read differently are refused (RFC 9112, section 6)."""

from __future__ import annotations

import re
from collections.abc import Iterable

_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+", re.ASCII)
_CHUNK_LINE = re.compile(rb"([0-9A-Fa-f]{1,15}[ \t]*(;[^\r\n]*)?)?\r\n")
_BLANKS = " \t"  # around a value; what else Python takes for blanks, others do not
_LENGTH = re.compile(r"[0-9]+", re.ASCII)


def is_chunk_line(line: bytes) -> bool:
    """Whether a line has the form of one before a chunk (its size in hexadecimal digits) or after it (nothing)."""
    return _CHUNK_LINE.fullmatch(line) is not None


def ambiguity(headers: Iterable[tuple[str, str]]) -> str | None:
    """What makes the end of a request's body a matter of opinion; None when nothing does."""
    lengths: list[str] = []
    codings: list[str] = []
    hosts = 0
    for name, value in headers:
        if not _NAME.fullmatch(name) or "\n" in value or "\r" in value or "\0" in value:
            return "a header is malformed"
        if name.lower() == "content-length":
            lengths.append(value.strip(_BLANKS))
        elif name.lower() == "transfer-encoding":
            codings.append(value.strip(_BLANKS).lower())
        hosts += name.lower() == "host"
    if hosts > 1:
        return "there is more than one Host"
    if len(lengths) > 1 or any(not _LENGTH.fullmatch(length) for length in lengths):
        return "there must be one Content-Length, a number"
    if codings and codings != ["chunked"]:
        return "the only Transfer-Encoding is chunked"
    return "there is a Content-Length and a Transfer-Encoding" if lengths and codings else None
