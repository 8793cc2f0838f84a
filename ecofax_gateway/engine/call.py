"""
One call that we place: a state machine fed by SIP events, ticks and a hang-up.

I/O: through the sockets and the agent that it is given.

It begins as a voice call with the calling tone. The far end's gateway should change
it to T.38 when it hears the answering fax; if it does not within some seconds, we do.

Standards:
    ITU-T T.38 (09/2010) Annex D §2.2 -- from audio to T.38 within the call
    RFC 3264 §8 -- new offers in a call
"""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import replace
from enum import StrEnum

from ..domain.errors import MalformedMessage
from ..domain.outcome import Ending, Outcome
from ..sip.call import Call
from ..sip.causes import ending_of
from ..sip.event import (
    Answered,
    CallFailed,
    Event,
    HungUp,
    OfferAnswered,
    ReinviteAccepted,
    ReinviteReceived,
    ReinviteRejected,
    Ringing,
)
from ..sip.sdp import SessionDescription, parse_sdp
from ..spandsp.job import FaxMet, Finished, Options, PageDone, Sending, TerminalEvent
from ..spandsp.terminal import FaxTerminal
from ..t38.offer import T38Media, find_t38
from .media import Media
from .protocol import Ended, PlaceCall, Progress, Step
from .signalling import Signalling
from .transport import Address

logger = logging.getLogger(__name__)

OWN_REINVITE_AFTER_S = 4.0
"""The far end's gateway goes first: it hears the answering fax. CED takes 3 s."""

OWN_REINVITE_AFTER_UNPACED_S = 0.3

T38_PATIENCE_S = 40.0
"""From our own re-INVITE until T.38 runs; SIP gives up on an answer after 32 s."""

NOT_ACCEPTABLE = 488

Tell = Callable[[Progress | Ended], None]


class _State(StrEnum):
    CALLING = "calling"
    AUDIO = "audio"
    T38 = "t38"
    OVER = "over"


