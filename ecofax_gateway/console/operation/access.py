"""
Only operators come in here, and what they change is noted.

I/O: writes the log.
"""

import logging
from typing import Annotated

from fastapi import Depends

from ...web.mistake import Forbidden
from ...web.session import Acting, LoggedIn, Session

logger = logging.getLogger(__name__)


async def operator_session(session: LoggedIn) -> Session:
    """
    Give the session of an operator, as a route's dependency.

    Raises:
        Forbidden: If it is a line's.
    """
    if not session.principal.is_operator:
        raise Forbidden
    return session


async def acting_operator(session: Acting) -> Session:
    """
    Give the session of an operator whose form came from a page of ours.

    Raises:
        Forbidden: If it is a line's.
    """
    return await operator_session(session)


Operating = Annotated[Session, Depends(operator_session)]
"""As the parameter of a route that shows something."""

ActingOperator = Annotated[Session, Depends(acting_operator)]
"""As the parameter of a route that changes something."""


def note(session: Session, what: str) -> None:
    """Write who did what into the log; *what* holds no secret."""
    logger.info("operator %s: %s", session.principal.operator, what)
