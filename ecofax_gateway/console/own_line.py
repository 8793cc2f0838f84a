"""
The line that a page or a form is about: one's own, or the one that an operator names.

I/O: the store.
"""

from typing import Annotated

from fastapi import Depends, Form

from ..domain.line import FaxLine
from ..store import lines
from ..web.desk import AtDesk, Desk
from ..web.mistake import NotFound
from ..web.session import Acting, LoggedIn, Session


async def line_of(desk: Desk, session: Session, number: str) -> FaxLine:
    """
    Give the line that is meant.

    Args:
        number: E.164, as the page or the form names it; it counts for an operator.

    Raises:
        NotFound: If there is none, or it is another line's.
    """
    principal = session.principal
    wanted = number if principal.is_operator else principal.line or ""
    found = await desk.db.read(lines.get, wanted)
    if found is None or not principal.may_see(found.number):
        raise NotFound
    return found


async def line_to_show(desk: AtDesk, session: LoggedIn, line: str = "") -> FaxLine:
    """The line of a page, as a route's dependency; see `line_of`."""
    return await line_of(desk, session, line)


async def line_to_change(
    desk: AtDesk, session: Acting, line: Annotated[str, Form()] = ""
) -> FaxLine:
    """The line of a form, as a route's dependency; see `line_of`."""
    return await line_of(desk, session, line)


LineToShow = Annotated[FaxLine, Depends(line_to_show)]
"""As the parameter of a route that shows something of a line."""

LineToChange = Annotated[FaxLine, Depends(line_to_change)]
"""As the parameter of a route that changes something of a line."""


def of_line(session: Session, line: FaxLine) -> str:
    """What names the line in a URL: an operator has to say which."""
    if not session.principal.is_operator:
        return ""
    return f"&line=%2B{line.number.removeprefix('+')}"
