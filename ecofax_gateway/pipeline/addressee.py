"""
Who is told what became of a mail, and who may be held to have sent it.

Pure: no I/O, no clock, no randomness, but for the public suffix list.

Standards:
    RFC 3834 (2004) §4 -- replies go to the envelope's sender
"""

from collections.abc import Sequence
from dataclasses import replace

from ..domain.order import Requester
from ..domain.trust import Level, Network, is_in
from ..mail.message import Mail
from ..store.mails import MailRow
from ..trust.level import answer_address
from ..trust.organisation import organisation_of
from ..trust.sender import only_mailbox
from .credentials import Handover


def addressee(
    requester: Requester, mail: MailRow, *, answered: Sequence[Network] = ()
) -> Requester:
    """
    Take away the address of a requester who might be a stranger.

    Args:
        requester: As the mail says.

        mail: As it was taken in.

        answered: Networks whose mail is answered though nothing proves its sender.
    """
    if requester.address is None:
        return requester
    if mail.trust.level is Level.CLAIMED and is_in(mail.peer, answered):
        return requester
    address = answer_address(
        mail.trust, requester.address, organisation=organisation_of
    )
    return replace(requester, address=address or None)


def handover_of(mail: MailRow, parsed: Mail) -> Handover:
    """
    Who handed a mail in, for `Credentials`.

    A trusted machine vouches for its mails, so that From may be read as it stands.
    """
    trust = mail.trust
    if trust.level is Level.HANDED_IN:
        fields = [
            raw.encode("utf-8", "surrogateescape")
            for name, raw in parsed.headers
            if name == "from"
        ]
        trust = replace(trust, address=only_mailbox(fields) or mail.envelope_from)
    return Handover(peer=mail.peer, login=mail.login, trust=trust)
