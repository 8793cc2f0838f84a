"""
A SIP user agent on one UDP socket, client and server.

Pure: no I/O, no clock, no randomness.
"""

from collections.abc import Callable, Sequence

from .call import Call
from .digest import Credentials
from .event import Event
from .transaction import STANDARD_TIMERS, Address, Timers


class UserAgent:
    """
    A UAC and UAS on one UDP socket.

    Its only inputs: datagrams, calls of its methods, time.

    Args:
        local: What the far end shall answer to, a bound IP literal and port; goes
            into Via and Contact.

        token: Fresh random hex, at least 16 digits, for tags, branches, Call-IDs and
            cnonces.

        user_agent: Value of User-Agent and Server.

        timers: RFC 3261 timers; tests and loopback use short ones.
    """

    def __init__(
        self,
        *,
        local: Address,
        token: Callable[[], str],
        user_agent: str = "ecofax-gateway",
        timers: Timers = STANDARD_TIMERS,
    ) -> None:
        raise NotImplementedError

    def receive_datagram(self, data: bytes, source: Address, now: float) -> None:
        """Take one datagram; never raises on what a peer sends."""
        raise NotImplementedError

    def datagrams_to_send(self) -> list[tuple[bytes, Address]]:
        """Drain what is to be sent, in order; only IP literals and ports 1 to 65535."""
        raise NotImplementedError

    def next_timeout(self) -> float | None:
        """When `handle_timeout` wants to be called, or None."""
        raise NotImplementedError

    def handle_timeout(self, now: float) -> None:
        """Do what is due; harmless if nothing is."""
        raise NotImplementedError

    def events(self) -> list[Event]:
        """Drain what happened, in order."""
        raise NotImplementedError

    @property
    def is_idle(self) -> bool:
        """Whether every call is over, its BYE answered; then the socket may be closed."""
        raise NotImplementedError

    def invite(
        self,
        *,
        to: str,
        request_uri: str,
        from_uri: str,
        next_hop: Address,
        sdp: bytes,
        now: float,
        credentials: Credentials | None = None,
        headers: Sequence[tuple[str, str]] = (),
        ring_timeout: float = 60.0,
    ) -> Call:
        """
        Place a call; ends with `Answered` or `CallFailed`.

        Args:
            to: URI for To.

            request_uri: Who is called.

            from_uri: Our identity.

            next_hop: Where the INVITE goes, an IP literal and port.

            sdp: The offer.

            now: Seconds on the owner's monotonic clock, as everywhere.

            credentials: For 401 and 407; None: they end the call.

            headers: More headers for the INVITE, e.g. P-Asserted-Identity.

            ring_timeout: Seconds from now until CANCEL.
        """
        raise NotImplementedError
