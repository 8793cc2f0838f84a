"""
What all bodies of requests and answers have in common.

Pure: no I/O, no clock, no randomness.
"""

from datetime import datetime
from typing import Annotated, Generic, TypeVar

from fastapi import Path, Query
from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

T = TypeVar("T")

VERSION = "/v1"
"""First part of every path."""

PAGE = 50
MAX_PAGE = 200


class Model(BaseModel):
    """Named in camel case, as the service's public API; unknown keys are mistakes."""

    model_config = ConfigDict(
        alias_generator=to_camel,
        populate_by_name=True,
        extra="forbid",
        frozen=True,
        from_attributes=True,
        hide_input_in_errors=True,
    )


class Page(Model, Generic[T]):
    """Some of many."""

    items: list[T]
    next_cursor: str | None = Field(
        None, description="Ask for `cursor=` this; null: there are no more."
    )


FIRST_YEAR, LAST_YEAR = 2000, 2199
"""Of instants: all can be written in every zone and by every database."""


def _writable(at: datetime) -> datetime:
    if not FIRST_YEAR <= at.year <= LAST_YEAR:
        raise ValueError(f"the year must be from {FIRST_YEAR} to {LAST_YEAR}")
    return at


Instant = Annotated[AwareDatetime, AfterValidator(_writable)]
"""RFC 3339, with its offset."""

Line = Annotated[str, Field(max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]
"""One line of text."""

Address = Annotated[str, Field(max_length=254, pattern=r"^[^\s@]+@[^\s@]+$")]
"""Of mail."""

Reference = Annotated[
    str, Path(max_length=40, pattern=r"^[0-9A-Za-z_-]+$", examples=["K7M2XQ9D"])
]
"""Of a campaign, a fax, a webhook: as a part of a path."""

Cursor = Annotated[
    str | None,
    Query(pattern=r"^[0-9]{1,9}$", description="`nextCursor` of the page before."),
]
Limit = Annotated[int, Query(ge=1, le=MAX_PAGE, description="Items on a page.")]
