"""
When and how fast a campaign calls, as programs say it.

Pure: no I/O, no clock, no randomness.
"""

from datetime import time
from typing import Annotated, Self

from pydantic import Field

from ..domain.campaign import MAX_CANARY_PERCENT, Canary
from ..domain.window import EVERY_DAY, Window
from .model import Model

MAX_PACE = 10_000
"""Calls a minute: more than any gateway makes."""

MAX_SPREAD = 100_000
"""Minutes: some two months."""

MAX_CANARY = 100_000

TimeOfDay = Annotated[
    str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$", examples=["09:00"])
]

Pace = Annotated[float, Field(gt=0, le=MAX_PACE, description="Calls a minute at most.")]
Spread = Annotated[
    float,
    Field(
        gt=0,
        le=MAX_SPREAD,
        description="Minutes over which the first calls are drawn.",
    ),
]


class WindowBody(Model):
    """In which days and hours calls may begin, in the time zone of the gateway."""

    days: list[Annotated[int, Field(ge=1, le=7)]] = Field(
        sorted(EVERY_DAY),
        min_length=1,
        max_length=7,
        description="1 is Monday, 7 is Sunday.",
    )
    opens: TimeOfDay = Field("00:00", alias="from")
    closes: TimeOfDay = Field(
        "00:00", alias="to", description="Not after `from`: on the next day."
    )
    holidays: bool = Field(True, description="Whether calls are made on them, too.")

    @classmethod
    def of(cls, window: Window) -> Self:
        """As programs are told."""
        return cls.model_construct(
            days=sorted(window.days),
            opens=f"{window.opens:%H:%M}",
            closes=f"{window.closes:%H:%M}",
            holidays=window.country is None,
        )

    def window(self, before: Window) -> Window:
        """
        As campaigns have it.

        Args:
            before: What is not said here stays as it is there.
        """
        return before.with_hours(
            self.days,
            time.fromisoformat(self.opens),
            time.fromisoformat(self.closes),
            shut_on_holidays=not self.holidays,
        )


class CanaryBody(Model):
    """The first numbers that are called before the rest."""

    size: int = Field(ge=1, le=MAX_CANARY, examples=[20])
    percent: int = Field(
        ge=0,
        le=MAX_CANARY_PERCENT,
        description="More failures than this pause the campaign.",
        examples=[10],
    )

    @classmethod
    def of(cls, canary: Canary) -> Self:
        """As programs are told."""
        return cls.model_construct(size=canary.size, percent=canary.percent)

    @property
    def canary(self) -> Canary:
        """As campaigns have it."""
        return Canary(self.size, self.percent)
