"""Writing key pairs."""

from __future__ import annotations

from msgspec import structs
from sqlalchemy import delete

from nova_lite.core.errors import Conflict, QuotaExceeded
from nova_lite.db.models.key_pairs import KeyPairRow
from nova_lite.db.reads.key_pairs import not_found, total
from nova_lite.db.session import Tx
from nova_lite.db.writes.limits import take_turn
from nova_lite.objects.key_pair import KeyPair


def create(tx: Tx, key_pair: KeyPair, limit: int) -> KeyPair:
    """Add a key pair to a user's, of whom none may have more than ``limit`` (-1: any number). With its number.

    :raises QuotaExceeded: the user has that many already.
    :raises Conflict: the user has one of that name. Both in Nova's words.
    """
    take_turn(tx, f"user:{key_pair.user_id}", key_pair.created_at)
    if 0 <= limit <= total(tx, key_pair.user_id):
        raise QuotaExceeded("Quota exceeded, too many key pairs.", resources="key_pairs", limit=limit)
    values = structs.asdict(key_pair)
    del values["id"]
    clash = Conflict(f"Key pair '{key_pair.name}' already exists.")
    return structs.replace(key_pair, id=tx.insert_row(KeyPairRow, values, duplicate=clash))


def remove(tx: Tx, user_id: str, name: str) -> None:
    """Remove a user's key pair. Raises NotFound."""
    if not tx.change(delete(KeyPairRow).where(KeyPairRow.user_id == user_id, KeyPairRow.name == name)):
        raise not_found(user_id, name)
