"""
The time that is left for one document, whoever works on it.

I/O: the event loop's clock.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator


class Budget:
    """
    Seconds of work; waiting for a free worker is nobody's fault and not counted.

    Args:
        seconds: Over 0.
    """

    def __init__(self, seconds: float) -> None:
        self.left = seconds

    @contextlib.asynccontextmanager
    async def spend(self) -> AsyncIterator[None]:
        """
        Work on the document.

        Raises:
            TimeoutError: When nothing is left.
        """
        clock = asyncio.get_running_loop().time
        began = clock()
        try:
            async with asyncio.timeout(max(0.0, self.left)):
                yield
        finally:
            self.left -= clock() - began
