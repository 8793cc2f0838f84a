"""
The fax within a call: the terminal for it, over T.38 or in audio, and how it went.

I/O: through the media that it is given.
"""

from collections.abc import Callable
from dataclasses import replace

from ..domain.outcome import Outcome
from ..spandsp.audio import AudioTerminal, Law
from ..spandsp.job import Options, Sending, TerminalEvent
from ..spandsp.terminal import FaxTerminal
from ..t38.offer import OUR_VERSION, T38Media
from .media import Media
from .protocol import PlaceCall
from .verdict import verdict


class Transmission:
    """
    One try to send the pages; it may begin in audio and go on in T.38.

    Args:
        order: What to send where.

        sending: Its files, looked into.

        media: The sockets of the call.

        trusted_hosts: Asked as the fax starts: IP addresses besides the SDP's that may
            send us media.

        on_event: Called with each event of the terminal that counts.
    """

    def __init__(
        self,
        order: PlaceCall,
        sending: Sending,
        media: Media,
        *,
        trusted_hosts: Callable[[], frozenset[str]],
        on_event: Callable[[TerminalEvent], None],
    ) -> None:
        self._order = order
        self._sending = sending
        self._media = media
        self._trusted = trusted_hosts
        self._on_event = on_event
        self._has_left_t38 = False

    @property
    def pages(self) -> int:
        """Confirmed so far."""
        leg = self._media.leg
        return leg.terminal.pages if leg is not None and leg.terminal else 0

    @property
    def may_go_to_t38(self) -> bool:
        """Up to the DIS: from the first page on, a change would lose it."""
        if self._order.media == "audio" or self._has_left_t38:
            return False
        leg = self._media.audio
        if leg is None or leg.terminal is None:
            return True
        return not (leg.terminal.pages or leg.terminal.in_page)

    @property
    def may_go_to_audio(self) -> bool:
        """Whether T.38, in which no fax was met so far, may be left again."""
        leg = self._media.leg
        return (
            self._order.media == "auto"
            and self._media.is_t38
            and leg is not None
            and leg.terminal is not None
            and not leg.terminal.result().fax_met
        )

    def leave_t38(self) -> None:
        """Give T.38 up; `start_audio` comes next. There is no second change of mind."""
        self._has_left_t38 = True
        self._media.leave_t38()

    def start_t38(self, peer: T38Media) -> None:
        """Send the fax over T.38; from the beginning, if it had begun in audio."""
        # Annex D.2.3: an answer may only lower the version, and ours is the lowest.
        peer = replace(peer, version=min(peer.version, OUR_VERSION))
        rate = min(self._order.max_bit_rate, peer.max_bit_rate)
        options = self._options(max_bit_rate=rate, version=peer.version)
        self._media.start_fax(
            FaxTerminal(self._sending, options),
            peer,
            trusted_hosts=self._trusted(),
            on_event=self._on_event,
        )

    def start_audio(self) -> bool:
        """Send the fax in G.711; False if the far end has none."""
        options = self._options(max_bit_rate=self._order.max_bit_rate)

        def make(law: Law) -> AudioTerminal:
            return AudioTerminal(self._sending, options, law=law)

        return self._media.start_audio_fax(make, self._on_event)

    def end(self, outcome: Outcome, *, cancelled: bool) -> Outcome:
        """
        End it where it stands, and judge.

        Args:
            outcome: As SIP sees it.

            cancelled: Whether somebody had the call hung up.
        """
        leg = self._media.leg
        if leg is None or leg.terminal is None:
            return outcome
        leg.terminate()
        return verdict(
            outcome,
            leg.terminal.result(),
            fault=leg.fault,
            cancelled=cancelled,
            heard=self._media.heard,
        )

    def _options(self, *, max_bit_rate: int, version: int = 0) -> Options:
        return Options(
            station_id=self._order.station_id,
            ecm=self._order.ecm,
            max_bit_rate=max_bit_rate,
            version=version,
            paced=self._order.trunk.paced,
            tag=self._order.call,
        )
