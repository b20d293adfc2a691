"""Bytes and typed values: msgpack through msgspec, strict in both directions."""

from __future__ import annotations

from typing import Any, Generic, TypeVar

import msgspec

T = TypeVar("T")

_ENCODER = msgspec.msgpack.Encoder()


class WrongType(ValueError):
    """A value does not fit its schema; the text names the field."""


class Schema(Generic[T]):
    """Encodes and decodes one declared type.

    msgspec checks types when it decodes, not when it encodes; so the sender decodes what it has encoded. That costs
    microseconds and finds the mistake where it was made.
    """

    __slots__ = ("_decoder", "kind")

    def __init__(self, kind: Any) -> None:
        self.kind = kind
        self._decoder: msgspec.msgpack.Decoder[T] = msgspec.msgpack.Decoder(kind)

    def encode(self, value: T) -> bytes:
        """:raises WrongType: the value is not of the declared type, by name of the field."""
        try:
            raw = _ENCODER.encode(value)
        except (TypeError, ValueError, OverflowError) as error:
            raise WrongType(str(error)) from error
        self.decode(raw)
        return raw

    def encode_unchecked(self, value: T) -> bytes:
        """For values that this library has built itself."""
        return _ENCODER.encode(value)

    def decode(self, raw: bytes | msgspec.Raw) -> T:
        """:raises WrongType: the bytes are not msgpack, or not of the declared type, by name of the field."""
        try:
            return self._decoder.decode(raw)
        except (msgspec.DecodeError, ValueError, RecursionError) as error:
            raise WrongType(str(error)) from error
