"""Writing the records of the identity service."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from sqlalchemy import delete, select, update
from sqlalchemy.orm import InstrumentedAttribute

from nova_lite.core.errors import Conflict, NotFound
from nova_lite.db.models.base import Base
from nova_lite.db.models.identity import (
    AccessRuleRow,
    ApplicationCredentialRow,
    AssignmentRow,
    CatalogServiceRow,
    EndpointRow,
    GroupRow,
    ImplicationRow,
    MembershipRow,
    PasswordRow,
    ProjectRow,
    RevocationRow,
    RoleRow,
    UserRow,
)
from nova_lite.db.session import Tx
from nova_lite.objects.identity import ApplicationCredential, Password, Revocation

# What goes when a record goes: rows of which this column holds its id.
_SAID_OF: dict[type[Base], tuple[InstrumentedAttribute[str], ...]] = {
    ProjectRow: (AssignmentRow.target_id, ApplicationCredentialRow.project_id),
    UserRow: (
        PasswordRow.user_id, MembershipRow.user_id, AssignmentRow.actor_id, ApplicationCredentialRow.user_id,
        AccessRuleRow.user_id,
    ),
    GroupRow: (MembershipRow.group_id, AssignmentRow.actor_id),
    RoleRow: (AssignmentRow.role_id, ImplicationRow.prior_id, ImplicationRow.implied_id),
    CatalogServiceRow: (EndpointRow.service_id,),
}


def add(tx: Tx, model: type[Base], record: msgspec.Struct) -> None:
    """:raises Duplicate: the id, or a name that must be unique, is taken.
    :raises NotFound: an access rule of the credential is no more.
    """
    if isinstance(record, ApplicationCredential):
        for rule_id in sorted(record.access_rule_ids or ()):
            if _locked_rule(tx, rule_id) is None:
                raise NotFound(f"There is no access rule {rule_id}.", id=rule_id)
    tx.insert(model, msgspec.structs.asdict(record))


def link(tx: Tx, model: type[Base], value: msgspec.Struct) -> None:
    """Insert a value that is all key; nothing happens when it is there."""
    fields = value.__struct_fields__
    tx.upsert(model, msgspec.structs.asdict(value), keys=fields, update=fields[:1])


def unlink(tx: Tx, model: type[Base], value: msgspec.Struct) -> bool:
    """Remove a value that is all key; False when it was not there."""
    statement = delete(model)
    for name, wanted in msgspec.structs.asdict(value).items():
        statement = statement.where(getattr(model, name) == wanted)
    return tx.change(statement) > 0


def replace(tx: Tx, model: type[Base], record: msgspec.Struct, id: str) -> bool:
    """Overwrite the record of that id; False when there is none.

    :raises Duplicate: a name that must be unique is taken.
    """
    values = msgspec.structs.asdict(record)
    return tx.change(update(model).where(_id(model) == id).values(values)) > 0


def remove(tx: Tx, model: type[Base], id: str) -> bool:
    """Remove a record and what is said about it; False when there is none.

    :raises Conflict: it is an access rule that a credential has.
    """
    if model is AccessRuleRow:
        _refuse_used(tx, id)
    for column in _SAID_OF.get(model, ()):
        tx.change(delete(column.class_).where(column == id))
    return tx.change(delete(model).where(_id(model) == id)) > 0


def _locked_rule(tx: Tx, id: str) -> AccessRuleRow | None:
    """Both who gives a rule to a credential and who deletes it have it first, so that neither overlooks the other."""
    return tx.row(select(AccessRuleRow).where(AccessRuleRow.id == id).with_for_update())


def _refuse_used(tx: Tx, id: str) -> None:
    rule = _locked_rule(tx, id)
    if rule is None:
        return
    of_user = select(ApplicationCredentialRow.access_rule_ids).where(ApplicationCredentialRow.user_id == rule.user_id)
    if any(id in (rule_ids or ()) for rule_ids in tx.scalars(of_user)):
        raise Conflict(f"The access rule {id} is in use.", id=id)


def put_password(tx: Tx, password: Password) -> None:
    """Set or overwrite."""
    values = msgspec.structs.asdict(password)
    tx.upsert(PasswordRow, values, keys=["user_id"], update=[name for name in values if name != "user_id"])


def put_password_anew(tx: Tx, password: Password, was: str) -> None:
    """Overwrite it if its hash still is ``was``."""
    same = update(PasswordRow).where(PasswordRow.user_id == password.user_id, PasswordRow.hash == was)
    tx.change(same.values(msgspec.structs.asdict(password)))


def count_failure(tx: Tx, user_id: str, at: float) -> None:
    """One more wrong guess."""
    failed = {PasswordRow.failures: PasswordRow.failures + 1, PasswordRow.last_failed_at: at}
    tx.change(update(PasswordRow).where(PasswordRow.user_id == user_id).values(failed))


def clear_failures(tx: Tx, user_id: str) -> None:
    """A right guess."""
    tx.change(update(PasswordRow).where(PasswordRow.user_id == user_id).values(failures=0))


def add_revocations(tx: Tx, revocations: Sequence[Revocation]) -> None:
    """Add them, and forget those that expired before the first one's time."""
    if revocations:
        tx.change(delete(RevocationRow).where(RevocationRow.expires_at < revocations[0].at))
        tx.insert(RevocationRow, *(msgspec.structs.asdict(item) for item in revocations))


def _id(model: type[Base]) -> InstrumentedAttribute[str]:
    column: InstrumentedAttribute[str] = model.__mapper__.attrs["id"].class_attribute
    return column