class OutgoingCall:
    """
    A call, from INVITE to `Ended`.

    Args:
        order: What to send where.

        sending: Its files, looked into.

        call: The INVITE that has just been made; its events come to `take`.

        next_hop: Where that went; its host may send us T.38 from behind a NAT.

        signalling: Whose `flush` follows each thing we do to *call*.

        media: Its sockets; ours to close.

        tell: Called with each step, and with `Ended` once, last.
    """

    def __init__(
        self,
        order: PlaceCall,
        sending: Sending,
        call: Call,
        *,
        next_hop: Address,
        signalling: Signalling,
        media: Media,
        tell: Tell,
    ) -> None:
        self._order = order
        self._sending = sending
        self._call = call
        self._next_hop = next_hop
        self._signalling = signalling
        self._media = media
        self._tell = tell
        self._state = _State.CALLING
        self._rang = False
        self._cancelled = False
        self._offered_t38 = False
        self._answered_at: float | None = None
        self._patience: asyncio.TimerHandle | None = None
        self._step(Step.INVITED)

    def take(self, event: Event) -> None:
        """What the SIP agent says about this call."""
        if self._state is _State.OVER:
            return
        match event:
            case Ringing(status=status):
                if not self._rang:
                    self._rang = True
                    self._step(Step.RINGING, detail=str(status))
            case Answered(sdp=sdp):
                self._answered(_read(sdp))
            case CallFailed(status=status, reason=reason, q850=q850):
                self._failed(status, reason, q850)
            case ReinviteReceived(sdp=sdp):
                self._reinvited(sdp)
            case ReinviteAccepted(sdp=sdp) | OfferAnswered(sdp=sdp):
                self._offer_answered(_read(sdp))
            case ReinviteRejected(status=status, reason=reason):
                if self._state is _State.AUDIO:
                    self._end(Ending.T38_REFUSED, f"{status} {reason} to T.38")
            case HungUp(status=status, reason=reason):
                self._hung_up(status, reason)
        self._signalling.flush()

    def hang_up(self) -> None:
        """
        End it: somebody cancelled it, or the daemon is gone.

        libspandsp 0.0.6 has no way to say DCN out of turn: the BYE says it all.
        """
        if self._state is _State.OVER:
            return
        self._cancelled = True
        if self._state is _State.CALLING:
            # `CallFailed` says whether the far end was quicker.
            self._call.hang_up(self._signalling.now())
            self._signalling.flush()
            return
        self._end(Ending.CANCELLED, "hung up by order")

    def _answered(self, description: SessionDescription | None) -> None:
        self._state = _State.AUDIO
        self._answered_at = self._signalling.now()
        self._step(Step.ANSWERED)
        if self._cancelled:
            self._end(Ending.CANCELLED, "hung up by order")
            return
        peer = find_t38(description) if description is not None else None
        if peer is not None:
            self._start_fax(peer)
            return
        self._media.start_tone(description)
        paced = self._order.trunk.paced
        self._wait(
            OWN_REINVITE_AFTER_S if paced else OWN_REINVITE_AFTER_UNPACED_S,
            self._offer_t38,
        )

    def _failed(self, status: int, reason: str, q850: int | None) -> None:
        detail = f"{status} {reason}".strip()
        if q850 is not None:
            detail += f" (Q.850 {q850})"
        ending = ending_of(status, q850)
        if self._cancelled and ending is Ending.NO_ANSWER:
            ending = Ending.CANCELLED
        self._finish(Outcome(ending=ending, detail=detail))

    def _offer_t38(self) -> None:
        self._offered_t38 = True
        self._call.reinvite(self._media.t38_offer(), self._signalling.now())
        self._wait(T38_PATIENCE_S, self._t38_never_came)
        self._signalling.flush()

    def _t38_never_came(self) -> None:
        self._end(Ending.T38_REFUSED, "no answer to the offer of T.38")

    def _offer_answered(self, description: SessionDescription | None) -> None:
        peer = find_t38(description) if description is not None else None
        if peer is not None:
            self._start_fax(peer)
        elif self._state is _State.AUDIO and self._offered_t38:
            self._end(Ending.T38_REFUSED, "the answer to the offer has no T.38")

    def _reinvited(self, sdp: bytes | None) -> None:
        now = self._signalling.now()
        if sdp is None:
            in_fax = self._state is _State.T38
            ours = self._media.t38_offer() if in_fax else self._media.audio_offer()
            self._call.accept_reinvite(ours, now)
            return
        offer = _read(sdp)
        peer = find_t38(offer) if offer is not None else None
        if offer is not None and peer is not None:
            self._call.accept_reinvite(self._media.t38_answer(offer), now)
            self._start_fax(peer)
            return
        audio = self._media.audio_answer(offer) if offer is not None else None
        if audio is not None and self._state is _State.AUDIO:
            # A session refreshed, or a transcoder moved: the tone goes on.
            self._call.accept_reinvite(audio, now)
        else:
            self._call.reject_reinvite(NOT_ACCEPTABLE, now)

    def _start_fax(self, peer: T38Media) -> None:
        if self._state is _State.T38:
            assert self._media.leg is not None
            self._media.leg.redirect(peer)
            return
        self._stop_waiting()
        self._state = _State.T38
        order = self._order
        terminal = FaxTerminal(
            self._sending,
            Options(
                station_id=order.station_id,
                ecm=order.ecm,
                max_bit_rate=min(order.max_bit_rate, peer.max_bit_rate),
                version=peer.version,
                paced=order.trunk.paced,
                tag=order.call,
            ),
        )
        self._media.start_fax(
            terminal,
            peer,
            trusted_hosts=frozenset({self._next_hop[0]}),
            on_event=self._terminal_event,
        )
        self._step(Step.T38)

    def _terminal_event(self, event: TerminalEvent) -> None:
        if self._state is _State.OVER:
            return
        match event:
            case FaxMet(remote_id=remote_id):
                self._step(Step.FAX_MET, detail=remote_id or "")
            case PageDone(pages=pages):
                self._step(Step.PAGE_CONFIRMED, pages=pages)
            case Finished():
                self._end(Ending.PROTOCOL_ERROR, "")

    def _hung_up(self, status: int | None, reason: str) -> None:
        if self._state is _State.CALLING:
            self._failed(status or 480, reason, None)
            return
        said = f"{status or 'BYE'} {reason}".strip()
        if status is not None and self._state is _State.AUDIO:
            self._end(Ending.TRUNK_FAULT, said)
        else:
            self._end(Ending.NOT_A_FAX, f"{said} before any fax signal")

    def _end(self, ending: Ending, detail: str) -> None:
        """
        Hang up, and judge.

        Args:
            ending: Where no fax was met; otherwise T.30's own result counts, unless
                it was cancelled or stalled.

            detail: To go with *ending*.
        """
        outcome = self._judge(ending, detail)
        self._call.hang_up(self._signalling.now(), cause="Q.850;cause=16")
        self._finish(outcome)
        self._signalling.flush()

    def _judge(self, ending: Ending, detail: str) -> Outcome:
        leg = self._media.leg
        answered_at = self._answered_at
        spent = 0.0 if answered_at is None else self._signalling.now() - answered_at
        outcome = Outcome(
            ending=ending,
            detail=detail,
            answered=answered_at is not None,
            duration_s=round(spent, 3),
        )
        if leg is None:
            return outcome
        leg.terminate()
        result = leg.terminal.result()
        outcome = replace(
            outcome,
            pages_confirmed=result.pages,
            fax_met=result.fax_met,
            remote_id=result.remote_id,
            bit_rate=result.bit_rate,
            ecm=result.ecm,
            vertical_dpi=result.vertical_dpi,
        )
        if result.ending is Ending.DELIVERED:
            return replace(outcome, ending=Ending.DELIVERED, detail=result.detail)
        if self._cancelled:
            return outcome
        if leg.stalled:
            met = result.fax_met
            return replace(
                outcome,
                ending=Ending.STALLED if met else Ending.NOT_A_FAX,
                detail=f"watchdog, {result.detail}",
            )
        if result.fax_met or ending is Ending.PROTOCOL_ERROR:
            return replace(outcome, ending=result.ending, detail=result.detail)
        return outcome

    def _finish(self, outcome: Outcome) -> None:
        self._state = _State.OVER
        self._stop_waiting()
        outcome = replace(outcome, journal=self._media.journal())
        self._media.close()
        self._tell(Ended(call=self._order.call, outcome=outcome))

    def _step(self, step: Step, *, pages: int | None = None, detail: str = "") -> None:
        leg = self._media.leg
        confirmed = leg.terminal.pages if leg is not None else 0
        self._tell(
            Progress(
                call=self._order.call,
                step=step,
                pages_confirmed=confirmed if pages is None else pages,
                detail=detail,
            )
        )

    def _wait(self, seconds: float, then: Callable[[], None]) -> None:
        self._stop_waiting()
        loop = asyncio.get_running_loop()
        self._patience = loop.call_later(seconds, then)

    def _stop_waiting(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None


def _read(sdp: bytes) -> SessionDescription | None:
    try:
        return parse_sdp(sdp)
    except MalformedMessage as error:
        logger.info("a description that cannot be read: %s", error)
        return None
