"""
So many replies to one address in an hour; what is more goes into one summary.

I/O: the database, through the caller's transaction.

Two machines that answer each other come to rest, and whoever forges an address cannot
fill somebody's mailbox. Nothing is lost: the summary has every text.
"""

import logging
from datetime import datetime
from email.message import EmailMessage
from email.utils import parseaddr
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from ..domain.language import Language
from ..domain.order import Requester
from ..replies import summary
from ..replies.envelope import Letterhead, reply_message_id
from ..store import replies, withheld
from ..store.replies import NewReply
from ..store.withheld import Withheld

logger = logging.getLogger(__name__)


class ReplyCap:
    """
    Holds back what is too much.

    Args:
        per_hour: Replies to one address; 0: any number.

        sender: Whom replies are from, "Name <address>".

        zone: In which requesters read times.
    """

    def __init__(self, per_hour: int, *, sender: str, zone: ZoneInfo) -> None:
        self._per_hour = per_hour
        self._name, self._address = parseaddr(sender)
        self._zone = zone

    def withholds(
        self, conn: Connection, new: NewReply, letter: EmailMessage, *, now: datetime
    ) -> bool:
        """
        Hold a reply back if it is too many.

        Args:
            letter: The same as in *new*, not yet bytes.
        """
        if not self._per_hour or not withheld.is_over(
            conn, new.to_address, per_hour=self._per_hour, now=now
        ):
            return False
        body = letter.get_body(("plain",))
        withheld.put(
            conn,
            new,
            subject=str(letter["Subject"]),
            body=body.get_content() if body is not None else "",
            now=now,
        )
        logger.warning(
            "more than %d replies to one address in an hour (trust.replies_per_hour):"
            " %s waits for the summary",
            self._per_hour,
            new.event_key,
        )
        return True

    def send_summary(self, conn: Connection, *, now: datetime) -> bool:
        """Put one summary into the outbox; False: none is due."""
        taken = withheld.take_due(conn, now=now)
        if not taken:
            return False
        first = taken[0]
        letter = summary.summary(
            self._letterhead(first, now),
            [self._line(each) for each in taken],
            [each.body for each in taken],
        )
        new = NewReply(
            event_key=f"{summary.KIND}:{first.event_key}",
            kind=summary.KIND,
            campaign=None,
            to_address=first.to_address,
            message=letter.as_bytes(),
        )
        return replies.put(conn, new, now=now)

    def _letterhead(self, first: Withheld, now: datetime) -> Letterhead:
        return Letterhead(
            from_address=self._address,
            from_name=self._name or "Télécopie",
            requester=Requester(address=first.to_address),
            date=now,
            message_id=reply_message_id(
                reference=first.campaign or "",
                kind=summary.KIND,
                event=first.event_key.replace(":", "-"),
                domain=self._address.rpartition("@")[2],
            ),
            language=Language.BOTH,
        )

    def _line(self, reply: Withheld) -> str:
        at = reply.created_at.astimezone(self._zone)
        about = f" ({reply.campaign})" if reply.campaign else ""
        return f"{at:%H:%M} {reply.subject}{about}"
