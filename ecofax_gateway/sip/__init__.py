"""
SIP (RFC 3261), user agent side, without I/O.
"""

from .agent import UserAgent
from .call import Call, CallState
from .digest import Credentials
from .event import (
    Answered,
    CallFailed,
    Event,
    HungUp,
    IncomingCall,
    OfferAnswered,
    ReinviteAccepted,
    ReinviteReceived,
    ReinviteRejected,
    Ringing,
)
from .machine import Timers
from .transaction import Address

__all__ = [
    "Address",
    "Answered",
    "Call",
    "CallFailed",
    "CallState",
    "Credentials",
    "Event",
    "HungUp",
    "IncomingCall",
    "OfferAnswered",
    "ReinviteAccepted",
    "ReinviteReceived",
    "ReinviteRejected",
    "Ringing",
    "Timers",
    "UserAgent",
]
