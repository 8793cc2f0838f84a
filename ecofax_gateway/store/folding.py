"""
`domain.folding.fold` where the database compares.

I/O: none of its own; it gives a connection a function.

SQLite is given the function itself. PostgreSQL would want an extension for it, which an
ordinary role may not install; there the letters of Latin-1 and Latin Extended-A are
translated one by one, which is what names in Europe are written with.
"""

import sqlite3
from typing import Any

from sqlalchemy import ColumnElement, Connection, String, func

from ..domain.folding import fold

LAST_LETTER = 0x17F
"""End of Latin Extended-A."""


def folded(conn: Connection, text: ColumnElement[Any]) -> ColumnElement[str]:
    """*text* as `fold` gives it."""
    if conn.dialect.name != "postgresql":
        return func.fold(text, type_=String)
    for letter, pair in _PAIRS.items():
        text = func.replace(text, letter, pair)
    return func.lower(func.translate(text, _LETTERS, _FOLDED), type_=String)


def teach(connection: sqlite3.Connection) -> None:
    """Let a connection to SQLite know the function."""
    connection.create_function("fold", 1, _fold, deterministic=True)


def _fold(text: str | None) -> str | None:
    return None if text is None else fold(text)


_BECOMES = {chr(code): fold(chr(code)) for code in range(0x80, LAST_LETTER + 1)}
_PAIRS = {letter: many for letter, many in _BECOMES.items() if len(many) > 1}
_SINGLE = {letter: one for letter, one in _BECOMES.items() if len(one) == 1}
_LETTERS, _FOLDED = "".join(_SINGLE), "".join(_SINGLE.values())
