"""
user and password -> fax line: who may hand in mail from outside.

I/O: the store.
"""

import asyncio
from collections.abc import Callable
from datetime import datetime

from ..domain.errors import TooManyGuesses
from ..domain.guesses import subjects_of_login
from ..domain.number import NotANumber, parse_number
from ..password import is_password
from ..store import guesses, lines
from ..store.database import Database


class LineLogin:
    """
    Checks logins; the user is the line's number, the password its fax password.

    Args:
        db: The store.

        clock: Aware UTC.
    """

    def __init__(self, db: Database, *, clock: Callable[[], datetime]) -> None:
        self._db = db
        self._clock = clock

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
        subjects, now = subjects_of_login(number, peer), self._clock()
        if await self._db.read(guesses.locked_until, subjects, now=now) is not None:
            raise TooManyGuesses
        line = await self._db.read(lines.get, number)
        known = line.password_hash if line else None
        if await asyncio.to_thread(is_password, known, [password]) and line:
            return line.number
        await self._db.tx(guesses.count_failure, subjects, now=now)
        return None
