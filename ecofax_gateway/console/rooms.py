"""
The rooms of the console; one line here adds one.

Pure: no I/O, no clock, no randomness.
"""

from . import (
    campaign,
    campaign_action,
    campaign_list,
    campaign_live,
    campaign_report,
    credits,
    do_not_fax,
    fax,
    faxes,
    lists,
    login,
    sending,
    settings,
    tokens,
    webhooks,
)
from .drafting import check, document, fields, general, pictures, recipients
from .drafting import sending as drafted_sending
from .operation import conversions, lines, nodes, people, queue, trunks, unknown

ROOMS = (
    login.router,
    general.router,
    document.router,
    fields.router,
    recipients.router,
    pictures.router,
    drafted_sending.router,
    check.router,
    campaign_list.router,
    campaign_live.router,
    campaign_action.router,
    campaign_report.router,
    campaign.router,
    faxes.router,
    sending.router,
    fax.router,
    lists.router,
    do_not_fax.router,
    credits.router,
    settings.router,
    tokens.router,
    webhooks.router,
    queue.router,
    lines.router,
    trunks.router,
    nodes.router,
    conversions.router,
    unknown.router,
    people.router,
)
"""A path that two of them could mean belongs to the first."""
