"""
user and password -> fax line: who may hand in mail from outside.

I/O: the store.
"""

import asyncio

from ..domain.number import NotANumber, parse_number
from ..password import is_password
from ..store import lines
from ..store.database import Database


class LineLogin:
    """
    Checks logins; the user is the line's number, the password its fax password.

    Args:
        db: The store.
    """

    def __init__(self, db: Database) -> None:
        self._db = db

    async def __call__(self, user: str, password: str) -> str | None:
        """
        Say whose login it is.

        Args:
            user: The number as people write it, or "number@ecofax.fr", which some mail
                programs insist on.

        Returns:
            The line's number, E.164; or None, for an unknown line as slowly as for a
            wrong password.

        Raises:
            StoreUnavailable: Nobody can be let in now.
        """
        try:
            number = parse_number(user.partition("@")[0]).e164
        except NotANumber:
            number = ""
        line = await self._db.read(lines.get, number)
        known = line.password_hash if line else None
        if not await asyncio.to_thread(is_password, known, [password]):
            return None
        return line.number if line else None
