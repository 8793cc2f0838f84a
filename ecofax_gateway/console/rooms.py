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
    fax,
    faxes,
    login,
    sending,
)

ROOMS = (
    login.router,
    campaign_list.router,
    campaign_live.router,
    campaign_action.router,
    campaign_report.router,
    campaign.router,
    faxes.router,
    sending.router,
    fax.router,
)
"""A path that two of them could mean belongs to the first."""
