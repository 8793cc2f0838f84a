"""
Whose is it? Every route asks here before it shows or changes anything.

I/O: the database, through the caller's transaction.
"""

from sqlalchemy import Connection

from ..domain.principal import Principal
from ..store import campaigns, faxes, recipient_lists
from ..store.campaigns import Campaign
from ..store.faxes import Fax
from ..store.recipient_lists import RecipientList
from .mistake import NotFound


def campaign_of(conn: Connection, principal: Principal, ref: str) -> Campaign:
    """
    Give a campaign of his.

    Raises:
        NotFound: If there is none, it was deleted, or it is another line's.
    """
    found = campaigns.get(conn, ref)
    if found is None or not principal.may_see(found.line):
        raise NotFound
    return found


def fax_of(conn: Connection, principal: Principal, ref: str) -> Fax:
    """
    Give a fax of his.

    Raises:
        NotFound: If there is none, or it is another line's.
    """
    found = faxes.get(conn, ref)
    if found is None or not principal.may_see(found.line):
        raise NotFound
    return found


def list_of(conn: Connection, principal: Principal, list_id: int) -> RecipientList:
    """
    Give a list of recipients of his.

    Raises:
        NotFound: If there is none, or it is another line's.
    """
    found = recipient_lists.get(conn, list_id)
    if found is None or not principal.may_see(found.line):
        raise NotFound
    return found
