"""
Say something else than MCF at a page: change what the terminal sends.

Pure: no I/O, no clock, no randomness.

libspandsp cannot be told to refuse a page; so the octet of the answer is replaced in
the IFP packets. T.38 carries no frame check sequence, only that it was right, so
nothing else needs to change.

Standards:
    ITU-T T.30 (09/2005) §5.3.6.1 -- DIS 0000 0001, MCF X011 0001, RTN X011 0010,
    RTP X011 0011, PIN X011 0100, DCN X101 1111
    ITU-T T.38 (09/2010) §7.4 -- HDLC octets in fields, first bit lowest
"""

from collections.abc import Callable

from ..domain.errors import MalformedPacket
from ..t38.ifp import fields, is_control
from .behaviour import Behaviour, Conduct

_DIS, _MCF = 0x01, 0x31
_NO_FRAME = 0x55
"""An FCF that T.30 does not know."""

_INSTEAD = {
    Conduct.RTN: 0x32,
    Conduct.RTN_ONCE: 0x32,
    Conduct.RTP_ONCE: 0x33,
    Conduct.PIN: 0x34,
    Conduct.DCN: 0x5F,
}
_X_BIT = 0x80
"""Says who speaks; stays as it is."""

_FCF_POSITION = 2
_HDLC_DATA = 0


class Mischief:
    """
    A filter of outgoing IFP packets, for one call.

    Args:
        behaviour: What to do; many conducts change nothing here.

        pages: How many pages the terminal has confirmed, the one at hand included.

        on_time: Called once, when the page has come and nothing more is said.

        version: T38FaxVersion.
    """

    def __init__(
        self,
        behaviour: Behaviour,
        *,
        pages: Callable[[], int],
        on_time: Callable[[], None],
        version: int,
    ) -> None:
        self._behaviour = behaviour
        self._pages = pages
        self._on_time = on_time
        self._version = version
        self._position = 0
        self._muted = behaviour.conduct is Conduct.SILENCE

    def __call__(self, ifp: bytes) -> bytes:
        """The packet to send instead; empty: none."""
        if not self._speaks():
            return b""
        if not is_control(ifp):
            self._position = 0
            return ifp
        changed = bytearray(ifp)
        try:
            for field in fields(ifp, version=self._version):
                if field.type != _HDLC_DATA:
                    self._position = 0
                    continue
                for at in range(field.start, field.end):
                    if self._position == _FCF_POSITION:
                        changed[at] = self._instead_of(changed[at])
                    self._position += 1
        except MalformedPacket:
            return ifp
        return bytes(changed) if self._speaks() else b""

    def _speaks(self) -> bool:
        return not self._muted

    def _instead_of(self, fcf: int) -> int:
        conduct = self._behaviour.conduct
        if conduct is Conduct.CORRUPT_DIS and fcf == _DIS:
            return _NO_FRAME
        past = self._pages() - self._behaviour.page
        due = past == 0 or (
            past > 0 and conduct not in (Conduct.RTN_ONCE, Conduct.RTP_ONCE)
        )
        if not due or fcf & ~_X_BIT != _MCF:
            return fcf
        if conduct in (Conduct.HANG_UP, Conduct.STOP, Conduct.DUPLICATES):
            self._muted = True
            self._on_time()
            return fcf
        return _INSTEAD.get(conduct, _MCF) | fcf & _X_BIT
