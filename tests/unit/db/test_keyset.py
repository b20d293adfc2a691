"""Pages by keyset, against the plain meaning of "what comes after"."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Column, Integer, MetaData, Table, create_engine, insert, select

from nova_lite.db.keyset import Direction, Key, after, ordering

TABLE = Table("t", MetaData(), Column("a", Integer), Column("b", Integer), Column("id", Integer))
ENGINE = create_engine("sqlite://")
TABLE.create(ENGINE)
numbers = st.integers(0, 2)
directions = st.sampled_from(["asc", "desc"])


@given(
    rows=st.lists(st.tuples(numbers, numbers), min_size=1, max_size=8),
    wanted=st.tuples(directions, directions, directions),
    marker=st.integers(0, 7),
)
def test_after_a_row_is_the_rest_of_the_order(
    rows: list[tuple[int, int]], wanted: tuple[Direction, Direction, Direction], marker: int
) -> None:
    keys = [Key(column, direction) for column, direction in zip(TABLE.c, wanted, strict=True)]
    with ENGINE.connect() as connection:
        connection.execute(insert(TABLE), [{"a": a, "b": b, "id": number} for number, (a, b) in enumerate(rows)])
        everything = select(TABLE).order_by(*ordering(keys))
        whole = [tuple(row) for row in connection.execute(everything)]
        place = marker % len(whole)
        rest = [tuple(row) for row in connection.execute(everything.where(after(keys, whole[place])))]
        connection.rollback()
    signs = [1 if direction == "asc" else -1 for direction in wanted]
    assert whole == sorted(whole, key=lambda row: [sign * value for sign, value in zip(signs, row, strict=True)])
    assert rest == whole[place + 1 :]
