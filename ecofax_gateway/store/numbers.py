"""
The numbers of a campaign become its faxes, thousands by one statement.

I/O: the database, through the caller's transaction.

A row for each parameter set costs PostgreSQL a round of its own (100 000 of them took
16 s); a list handed over whole, and unfolded there, takes a tenth.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    Select,
    String,
    cast,
    column,
    func,
    insert,
    literal,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB

from ..domain.fax import FaxState
from .tables import fax

BATCH = 500
"""Numbers of one statement, far below the parameters a database takes."""


def insert_waiting(
    conn: Connection,
    numbers: Sequence[str],
    *,
    ref: str,
    campaign_id: int,
    line: str,
    trunk: str,
    priority: int,
    first: int,
    of: int,
    other_trunks: Mapping[str, str] | None = None,
    fields: Mapping[str, Mapping[str, str]] | None = None,
    now: datetime,
) -> None:
    """
    Write faxes that wait for the pages of their campaign.

    Args:
        numbers: E.164.

        trunk: By which they will leave.

        ref: The campaign's; each fax's is made of it (`reference.fax_reference`).

        first: Position of the first one, from 1.

        of: How many faxes the campaign will have.

        other_trunks: By number, for those that will leave by another one.

        fields: By number: its row of the list, by the columns' names.
    """
    number, row, index = _unfolded(conn, numbers, fields or {})
    position = index + first
    names, query = select_waiting(
        number=number,
        position=position,
        ref=literal(ref)
        if of == 1
        else literal(f"{ref}-").concat(cast(position, String)),
        campaign_id=literal(campaign_id),
        line=literal(line),
        trunk=literal(trunk),
        priority=literal(priority),
        fields=row,
        now=now,
    )
    conn.execute(insert(fax).from_select(names, query.order_by(index)))
    if other_trunks:
        _send_by(conn, campaign_id, other_trunks)


def _send_by(conn: Connection, campaign_id: int, trunks: Mapping[str, str]) -> None:
    by_trunk: dict[str, list[str]] = {}
    for number, trunk in trunks.items():
        by_trunk.setdefault(trunk, []).append(number)
    for trunk, numbers in by_trunk.items():
        for start in range(0, len(numbers), BATCH):
            some = numbers[start : start + BATCH]
            theirs = update(fax).where(
                fax.c.campaign_id == campaign_id, fax.c.number.in_(some)
            )
            conn.execute(theirs.values(trunk=trunk))


def select_waiting(
    *, now: datetime, **given: ColumnElement[Any]
) -> tuple[list[str], Select[Any]]:
    """
    Name the columns of faxes that wait, and the query for them.

    Args:
        now: When they are written.

        given: What differs: number, position, ref, campaign_id, line, trunk, priority,
            fields.
    """
    columns: dict[str, Any] = {
        **given,
        "state": literal(FaxState.WAITING.value, String),
        "busy": literal(False),
        "vrank": literal(0.0),
        "attempt": literal(0),
        "pages_confirmed": literal(0),
        "cancel_requested": literal(False),
        "detail": literal("", String),
        "updated_at": literal(now, fax.c.updated_at.type),
    }
    return list(columns), select(*columns.values())


def _unfolded(
    conn: Connection,
    numbers: Sequence[str],
    fields: Mapping[str, Mapping[str, str]],
) -> tuple[ColumnElement[str], ColumnElement[Any], ColumnElement[int]]:
    """A column of *numbers*, one of what is known of each, one of their places from 0."""
    pairs = [[number, fields.get(number) or None] for number in numbers]
    if conn.dialect.name == "postgresql":
        listed = (
            func.jsonb_array_elements(literal(pairs, JSONB))
            .table_valued(
                column("value", JSONB), with_ordinality="place", name="listed"
            )
            .render_derived()
        )
        row = func.nullif(listed.c.value[1], literal(None, JSONB))
        return (
            listed.c.value[0].astext,
            cast(row, fax.c.fields.type),
            cast(listed.c.place, Integer) - 1,
        )
    listed = func.json_each(json.dumps(pairs)).table_valued(
        column("value", String), column("key", Integer), name="listed"
    )
    return (
        func.json_extract(listed.c.value, "$[0]"),
        func.json_extract(listed.c.value, "$[1]"),
        listed.c.key,
    )
