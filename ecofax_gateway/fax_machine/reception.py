"""
One call that is answered: ring, pick up, change to T.38, receive, write it down.

I/O: through the sockets and the agent that it is given.
"""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

from ..domain.errors import MalformedMessage
from ..engine.media import Media
from ..engine.signalling import Signalling
from ..sip.call import Call
from ..sip.event import (
    Event,
    HungUp,
    OfferAnswered,
    ReinviteAccepted,
    ReinviteReceived,
    ReinviteRejected,
)
from ..sip.sdp import SessionDescription, parse_sdp
from ..spandsp.job import FaxMet, Finished, Options, PageDone, Receiving, TerminalEvent
from ..spandsp.terminal import FaxTerminal
from ..t38.offer import T38Media, find_t38
from .behaviour import Behaviour, Conduct
from .logbook import Logbook, Reception
from .mischief import Mischief

logger = logging.getLogger(__name__)

REFUSALS = {
    Conduct.BUSY: 486,
    Conduct.UNKNOWN: 404,
    Conduct.UNREACHABLE: 480,
}

PATIENT = frozenset({Conduct.NEVER_ENDING, Conduct.SILENCE})
"""These never hang up by themselves."""

LINGER_S = 5.0
"""After the fax the caller hangs up; if it does not, we do."""

NO_FAX_S = 60.0
"""A call that never becomes T.38 is hung up."""


class T38Mode(StrEnum):
    """Who asks for T.38."""

    REINVITE = "reinvite"
    "We do, as gateways do that hear the calling tone."

    WAIT = "wait"
    "The caller does."

    REFUSE = "refuse"
    "Nobody may: 488."


@dataclass(frozen=True, slots=True, kw_only=True)
class StationOptions:
    """How the station behaves on every call."""

    station_id: str = ""
    "CSI; empty: the number called."

    t38: T38Mode = T38Mode.REINVITE
    reinvite_after_s: float = 1.0
    max_dpi: int = 391
    ecm: bool = True
    paced: bool = True


