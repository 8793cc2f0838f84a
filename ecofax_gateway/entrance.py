"""
settings -> who stands at the door: credentials and gatekeeper.

I/O: what it builds.
"""

import contextlib
import logging

from .domain.trust import parse_networks
from .mail.reader import MailReader
from .pipeline.credentials import Credentials
from .pipeline.forwarding import Forwarding
from .pipeline.gatekeeper import Clock, Doors, Gatekeeper
from .pipeline.worker import Bell
from .settings import Settings
from .smtp.listener import Accept
from .store.database import Database
from .trust.assessor import Assessor
from .trust.name_server import NameServer

logger = logging.getLogger(__name__)


def make_credentials(settings: Settings, db: Database, clock: Clock) -> Credentials:
    """What checks the line and the password of an order."""
    smtp, trust = settings.smtp, settings.trust
    return Credentials(
        db=db,
        own_machines=parse_networks((*smtp.trusted_networks, *trust.relay_networks)),
        zone=settings.zone,
        clock=clock,
    )


def make_gatekeeper(
    settings: Settings,
    db: Database,
    accept: Accept,
    *,
    clock: Clock,
    stack: contextlib.AsyncExitStack,
) -> Gatekeeper:
    """What stands before `accept`; the process it reads mails in begins when needed."""
    trust = settings.trust
    assessor = Assessor(NameServer(trust.nameserver), authserv_id=trust.authserv_id)
    stack.callback(assessor.close)
    # One of its own: strangers' mails do not make orders wait.
    reader = MailReader(folder=settings.state / "reading-strangers")
    stack.push_async_callback(reader.close)
    return Gatekeeper(
        accept,
        doors=Doors(
            trusted=parse_networks(settings.smtp.trusted_networks),
            relays=parse_networks(trust.relay_networks),
            relays_pass_answers=trust.relays_pass_answers,
            answered=parse_networks(trust.answer_networks),
        ),
        assessor=assessor,
        read_mail=reader.read,
        credentials=make_credentials(settings, db, clock),
        db=db,
        domain=settings.replies.sender.rpartition("@")[2].strip("> "),
        zone=settings.zone,
        clock=clock,
    )


def with_postmaster(
    gate: Accept, settings: Settings, db: Database, *, clock: Clock, bell: Bell
) -> Accept:
    """What stands before `gate` if a postmaster is named; else `gate` itself."""
    smtp, trust = settings.smtp, settings.trust
    if not smtp.postmaster:
        if trust.open or trust.relay_networks:
            logger.warning(
                "smtp.postmaster is empty: who takes mail from the internet has to be"
                " reached at postmaster@ (RFC 5321 section 4.5.1)"
            )
        return gate
    return Forwarding(
        gate,
        to_address=smtp.postmaster,
        hostname=smtp.hostname,
        db=db,
        clock=clock,
        bell=bell,
    )
