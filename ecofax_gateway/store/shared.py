"""
Statements that many share: written for one row, run once for as many as ask.

I/O: the database, through the caller's transaction.

Two hundred calls that end at the same time ask the same things of different rows. A
statement costs the same to send, plan and answer for one row or for a hundred, so the
writer lets its callers take turns (`turns.py`) and runs once what all of them ask.
Whoever asks sees only the rows of its own key.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from operator import itemgetter
from typing import Any

from sqlalchemy import JSON, Connection, Dialect, Row, TextualSelect, text
from sqlalchemy.types import TypeEngine

from .types import UtcTime

Params = Mapping[str, Any]
Rows = Sequence[Row[Any]]


class Kind(Enum):
    """What is done with those who ask for the same key at the same time."""

    READ = auto()
    "All get the same rows. Equal keys must mean equal parameters."

    ONCE = auto()
    "The first one gets the rows, as if the others had come after it and found nothing."

    EACH = auto()
    "One after the other."


class SharedConnection:
    """
    A connection that others use in turn; all but `ask` goes to the real one.
    """

    def ask(self, statement: "Shared", params: Params) -> Rows:
        """The rows of one caller, when all have said what they want."""
        raise NotImplementedError


class Shared:
    """
    A statement over a table `given`, which has one row for each who asks.

    Args:
        sql: With `given` among its tables. What comes back must begin with the key, its
            columns named as the parameters are.

        given: The parameters and their types.

        key: Parameters that tell the rows of one from those of another.

        returns: Types of the columns that come back, the key's excepted.

        kind: What is done about equal keys.

        locks: A table whose rows a SELECT keeps for its transaction; SQLite has one
            writer anyway.
    """

    def __init__(
        self,
        sql: str,
        *,
        given: Mapping[str, TypeEngine[Any]],
        key: Sequence[str],
        returns: Mapping[str, TypeEngine[Any]] | None = None,
        kind: Kind = Kind.EACH,
        locks: str | None = None,
    ) -> None:
        self.kind = kind
        self._sql = sql
        self._locks = locks
        self._given = dict(given)
        self._key_of = _getter(key)
        self._width = len(key)
        self._returns = {name: given[name] for name in key} | dict(returns or {})
        self._spelled: dict[str, _Spelled] = {}

    def run(self, conn: Connection, **params: Any) -> Rows:
        """The rows of one who asks; alone, or with others that take turns."""
        if isinstance(conn, SharedConnection):
            return conn.ask(self, params)
        return self.run_all(conn, [params])[0]

    def run_all(self, conn: Connection, asked: Sequence[Params]) -> list[Rows]:
        """The rows of each who asks, in their order; of nobody, nothing is sent."""
        keys = [self._key_of(each) for each in asked]
        found: list[Rows] = [()] * len(asked)
        for places in _rounds(keys, self.kind):
            # In one order everywhere, so that two nodes rarely wait for each other.
            places.sort(key=keys.__getitem__)
            rows = self._rows(conn, [asked[place] for place in places])
            for place in places:
                found[place] = rows.get(keys[place], ())
        if self.kind is Kind.READ:
            first: dict[tuple[Any, ...], Rows] = {}
            return [first.setdefault(*each) for each in zip(keys, found, strict=True)]
        return found

    def _rows(
        self, conn: Connection, asked: Sequence[Params]
    ) -> Mapping[tuple[Any, ...], Rows]:
        spelled = self._spelled_for(conn.dialect)
        listed = json.dumps([spelled.row(each) for each in asked])
        width = self._width
        rows: dict[tuple[Any, ...], list[Row[Any]]] = {}
        for row in conn.execute(spelled.statement, {"given": listed}).all():
            rows.setdefault(tuple(row[:width]), []).append(row)
        return rows

    def _spelled_for(self, dialect: Dialect) -> "_Spelled":
        spelled = self._spelled.get(dialect.name)
        if spelled is None:
            sql = self._sql
            if self._locks is not None and dialect.name == "postgresql":
                sql += f" FOR NO KEY UPDATE OF {self._locks}"
            spelled = _spell(sql, self._given, self._returns, dialect)
            self._spelled[dialect.name] = spelled
        return spelled


@dataclass(frozen=True, slots=True)
class _Spelled:
    """A statement as one database wants it."""

    statement: TextualSelect
    plain: Sequence[str]
    "Parameters that JSON has as they are."

    processed: Sequence[tuple[str, Callable[[Any], Any]]]

    def row(self, params: Params) -> dict[str, Any]:
        """One row of `given`."""
        row = {name: params[name] for name in self.plain}
        for name, process in self.processed:
            value = params[name]
            row[name] = None if value is None else process(value)
        return row


def _spell(
    sql: str,
    given: Mapping[str, TypeEngine[Any]],
    returns: Mapping[str, TypeEngine[Any]],
    dialect: Dialect,
) -> _Spelled:
    types = {name: type_.dialect_impl(dialect) for name, type_ in given.items()}
    if dialect.name == "postgresql":
        columns = ", ".join(
            f"{name} {type_.compile(dialect)}" for name, type_ in types.items()
        )
        listed = f"* FROM json_to_recordset(CAST(:given AS json)) AS t({columns})"
    else:
        columns = ", ".join(
            f"json_extract(value, '$.{name}') AS {name}" for name in types
        )
        listed = f"{columns} FROM json_each(:given)"
    statement = text(f"WITH given AS (SELECT {listed}) {sql}")
    processors = {name: _processor(type_, dialect) for name, type_ in types.items()}
    return _Spelled(
        statement=statement.columns(**returns),
        plain=[name for name, process in processors.items() if process is None],
        processed=[(name, process) for name, process in processors.items() if process],
    )


def _processor(type_: TypeEngine[Any], dialect: Dialect) -> Callable[[Any], Any] | None:
    """What makes a value ready for JSON; None: nothing has to be done."""
    if isinstance(type_, JSON):
        return None
    process = type_.bind_processor(dialect)
    if process is None:
        return None
    if dialect.name == "postgresql" and isinstance(type_, UtcTime):
        return lambda value: process(value).isoformat()
    return process


def _getter(names: Sequence[str]) -> Callable[[Params], tuple[Any, ...]]:
    if len(names) == 1:
        [name] = names
        return lambda params: (params[name],)
    return itemgetter(*names)


def _rounds(keys: Sequence[tuple[Any, ...]], kind: Kind) -> list[list[int]]:
    """Places of those who are asked for together: in each round a key is there once."""
    rounds: list[list[int]] = []
    times: dict[tuple[Any, ...], int] = {}
    for place, key in enumerate(keys):
        n = times.get(key, 0)
        times[key] = n + 1
        if n and kind is not Kind.EACH:
            continue
        if n == len(rounds):
            rounds.append([])
        rounds[n].append(place)
    return rounds
