"""Access rules: the requests that an application credential is good for, where it is not good for all.

A rule belongs to a user, is made with the first credential that names it, and stays when that one goes. It never
changes.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Sequence

import msgspec

from nova_lite.core.errors import Conflict
from nova_lite.core.ids import new_hex
from nova_lite.identity.errors import BadReference, InUse, NameTaken, not_found
from nova_lite.identity.registry import Registry
from nova_lite.objects.base import Value
from nova_lite.objects.identity import AccessRule


class Asked(Value, frozen=True, kw_only=True):
    """A request as rules see it: the type of the service, and the URL's whole path, escaped as it was sent."""

    service: str
    method: str
    path: str


def allowed(rules: Iterable[AccessRule], asked: Asked) -> bool:
    """Whether one of the rules is for this request. GET is not for HEAD."""
    return any(
        (rule.service, rule.method) == (asked.service, asked.method) and _pattern(rule.path).matches(asked.path)
        for rule in rules
    )


class AccessRules(Registry[AccessRule]):
    """Access rules by id."""

    def settle(self, user_id: str, wanted: Sequence[AccessRule]) -> tuple[str, ...]:
        """The ids of the user's rules that these are, each found by id or by what it says; new ones are stored.

        :raises RecordNotFound: an id is of another user's rule.
        :raises BadReference: it is of nobody's, and nothing else is said.
        """
        return tuple(dict.fromkeys(self._settled(msgspec.structs.replace(rule, user_id=user_id)) for rule in wanted))

    def delete(self, id: str) -> None:
        """:raises RecordNotFound: no rule has that id.
        :raises InUse: a credential has it.
        """
        try:
            super().delete(id)
        except Conflict as error:
            raise InUse(f"The access rule {id} is in use.", id=id) from error

    def _settled(self, rule: AccessRule) -> str:
        known = self.list(id=rule.id) if rule.id else ()
        if known and known[0].user_id == rule.user_id:
            return known[0].id
        if known:
            raise not_found(self.noun, rule.id)
        if not (rule.service and rule.method and rule.path):
            raise BadReference(f"access_rules names no rule of yours: {rule.id}.", field="access_rules")
        alike = {"user_id": rule.user_id, "service": rule.service, "method": rule.method, "path": rule.path}
        found = self.list(**alike)
        if found:
            return found[0].id
        try:
            return self.create(msgspec.structs.replace(rule, id=rule.id or new_hex())).id
        except NameTaken:  # by somebody who came between
            return self._settled(rule)


# {name} and * stand for what is between two slashes, ** for anything at all.
_PIECE = re.compile(r"\{[^}]*\}|(?:\*\*)+|\*|.", re.DOTALL)


class _Pattern:
    """A path with placeholders. A request takes time in proportion to its length, whatever the pattern.

    A regular expression would not: its author is any user. Positions of the pattern are bits of a number, those that
    the path so far may have led to are set.
    """

    def __init__(self, text: str) -> None:
        self._letters: dict[str, int] = {}  # where a character leads on
        self._one = 0  # where anything but a slash leads on
        self._more = 0  # where anything but a slash may stay, and one may go on without any
        self._any = 0  # the same for anything at all
        bit = 1
        for piece in _PIECE.findall(text):
            if piece.startswith("**"):
                self._any |= bit
            elif len(piece) > 1 or piece == "*":
                self._one |= bit
                bit <<= 1
                self._more |= bit
            else:
                self._letters[piece] = self._letters.get(piece, 0) | bit
            bit <<= 1
        self._end = bit

    def matches(self, path: str) -> bool:
        reached = self._without(1)
        for letter in path:
            inside = 0 if letter == "/" else -1
            on = reached & (self._letters.get(letter, 0) | self._one & inside)
            stay = reached & (self._any | self._more & inside)
            reached = self._without(on << 1 | stay)
        return bool(reached & self._end)

    def _without(self, reached: int) -> int:
        """And what is reached from there by nothing at all."""
        grown = reached | (reached & (self._more | self._any)) << 1
        return grown if grown == reached else self._without(grown)


@functools.lru_cache(maxsize=1024)
def _pattern(text: str) -> _Pattern:
    return _Pattern(text)
