"""
Who calls and who is called, as a trunk wants it in an INVITE.

Pure: no I/O, no clock, no randomness.

Standards:
    RFC 3325 §9.1 -- P-Asserted-Identity; §9.3 -- Privacy: id
    RFC 3323 §4.1.1.3 -- the anonymous From
"""

from dataclasses import dataclass

from ..sip.message import Headers
from ..sip.uri import NameAddr, SipUri
from .directory import domain_of
from .protocol import PlaceCall

ANONYMOUS = NameAddr(uri="sip:anonymous@anonymous.invalid", display="Anonymous")


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """What `UserAgent.invite` wants to know."""

    called: str
    "URI of Request-URI and To."

    from_: str
    "Value of From, without tag."

    headers: Headers
    "More headers of the INVITE."


def identity_of(order: PlaceCall) -> Identity:
    """
    The identities of one order.

    The trunk always learns who pays, from P-Asserted-Identity; with privacy it keeps
    that to itself.
    """
    trunk = order.trunk
    domain = domain_of(trunk)
    port = trunk.port if not trunk.domain and trunk.port not in (0, 5060) else None
    called = str(SipUri(user=order.number, host=domain, port=port))
    caller = str(SipUri(user=order.caller_id, host=domain))
    asserted = ("P-Asserted-Identity", f"<{caller}>")
    if order.privacy:
        return Identity(
            called=called,
            from_=str(ANONYMOUS),
            headers=(asserted, ("Privacy", "id")),
        )
    return Identity(called=called, from_=caller, headers=(asserted,))