class IncomingFax:
    """
    An incoming call, until it is over.

    Args:
        call: Just arrived.

        behaviour: What it meets.

        options: The station's.

        signalling: Whose `flush` follows each thing we do to *call*.

        media: Its sockets; ours to close.

        logbook: Where the fax goes.

        on_over: Called once, last.
    """

    def __init__(
        self,
        call: Call,
        behaviour: Behaviour,
        options: StationOptions,
        *,
        signalling: Signalling,
        media: Media,
        logbook: Logbook,
        on_over: Callable[[], None],
    ) -> None:
        self._call = call
        self._behaviour = behaviour
        self._options = options
        self._signalling = signalling
        self._media = media
        self._logbook = logbook
        self._on_over = on_over
        self._path: Path | None = None
        self._started = datetime.now(UTC)
        self._began = signalling.now()
        self._timer: asyncio.TimerHandle | None = None
        self._over = False

    def begin(self) -> None:
        """Answer the INVITE, one way or the other."""
        conduct = self._behaviour.conduct
        now = self._signalling.now()
        if conduct in REFUSALS:
            self._call.reject(REFUSALS[conduct], now)
            self._finish()
            return
        self._call.ring(now)
        if conduct is not Conduct.NO_ANSWER:
            self._pick_up()
        self._signalling.flush()

    def take(self, event: Event) -> None:
        """What the SIP agent says about this call."""
        if self._over:
            return
        match event:
            case ReinviteReceived(sdp=sdp):
                self._reinvited(_read(sdp))
            case ReinviteAccepted(sdp=sdp) | OfferAnswered(sdp=sdp):
                offer = _read(sdp)
                peer = find_t38(offer) if offer is not None else None
                if peer is not None:
                    self._start_fax(peer)
            case ReinviteRejected(status=status):
                logger.info(
                    "%s: the caller refuses T.38: %d", self._call.caller, status
                )
            case HungUp():
                self._finish()
        self._signalling.flush()

    def hang_up(self) -> None:
        """End the call."""
        if not self._over:
            self._call.hang_up(self._signalling.now())
            self._finish()
            self._signalling.flush()

    def _pick_up(self) -> None:
        now = self._signalling.now()
        offer = _read(self._call.remote_sdp)
        peer = find_t38(offer) if offer is not None else None
        refuses = self._refuses_t38()
        audio = self._media.audio_answer(offer) if offer is not None else None
        if offer is None:
            self._call.accept(self._media.audio_offer(), now)
        elif peer is not None and not refuses:
            self._call.accept(self._media.t38_answer(offer), now)
            self._start_fax(peer)
            return
        elif audio is not None:
            self._call.accept(audio, now)
        else:
            self._call.reject(488, now)
            self._finish()
            return
        if self._behaviour.conduct is Conduct.VOICE:
            self._wait(self._options.reinvite_after_s, self.hang_up)
        elif self._options.t38 is T38Mode.REINVITE and not refuses:
            self._wait(self._options.reinvite_after_s, self._offer_t38)
        else:
            self._wait(NO_FAX_S, self.hang_up)

    def _refuses_t38(self) -> bool:
        refusing = self._behaviour.conduct in (Conduct.REFUSE_T38, Conduct.VOICE)
        return refusing or self._options.t38 is T38Mode.REFUSE

    def _offer_t38(self) -> None:
        self._call.reinvite(self._media.t38_offer(), self._signalling.now())
        self._wait(NO_FAX_S, self.hang_up)
        self._signalling.flush()

    def _reinvited(self, offer: SessionDescription | None) -> None:
        now = self._signalling.now()
        peer = find_t38(offer) if offer is not None else None
        if offer is None or peer is None or self._refuses_t38():
            self._call.reject_reinvite(488, now)
            return
        self._call.accept_reinvite(self._media.t38_answer(offer), now)
        self._start_fax(peer)

    def _start_fax(self, peer: T38Media) -> None:
        if self._media.leg is not None:
            self._media.redirect_t38(peer)
            return
        self._stop_waiting()
        options = self._options
        self._path = self._logbook.incoming_path()
        terminal = FaxTerminal(
            Receiving(path=str(self._path), max_dpi=options.max_dpi),
            Options(
                station_id=options.station_id or self._call.called,
                ecm=options.ecm,
                max_bit_rate=peer.max_bit_rate,
                version=peer.version,
                paced=options.paced,
                tag=self._call.called[:40],
            ),
        )
        self._media.start_fax(
            terminal,
            peer,
            trusted_hosts=frozenset(),
            on_event=self._terminal_event,
            filter_out=Mischief(
                self._behaviour,
                pages=lambda: terminal.pages,
                on_hang_up=self._hang_up_soon,
                version=peer.version,
            ),
        )

    def _hang_up_soon(self) -> None:
        # Asked for while packets are being sent: the leg must not close under them.
        asyncio.get_running_loop().call_soon(self.hang_up)

    def _terminal_event(self, event: TerminalEvent) -> None:
        match event:
            case FaxMet(remote_id=remote_id):
                logger.info("%s: fax of %r", self._call.caller, remote_id)
            case PageDone(pages=pages):
                logger.info("%s: page %d", self._call.caller, pages)
            case Finished() if self._behaviour.conduct not in PATIENT:
                self._wait(LINGER_S, self.hang_up)

    def _finish(self) -> None:
        self._over = True
        self._stop_waiting()
        leg = self._media.leg
        if leg is not None:
            leg.terminate()
        self._media.close()
        if leg is not None and leg.terminal is not None and self._path is not None:
            self._logbook.file(
                self._path,
                Reception(
                    started=self._started,
                    caller=self._call.caller,
                    called=self._call.called,
                    result=leg.terminal.result(),
                    duration_s=self._signalling.now() - self._began,
                ),
            )
        self._on_over()

    def _wait(self, seconds: float, then: Callable[[], None]) -> None:
        self._stop_waiting()
        self._timer = asyncio.get_running_loop().call_later(seconds, then)

    def _stop_waiting(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


def _read(sdp: bytes | None) -> SessionDescription | None:
    if not sdp:
        return None
    try:
        return parse_sdp(sdp)
    except MalformedMessage as error:
        logger.info("a description that cannot be read: %s", error)
        return None
