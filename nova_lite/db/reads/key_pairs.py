"""Reading key pairs."""

from __future__ import annotations

from typing import Literal, cast

from sqlalchemy import func, select

from nova_lite.core.errors import Invalid, NotFound
from nova_lite.db.models.key_pairs import KeyPairRow
from nova_lite.db.session import Tx
from nova_lite.objects.key_pair import KeyPair


def get(tx: Tx, user_id: str, name: str) -> KeyPair:
    """One key pair of a user. Raises NotFound, in Nova's words."""
    row = tx.row(select(KeyPairRow).where(KeyPairRow.user_id == user_id, KeyPairRow.name == name))
    if row is None:
        raise not_found(user_id, name)
    return _from_row(row)


def page(tx: Tx, user_id: str, *, marker: str | None = None, limit: int | None = None) -> list[KeyPair]:
    """A user's key pairs by name: those after the one named ``marker``.

    :raises Invalid: the user has no such key pair.
    """
    statement = select(KeyPairRow).where(KeyPairRow.user_id == user_id).order_by(KeyPairRow.name)
    if marker is not None:
        try:
            get(tx, user_id, marker)
        except NotFound as error:
            raise Invalid(f"marker [{marker}] not found", field="marker") from error
        statement = statement.where(KeyPairRow.name > marker)
    if limit is not None:
        statement = statement.limit(limit)
    return [_from_row(row) for row in tx.rows(statement)]


def total(tx: Tx, user_id: str) -> int:
    """How many key pairs a user has."""
    return int(tx.scalar(select(func.count()).where(KeyPairRow.user_id == user_id)) or 0)


def not_found(user_id: str, name: str) -> NotFound:
    """The error of a key pair that is not there, in Nova's words."""
    return NotFound(f"Keypair {name} not found for user {user_id}", key_pair=name)


def _from_row(row: KeyPairRow) -> KeyPair:
    return KeyPair(
        id=row.id, user_id=row.user_id, name=row.name, type=cast('Literal["ssh", "x509"]', row.type),
        public_key=row.public_key, fingerprint=row.fingerprint, created_at=row.created_at,
    )
