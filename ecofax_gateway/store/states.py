"""
The states of the store's other rows; a fax's are in `domain.fax`.

Pure: no I/O, no clock, no randomness.
"""

from enum import StrEnum


class MailState(StrEnum):
    """Where an accepted mail stands."""

    ACCEPTED = "accepted"
    "Its 250 was given; nobody has read it yet."

    ORDERED = "ordered"
    "It became a campaign of the same reference."

    REFUSED = "refused"
    "It asks for nothing that can be carried out; the code says why."


class CampaignState(StrEnum):
    """Where a campaign stands; how well it went is counted from its faxes."""

    PREPARING = "preparing"
    "Its documents are not pages yet."

    READY = "ready"
    "Its faxes are planned, queued or under way."

    FAILED = "failed"
    "Its documents could not be made into pages."

    FINISHED = "finished"
    "Every fax has come to an end."


class ReplyState(StrEnum):
    """Where a reply stands."""

    PENDING = "pending"
    SENT = "sent"
    DROPPED = "dropped"
    "Given up; the last error says why."


class DeliveryState(StrEnum):
    """Where a message to a webhook stands."""

    PENDING = "pending"
    DELIVERED = "delivered"
    GIVEN_UP = "given-up"


class ListSource(StrEnum):
    """How a list of recipients came."""

    TYPED = "typed"
    FILE = "file"
    URL = "url"


class ListState(StrEnum):
    """Where a list of recipients stands."""

    READING = "reading"
    "Its file is there, its numbers come in batches."

    READY = "ready"
    FAILED = "failed"
    "It cannot be read; its failure says why."


class ChoiceState(StrEnum):
    """Where the numbers of a draft stand that are taken from lists."""

    SETTLING = "settling"
    "They are being written."

    SETTLED = "settled"
    FAILED = "failed"


class LedgerAction(StrEnum):
    """What happened to a do-not-fax entry."""

    ADDED = "added"
    REMOVED = "removed"
    ERASED = "erased"
    "Only a fingerprint of the number is kept; it still protects."
