"""
What every route of console and API is given.

I/O: none of its own; it holds what does it.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import Depends, Request

from ..outbound.client import Client
from ..pipeline.answer import Answer
from ..pipeline.bells import Bells
from ..pipeline.routing import Routing
from ..store.database import Database

Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """The gateway, as a route sees it."""

    db: Database
    answer: Answer
    routing: Routing
    zone: ZoneInfo
    "Of every date that a person reads or writes."

    repeat_window: timedelta
    "How long ago the same pages may have gone to the same number."

    max_bytes: int
    "Of one request."

    uploads: Path
    "Folder for what is under way from a browser."

    secure: bool
    "Browsers come by https: cookies are for that alone."

    clock: Clock
    client: Client = field(default_factory=Client)
    "Fetches what people name by URL."

    bells: Bells = field(default_factory=Bells)
    closing: asyncio.Event = field(default_factory=asyncio.Event)
    "Set when the daemon stops: whoever follows something live is let go."


def desk_of(request: Request) -> Desk:
    """The desk that the site was made with."""
    desk = request.app.state.desk
    assert isinstance(desk, Desk)
    return desk


AtDesk = Annotated[Desk, Depends(desk_of)]
"""As a route's parameter."""
