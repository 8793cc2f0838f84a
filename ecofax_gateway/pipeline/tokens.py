"""
API tokens, made for a line by console and API alike.

I/O: the database, through the caller's transaction; randomness.
"""

import secrets
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection

from ..domain.api_token import ApiToken, Scope, secret_of
from ..domain.errors import OrderRefused
from ..store import api_tokens
from ..store.api_tokens import MAX_TOKENS
from ..store.reference import reference

SECRET_BYTES = 32
MAX_NAME_CHARS = 80


def fresh() -> ApiToken:
    """A token that nobody has."""
    return ApiToken(
        reference(secrets.randbits(64)), secret_of(secrets.token_bytes(SECRET_BYTES))
    )


def make(
    conn: Connection,
    line: str,
    *,
    name: str,
    scopes: Collection[Scope],
    expires_at: datetime | None = None,
    now: datetime,
) -> ApiToken:
    """
    Make a token of a line; whoever asked is shown it once.

    Raises:
        OrderRefused: It has no name, may do nothing, or the line has too many.
    """
    name = " ".join(name.split())
    if not 0 < len(name) <= MAX_NAME_CHARS or not name.isprintable():
        raise OrderRefused(
            f"Donnez au jeton un nom de 1 à {MAX_NAME_CHARS} caractères, pour le"
            " reconnaître plus tard.",
            code="token-name",
        )
    if not scopes:
        raise OrderRefused(
            "Choisissez au moins une chose que le jeton permet.", code="token-scopes"
        )
    token = fresh()
    if not api_tokens.add(
        conn,
        token,
        line=line,
        name=name,
        scopes=scopes,
        expires_at=expires_at,
        now=now,
    ):
        raise OrderRefused(
            f"Cette ligne a déjà {MAX_TOKENS} jetons : révoquez-en un.",
            code="too-many-tokens",
        )
    return token
