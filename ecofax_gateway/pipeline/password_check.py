"""
One password, looked at: not more often than may be guessed, and few at a time.

I/O: the store.
"""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy import Connection

from ..domain.errors import TooManyGuesses
from ..domain.guesses import Subject
from ..password import is_password
from ..store import guesses
from ..store.database import Database

AT_ONCE = 2
"""A check takes 64 MB and a core on purpose. And each has to see what those before it
came to: of guesses that arrive at the same moment, all would find nothing locked."""


class PasswordCheck:
    """
    Checks passwords, and counts those that are wrong.

    Args:
        db: The store.

        clock: Aware UTC.
    """

    def __init__(self, db: Database, *, clock: Callable[[], datetime]) -> None:
        self._db = db
        self._clock = clock
        self._turns = asyncio.Semaphore(AT_ONCE)

    async def __call__(
        self,
        find_hash: Callable[[Connection], str | None],
        password: str,
        subjects: Sequence[Subject],
    ) -> bool:
        """
        Say whether it is the right one.

        Args:
            find_hash: None for somebody who does not exist: that takes as long.

            subjects: What a wrong one counts for.

        Raises:
            TooManyGuesses: It was wrong too often; this time it was not looked at.
            StoreUnavailable: Nobody can be let in now.
        """
        async with self._turns:
            now = self._clock()
            locked = await self._db.read(guesses.locked_until, subjects, now=now)
            if locked is not None:
                raise TooManyGuesses
            known = await self._db.read(find_hash)
            if await asyncio.to_thread(is_password, known, [password]):
                return True
            await self._db.tx(guesses.count_failure, subjects, now=now)
            return False
