"""
user and password -> who it is: a fax line, or an operator.

I/O: the store.
"""

from sqlalchemy import Connection

from ..domain.guesses import subjects_of_login
from ..domain.number import NotANumber, parse_number
from ..domain.principal import Principal
from ..pipeline.login import LineLogin
from ..pipeline.password_check import PasswordCheck
from ..store import operators
from ..store.database import Database
from .desk import Clock

MAX_LETTERS = 200
"""Of a name or a password; more is not looked at."""


class Login:
    """
    Checks logins at the console; one for all of them, as it counts.

    Args:
        db: The store.

        clock: Aware UTC.
    """

    def __init__(self, db: Database, *, clock: Clock) -> None:
        self._check = PasswordCheck(db, clock=clock)
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
        def find_hash(conn: Connection) -> str | None:
            found = operators.get(conn, name)
            return found.password_hash if found else None

        subjects = subjects_of_login(name, peer)
        is_right = await self._check(find_hash, password, subjects)
        return Principal(operator=name) if is_right else None
