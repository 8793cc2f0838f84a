"""
Say something else than MCF at a page: change what the terminal sends.

Pure: no I/O, no clock, no randomness.

libspandsp cannot be told to refuse a page; so the octet of the answer is replaced in
the IFP packets. T.38 carries no frame check sequence, only that it was right, so
nothing else needs to change.

Standards:
    ITU-T T.30 (09/2005) §5.3.6.1 -- MCF X011 0001, RTN X011 0010, DCN X101 1111
    ITU-T T.38 (09/2010) §7.4 -- HDLC octets in fields, first bit lowest
"""

from collections.abc import Callable

from ..domain.errors import MalformedPacket
from ..t38.ifp import fields, is_control
from .behaviour import Behaviour, Conduct

_MCF = 0x31
_INSTEAD = {Conduct.RTN: 0x32, Conduct.RTN_ONCE: 0x32, Conduct.DCN: 0x5F}
_X_BIT = 0x80
"""Says who speaks; stays as it is."""

_FCF_POSITION = 2
_HDLC_DATA = 0


class Mischief:
    """
    A filter of outgoing IFP packets, for one call.

    Args:
        behaviour: One of `behaviour.PAGED`; any other changes nothing.

        pages: How many pages the terminal has confirmed, the one at hand included.

        on_hang_up: Called once, when it is time for `Conduct.HANG_UP`.

        version: T38FaxVersion.
    """

    def __init__(
        self,
        behaviour: Behaviour,
        *,
        pages: Callable[[], int],
        on_hang_up: Callable[[], None],
        version: int,
    ) -> None:
        self._behaviour = behaviour
        self._pages = pages
        self._on_hang_up = on_hang_up
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
        past = self._pages() - self._behaviour.page
        due = past == 0 or (
            past > 0 and self._behaviour.conduct is not Conduct.RTN_ONCE
        )
        if not due or fcf & ~_X_BIT != _MCF:
            return fcf
        if self._behaviour.conduct is Conduct.HANG_UP:
            self._muted = True
            self._on_hang_up()
            return fcf
        return _INSTEAD.get(self._behaviour.conduct, _MCF) | fcf & _X_BIT
