"""The tables keep the rules that the rest of the room relies on."""

from __future__ import annotations

from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Index, PrimaryKeyConstraint, Row, UniqueConstraint
from sqlalchemy.dialects import sqlite
from sqlalchemy.schema import Table

from nova_lite.db.models import whole_metadata
from nova_lite.db.models.base import Encoded, EnumText
from nova_lite.db.models.instances import InstanceRow
from nova_lite.db.writes.instance_values import changed_values, values
from nova_lite.objects.instance import Instance
from nova_lite.objects.states import VmState
from tests.builders.guests import NOW, an_image, an_instance

DIALECT = sqlite.dialect()
MARIADB_KEY_BYTES = 3072


def _tables() -> list[Table]:
    return whole_metadata().sorted_tables


def test_no_column_hides_behind_a_method_of_a_row() -> None:
    taken = {name for name in dir(Row) if not name.startswith("_")}
    assert [f"{table}.{column.name}" for table in _tables() for column in table.c if column.name in taken] == []


def test_every_table_tells_names_apart_on_mariadb() -> None:
    assert [table.name for table in _tables() if table.dialect_options["mysql"]["collate"] != "utf8mb4_nopad_bin"] == []


def test_keys_and_names_fit_into_every_database() -> None:
    def size(column: Any) -> int:
        return 4 * (getattr(column.type, "length", None) or 8)

    for table in _tables():
        unique = [item for item in table.constraints if isinstance(item, UniqueConstraint)]
        keys: list[PrimaryKeyConstraint | UniqueConstraint | Index] = [table.primary_key, *unique, *table.indexes]
        for key in keys:
            assert sum(size(column) for column in key.columns) <= MARIADB_KEY_BYTES, f"{table.name} {list(key.columns)}"
            assert len(str(key.name)) <= 63, key.name


def test_every_field_of_an_instance_has_its_column() -> None:
    columns = {column.name for column in InstanceRow.__table__.c}
    assert set(values(an_instance())) == columns - {"id", "told_at"}


def test_derived_columns_follow_their_field() -> None:
    instance = an_instance(deleted_at=NOW, image=an_image(), revision=4)
    found = changed_values(instance, ["deleted_at", "image"])
    assert found == {
        "deleted_at": NOW, "deleted": instance.uuid, "image": instance.image, "image_id": an_image().id,
        "updated_at": instance.updated_at, "revision": 4,
    }


@given(st.dictionaries(st.text(), st.text()))
def test_encoded_values_come_back(value: dict[str, str]) -> None:
    column: Encoded[dict[str, str]] = Encoded(dict[str, str])
    assert column.process_result_value(column.process_bind_param(value, DIALECT), DIALECT) == value


def test_absent_values_stay_absent() -> None:
    column: Encoded[Instance] = Encoded(Instance)
    state = EnumText(VmState)
    assert column.process_bind_param(None, DIALECT) is None
    assert column.process_result_value(None, DIALECT) is None
    assert state.process_bind_param(None, DIALECT) is None
    assert state.process_result_value("active", DIALECT) is VmState.ACTIVE


def test_a_whole_instance_survives_encoding() -> None:
    column: Encoded[Instance] = Encoded(Instance)
    instance = an_instance()
    text = column.process_bind_param(instance, DIALECT)
    assert text is not None
    assert msgspec.json.decode(text, type=Instance) == instance
