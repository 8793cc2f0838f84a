"""
Turn a bomb away while its sender is still there.

I/O: reads the mail's file, in pieces.

Nothing is parsed before the 250; this only looks for what would make a parser suffer.
What passes here is read by `reader`, in a process that may die of it.
"""

import asyncio
from pathlib import Path

from ..mail.prescan import PIECE_BYTES, Prescan, check_limits


async def inspect(content: bytes | Path) -> None:
    """
    Look over a mail that has just come in.

    Args:
        content: Its bytes if it is small (a millisecond or two), or the file it is in.

    Raises:
        MalformedMessage: It is a bomb; the message names the limit.
    """
    if isinstance(content, bytes):
        check_limits(content)
    else:
        # The interpreter changes threads between two pieces: others are served.
        await asyncio.to_thread(_inspect_file, content)


def _inspect_file(path: Path) -> None:
    prescan = Prescan()
    with path.open("rb", buffering=0) as file:
        while piece := file.read(PIECE_BYTES):
            prescan.feed(piece)
    prescan.finish()
