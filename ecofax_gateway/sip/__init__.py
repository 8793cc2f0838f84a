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
    TargetFailed,
)
from .hop import Address, Hop, Transport
from .machine import Timers

__all__ = [
    "Address",
    "Answered",
    "Call",
    "CallFailed",
    "CallState",
    "Credentials",
    "Event",
    "Hop",
    "HungUp",
    "IncomingCall",
    "OfferAnswered",
    "ReinviteAccepted",
    "ReinviteReceived",
    "ReinviteRejected",
    "Ringing",
    "TargetFailed",
    "Timers",
    "Transport",
    "UserAgent",
]
