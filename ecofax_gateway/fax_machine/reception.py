"""
One call that is answered: ring, pick up, T.38 or audio, receive, write it down.

I/O: through the sockets and the agent that it is given.
"""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
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
from ..spandsp.audio import AudioTerminal, Law
from ..spandsp.job import FaxMet, Finished, Options, PageDone, Receiving, TerminalEvent
from ..spandsp.terminal import FaxTerminal
from ..t38.offer import OUR_VERSION, T38Media, find_t38
from .behaviour import (
    ANSWERS,
    FAX_IN_AUDIO,
    PATIENT,
    SPEAKING,
    T38_ANSWERS,
    Behaviour,
    Conduct,
)
from .logbook import Logbook, Reception
from .mischief import Mischief
from .options import StationOptions, T38Mode
from .promise import promise_of
from .voice import silence, voice

logger = logging.getLogger(__name__)

LINGER_S = 5.0
"""After the fax the caller hangs up; if it does not, we do."""

NO_FAX_S = 60.0
"""A call that never becomes a fax is hung up."""

LATE_S = 8.0
"""Of `Conduct.LATE_REINVITE`, from the answer."""

IN_PAGE_S = 6.0
"""From the first DCS until the page is well under way. DCS, TCF and CFR take 4 s."""

SPEECH_FRAMES = 1500
"""Of an answering machine: 30 s."""


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
        self._late_offer: SessionDescription | None = None
        media.promise = promise_of(behaviour.conduct)

    def begin(self) -> None:
        """Answer the INVITE, one way or the other."""
        conduct = self._behaviour.conduct
        now = self._signalling.now()
        if conduct in ANSWERS:
            later = (("Retry-After", "30"),) if conduct is Conduct.OVERLOADED else ()
            self._call.reject(ANSWERS[conduct], now, headers=later)
            self._finish()
            return
        if conduct is Conduct.EARLY_MEDIA:
            self._announce()
            return
        self._call.ring(now)
        if conduct not in (Conduct.NO_ANSWER, Conduct.CANCEL_RACE):
            self.pick_up()
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
                elif self._behaviour.conduct is Conduct.BACK_TO_AUDIO:
                    self._media.follow_audio(offer)
                    self._start_audio_fax()
            case ReinviteRejected(status=status):
                caller = self._call.caller
                logger.info("%s: the caller refuses T.38: %d", caller, status)
                if self._media.leg is None:
                    # What a gateway's modem line would do all the time.
                    self._start_audio_fax()
            case HungUp():
                self._finish()
        self._signalling.flush()

    def hang_up(self) -> None:
        """End the call."""
        if not self._over:
            self._call.hang_up(self._signalling.now())
            self._finish()
            self._signalling.flush()

    def _announce(self) -> None:
        """183 with a voice, as networks do that tell the price before they ring."""
        offer = _read(self._call.remote_sdp)
        audio = self._media.audio_answer(offer) if offer is not None else None
        self._call.ring(self._signalling.now(), sdp=audio)
        self._start_audio(offer, speaks=True)
        self._wait(self._options.reinvite_after_s, self.pick_up)

    def pick_up(self) -> None:
        """Answer 200; harmless if the call is over."""
        if self._over:
            return
        now = self._signalling.now()
        offer = _read(self._call.remote_sdp)
        peer = find_t38(offer) if offer is not None else None
        refusal = self._t38_refusal
        audio = self._media.audio_answer(offer) if offer is not None else None
        if offer is None:
            self._call.accept(self._media.audio_offer(), now)
        elif peer is not None and not refusal:
            self._call.accept(self._media.t38_answer(offer), now)
            self._start_fax(peer)
        elif audio is not None:
            self._call.accept(audio, now)
            self._start_audio(offer, speaks=self._behaviour.conduct in SPEAKING)
        else:
            self._call.reject(refusal or 488, now)
            self._finish()
            return
        if self._media.leg is None:
            self._go_on()
        self._signalling.flush()

    def _go_on(self) -> None:
        """What comes after the answer in audio."""
        conduct, options = self._behaviour.conduct, self._options
        if conduct is Conduct.VOICE:
            self._wait(options.reinvite_after_s, self.hang_up)
        elif conduct is Conduct.LATE_REINVITE:
            self._wait(LATE_S, self._offer_t38)
        elif options.t38 is T38Mode.REINVITE and not self._t38_refusal:
            self._wait(options.reinvite_after_s, self._offer_t38)
        elif conduct not in PATIENT:
            self._wait(NO_FAX_S, self.hang_up)
        if conduct in FAX_IN_AUDIO or options.t38 is T38Mode.REFUSE:
            self._start_audio_fax()

    @property
    def _t38_refusal(self) -> int:
        """The status; 0: T.38 is welcome."""
        refused = 488 if self._options.t38 is T38Mode.REFUSE else 0
        return T38_ANSWERS.get(self._behaviour.conduct, refused)

    def _start_audio(self, offer: SessionDescription | None, *, speaks: bool) -> None:
        conduct = self._behaviour.conduct

        def sound(law: Law, index: int) -> bytes:
            if index == SPEECH_FRAMES and conduct is Conduct.ANSWERING_MACHINE:
                # Not from within: the leg is in the middle of a frame.
                asyncio.get_running_loop().call_soon(self._start_audio_fax)
            return voice(law, index) if speaks else silence(law, index)

        self._media.start_audio(
            offer,
            trusted_hosts=frozenset(),
            sound=sound,
            paced=self._options.paced,
            answering=True,
        )

    def _start_audio_fax(self) -> None:
        if self._over:
            return
        path = self._logbook.incoming_path()

        def make(law: Law) -> AudioTerminal:
            job = Receiving(path=str(path), max_dpi=self._options.max_dpi)
            return AudioTerminal(job, self._terminal_options(), law=law)

        if self._media.start_audio_fax(make, self._terminal_event):
            self._path = path

    def _terminal_options(self, peer: T38Media | None = None) -> Options:
        options = self._options
        return Options(
            station_id=options.station_id or self._call.called,
            ecm=options.ecm,
            max_bit_rate=peer.max_bit_rate if peer is not None else 14400,
            version=peer.version if peer is not None else 0,
            paced=options.paced,
            tag=self._call.called[:40],
        )

    def _offer_t38(self) -> None:
        self._call.reinvite(self._media.t38_offer(), self._signalling.now())
        self._wait(NO_FAX_S, self.hang_up)
        self._signalling.flush()

    def _offer_audio(self) -> None:
        self._call.reinvite(self._media.audio_offer(), self._signalling.now())
        self._wait(NO_FAX_S, self.hang_up)
        self._signalling.flush()

    def _reinvited(self, offer: SessionDescription | None) -> None:
        now = self._signalling.now()
        peer = find_t38(offer) if offer is not None else None
        conduct = self._behaviour.conduct
        if conduct is Conduct.IGNORE_REINVITE:
            return
        if offer is not None and conduct is Conduct.LATE_ANSWER:
            self._late_offer = offer
            audio = self._media.audio_answer(offer)
            if audio is not None:
                self._call.accept_reinvite(audio, now)
            return
        if offer is None or peer is None or self._t38_refusal:
            self._call.reject_reinvite(self._t38_refusal or 488, now)
            return
        self._call.accept_reinvite(self._media.t38_answer(offer), now)
        self._start_fax(peer)

    def _agree_to_t38(self) -> None:
        """Say yes to the offer of T.38, and stay with the modem."""
        if self._late_offer is not None:
            answer = self._media.t38_answer(self._late_offer)
            self._call.accept_reinvite(answer, self._signalling.now())
            self._signalling.flush()

    def _start_fax(self, peer: T38Media) -> None:
        if self._media.is_t38:
            self._media.redirect_t38(peer)
            return
        self._stop_waiting()
        if self._behaviour.conduct is Conduct.BACK_TO_AUDIO:
            self._wait(self._options.reinvite_after_s, self._offer_audio)
            return
        peer = replace(peer, version=min(peer.version, OUR_VERSION))
        if self._path is not None:
            # Of the modem that was there before the change; nothing came so far.
            self._path.unlink(missing_ok=True)
        self._path = self._logbook.incoming_path()
        terminal = FaxTerminal(
            Receiving(path=str(self._path), max_dpi=self._options.max_dpi),
            self._terminal_options(peer),
        )
        self._media.start_fax(
            terminal,
            peer,
            trusted_hosts=frozenset(),
            on_event=self._terminal_event,
            filter_out=Mischief(
                self._behaviour,
                pages=lambda: terminal.pages,
                on_time=self._page_came,
                version=peer.version,
            ),
        )

    def _page_came(self) -> None:
        if self._behaviour.conduct is Conduct.HANG_UP:
            # While packets are being sent: the leg must not close under them.
            asyncio.get_running_loop().call_soon(self.hang_up)
        elif self._behaviour.conduct is Conduct.STOP:
            self._media.pause()

    def _terminal_event(self, event: TerminalEvent) -> None:
        match event:
            case FaxMet(remote_id=remote_id):
                logger.info("%s: fax of %r", self._call.caller, remote_id)
                if self._behaviour.conduct is Conduct.REINVITE_IN_PAGE:
                    self._wait(IN_PAGE_S, self._offer_t38)
                elif self._behaviour.conduct is Conduct.LATE_ANSWER:
                    self._wait(IN_PAGE_S, self._agree_to_t38)
                else:
                    self._stop_waiting()
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
