"""
user and password -> fax line: who may hand in mail from outside.

I/O: the store.
"""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Connection

from ..domain.guesses import subjects_of_login
from ..domain.number import NotANumber, parse_number
from ..store import lines
from ..store.database import Database
from .password_check import PasswordCheck


class LineLogin:
    """
    Checks logins; the user is the line's number, the password its fax password.

    Args:
        db: The store.

        clock: Aware UTC.
    """

    def __init__(self, db: Database, *, clock: Callable[[], datetime]) -> None:
        self._check = PasswordCheck(db, clock=clock)

    async def __call__(self, user: str, password: str, peer: str) -> str | None:
        """
        Say whose login it is.

        Args:
            user: The number as people write it, or "number@ecofax.fr", which some mail
                programs insist on.

            peer: The client's address.

        Returns:
            The line's number, E.164; or None, for an unknown line as slowly as for a
            wrong password.

        Raises:
            TooManyGuesses: It was wrong too often; this time it was not looked at.
            StoreUnavailable: Nobody can be let in now.
        """
        try:
            number = parse_number(user.partition("@")[0]).e164
        except NotANumber:
            number = ""

        def find_hash(conn: Connection) -> str | None:
            line = lines.get(conn, number)
            return line.password_hash if line else None

        subjects = subjects_of_login(number, peer)
        return number if await self._check(find_hash, password, subjects) else None
