"""
user and password -> who it is: a fax line, or an operator.

I/O: the store.
"""

import asyncio

from ..domain.errors import TooManyGuesses
from ..domain.guesses import subjects_of_login
from ..domain.number import NotANumber, parse_number
from ..domain.principal import Principal
from ..password import is_password
from ..pipeline.login import LineLogin
from ..store import guesses, operators
from ..store.database import Database
from .desk import Clock

MAX_LETTERS = 200
"""Of a name or a password; more is not looked at."""


class Login:
    """
    Checks logins at the console.

    Args:
        db: The store.

        clock: Aware UTC.
    """

    def __init__(self, db: Database, *, clock: Clock) -> None:
        self._db = db
        self._clock = clock
        self._line_login = LineLogin(db, clock=clock)

    async def __call__(self, user: str, password: str, peer: str) -> Principal | None:
        """
        Say who it is.

        Args:
            user: A fax line's number as people write it, or an operator's name.

            peer: The client's address.

        Returns:
            None: there is none, or the password is another; both take as long.

        Raises:
            TooManyGuesses: It was wrong too often; this time it was not looked at.
            StoreUnavailable: Nobody can be let in now.
        """
        if max(len(user), len(password)) > MAX_LETTERS:
            return None
        try:
            parse_number(user)
        except NotANumber:
            return await self._operator(user.strip(), password, peer)
        line = await self._line_login(user, password, peer)
        return None if line is None else Principal(line=line)

    async def _operator(self, name: str, password: str, peer: str) -> Principal | None:
        subjects, now = subjects_of_login(name, peer), self._clock()
        if await self._db.read(guesses.locked_until, subjects, now=now) is not None:
            raise TooManyGuesses
        found = await self._db.read(operators.get, name)
        known = found.password_hash if found else None
        if await asyncio.to_thread(is_password, known, [password]) and found:
            return Principal(operator=found.name)
        await self._db.tx(guesses.count_failure, subjects, now=now)
        return None
