"""
The schema: tables, the rules that rows keep, and the indexes of the hot paths.

Pure: no I/O, no clock, no randomness.

CHECK constraints repeat the rules of the code on purpose: a bug then fails loudly in
one transaction instead of leaving a row that no rule knows. A change here needs a
migration beside it; a test compares both.
"""

from .api import api_token, delivery, event, idempotency, upload, webhook
from .campaigns import campaign, document, pages
from .console import operator, web_session
from .faxes import attempt, fax
from .lines import (
    line,
    line_cover,
    line_network,
    line_sender,
    quota,
    quota_use,
    tag_line,
)
from .lists import recipient, recipient_choice, recipient_fault, recipient_list
from .mails import mail, mail_deferral, mail_key
from .protection import guessing, objection, objection_ledger
from .replies import reply, withheld_reply
from .routes import node, number_memory, trunk, trunk_health
from .schema import metadata

__all__ = [
    "api_token",
    "attempt",
    "campaign",
    "delivery",
    "document",
    "event",
    "fax",
    "guessing",
    "idempotency",
    "line",
    "line_cover",
    "line_network",
    "line_sender",
    "mail",
    "mail_deferral",
    "mail_key",
    "metadata",
    "node",
    "number_memory",
    "objection",
    "objection_ledger",
    "operator",
    "pages",
    "quota",
    "quota_use",
    "recipient",
    "recipient_choice",
    "recipient_fault",
    "recipient_list",
    "reply",
    "tag_line",
    "trunk",
    "trunk_health",
    "upload",
    "web_session",
    "webhook",
    "withheld_reply",
]
