"""
One call that we place: a state machine fed by SIP events, ticks and a hang-up.

I/O: through the sockets and the agent that it is given.

It begins as a voice call with the calling tone. The far end's gateway should change
it to T.38 when it hears the answering fax; if it does not within some seconds, we do;
and if it will not have T.38, the fax goes as modem tones through the same call.

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
from ..sip.glance import Glance
from ..sip.sdp import SessionDescription, parse_sdp
from ..spandsp.job import FaxMet, Finished, PageDone, Sending, TerminalEvent
from ..t38.offer import T38Media, find_t38
from .audio import find_audio
from .media import Media
from .protocol import Ended, PlaceCall, Progress, Step
from .signalling import Signalling
from .tone import cng_frame
from .transmission import Transmission
from .transport import Address
from .watchdog import MEETING_S, PAGE_S

logger = logging.getLogger(__name__)

OWN_REINVITE_AFTER_S = 4.0
"""The far end's gateway goes first: it hears the answering fax. CED takes 3 s."""

OWN_REINVITE_AFTER_UNPACED_S = 0.3

REINVITE_ANSWER_S = 8.0
"""For an answer to our offer of T.38; the far end's fax calls for 35 s from its answer,
T.30's T1, and a fax in audio has to hear it."""

T38_PATIENCE_S = 40.0
"""The same where audio is not wanted; SIP gives up on an answer after 32 s."""

NOT_ACCEPTABLE = 488

T38_REFUSALS = frozenset({415, 488, 606})
"""What a far end without T.38 says to an INVITE that offers nothing else."""

Tell = Callable[[Progress | Ended], None]


class _State(StrEnum):
    CALLING = "calling"
    AUDIO = "audio"
    AUDIO_FAX = "audio-fax"
    T38 = "t38"
    OVER = "over"


class OutgoingCall:
    """
    A call, from INVITE to `Ended`.

    Args:
        order: What to send where.

        sending: Its files, looked into.

        call: The INVITE that has just been made; its events come to `take`.

        next_hop: Where that went; its host may send us media from behind a NAT.

        signalling: Whose `flush` follows each thing we do to *call*.

        media: Its sockets; ours to close.

        tell: Called with each step, and with `Ended` once, last.

        call_again: Makes another INVITE, with audio, whose events come here too.
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
        call_again: Callable[[], Call],
    ) -> None:
        self._order = order
        self._call = call
        self._first_hop = next_hop[0]
        self._signalling = signalling
        self._media = media
        self._tell = tell
        self._fax = Transmission(
            order,
            sending,
            media,
            trusted_hosts=lambda: self._trusted,
            on_event=self._terminal_event,
        )
        self._call_again = call_again
        self._state = _State.CALLING
        self._rang = False
        self._cancelled = False
        self._offered_t38 = order.direct_t38 and order.media != "audio"
        self._answered_at: float | None = None
        self._patience: asyncio.TimerHandle | None = None
        self._limit: asyncio.TimerHandle | None = None
        self._step(Step.INVITED)

    def take(self, event: Event) -> None:
        """What the SIP agent says about this call."""
        if self._state is _State.OVER:
            return
        match event:
            case Ringing(status=status):
                # Early media is somebody's announcement: no fax begins before 200.
                if not self._rang:
                    self._rang = True
                    self._step(Step.RINGING, detail=str(status))
            case Answered(sdp=sdp):
                self._answered(_read(sdp))
            case CallFailed(status=status, reason=reason, q850=q850):
                self._not_answered(status, reason, q850)
            case ReinviteReceived(sdp=sdp):
                self._reinvited(sdp)
            case ReinviteAccepted(sdp=sdp) | OfferAnswered(sdp=sdp):
                self._offer_answered(_read(sdp))
            case ReinviteRejected(status=status, reason=reason):
                self._t38_refused(f"{status} {reason} to T.38")
            case HungUp(status=status, reason=reason):
                self._hung_up(status, reason)
        self._signalling.flush()

    def saw(self, seen: Glance, data: bytes, *, far: Address, from_us: bool) -> None:
        """Note a message of this call on its way."""
        near = self._signalling.address
        self._media.saw_sip(seen, data, near=near, far=far, from_us=from_us)

    @property
    def _trusted(self) -> frozenset[str]:
        """Hosts that media may come from: who answers may be the second of a trunk."""
        return frozenset({self._first_hop, self._call.dialog.peer.host})

    def hang_up(self) -> None:
        """
        End it: somebody cancelled it, or the daemon is gone.

        libspandsp 0.0.6 has no way to say DCN out of turn: the BYE says it all.
        """
        if self._state is _State.OVER:
            return
        self._cancelled = True
        self._media.ladder.own("hung up by order")
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
        limit = 2 * MEETING_S + self._order.pages * PAGE_S
        self._limit = asyncio.get_running_loop().call_later(limit, self._too_long)
        peer = find_t38(description) if description is not None else None
        if peer is not None:
            self._start_t38(peer)
            return
        self._start_tone(description)
        if self._order.media == "audio":
            self._start_audio("the answer has no G.711")
            return
        self._wait(
            OWN_REINVITE_AFTER_S
            if self._order.trunk.paced
            else OWN_REINVITE_AFTER_UNPACED_S,
            self._offer_t38,
        )

    def _start_tone(self, description: SessionDescription | None) -> None:
        self._media.start_audio(
            description,
            trusted_hosts=self._trusted,
            sound=cng_frame,
            paced=self._order.trunk.paced,
        )

    def _not_answered(self, status: int, reason: str, q850: int | None) -> None:
        if self._offered_t38 and status in T38_REFUSALS and not self._cancelled:
            self._offered_t38 = False
            self._call = self._call_again()
            return
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
        may_fall_back = self._order.media == "auto"
        self._wait(
            REINVITE_ANSWER_S if may_fall_back else T38_PATIENCE_S,
            lambda: self._t38_refused("no answer to the offer of T.38"),
        )
        self._signalling.flush()

    def _t38_refused(self, detail: str) -> None:
        if self._state is not _State.AUDIO:
            return
        if self._order.media == "auto":
            self._start_audio(detail)
        else:
            self._end(Ending.T38_REFUSED, detail)

    def _offer_answered(self, description: SessionDescription | None) -> None:
        peer = find_t38(description) if description is not None else None
        if peer is not None and (self._state is _State.T38 or self._fax.may_go_to_t38):
            self._start_t38(peer)
        elif peer is not None:
            # We had given up waiting, and a page is under way as sound: back to that.
            offer = self._media.audio_offer()
            self._call.reinvite(offer, self._signalling.now())
        else:
            self._media.follow_audio(description)
            if self._offered_t38:
                self._t38_refused("the answer to the offer has no T.38")

    def _reinvited(self, sdp: bytes | None) -> None:
        now = self._signalling.now()
        if sdp is None:
            in_t38 = self._state is _State.T38
            ours = self._media.t38_offer() if in_t38 else self._media.audio_offer()
            self._call.accept_reinvite(ours, now)
            return
        offer = _read(sdp)
        peer = find_t38(offer) if offer is not None else None
        if offer is not None and peer is not None and self._fax.may_go_to_t38:
            self._call.accept_reinvite(self._media.t38_answer(offer), now)
            self._start_t38(peer)
            return
        audio = find_audio(offer) if offer is not None else None
        in_t38 = self._state is _State.T38
        if offer is None or audio is None or (in_t38 and not self._fax.may_go_to_audio):
            self._call.reject_reinvite(NOT_ACCEPTABLE, now)
            return
        # A session refreshed, or a transcoder moved: the tones go on.
        answer = self._media.audio_answer(offer)
        assert answer is not None
        self._call.accept_reinvite(answer, now)
        if in_t38:
            self._back_to_audio(offer)

    def _start_t38(self, peer: T38Media) -> None:
        if self._state is _State.T38:
            self._media.redirect_t38(peer)
            return
        self._stop_waiting()
        self._state = _State.T38
        self._fax.start_t38(peer)
        self._step(Step.T38)

    def _back_to_audio(self, offer: SessionDescription) -> None:
        """Begin again in G.711: a gateway found nobody who speaks T.38 behind it."""
        self._fax.leave_t38()
        self._start_tone(offer)
        self._start_audio("the far end went back to audio")

    def _start_audio(self, why: str) -> None:
        """The fax in G.711; *why* T.38 did not come is told if that cannot be."""
        self._stop_waiting()
        self._state = _State.AUDIO_FAX
        if self._fax.start_audio():
            self._step(Step.AUDIO, detail=why)
        else:
            self._end(Ending.T38_REFUSED, f"{why}, and no G.711 to fall back on")

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

    def _too_long(self) -> None:
        self._end(Ending.STALLED, "a call without an end")

    def _hung_up(self, status: int | None, reason: str) -> None:
        if self._state is _State.CALLING:
            self._not_answered(status or 480, reason, None)
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
        # The journal, which ends here, shall have the BYE.
        self._signalling.send_waiting()
        self._finish(outcome)
        self._signalling.flush()

    def _judge(self, ending: Ending, detail: str) -> Outcome:
        answered_at = self._answered_at
        spent = 0.0 if answered_at is None else self._signalling.now() - answered_at
        outcome = Outcome(
            ending=ending,
            detail=detail,
            answered=answered_at is not None,
            duration_s=round(spent, 3),
        )
        return self._fax.end(outcome, cancelled=self._cancelled)

    def _finish(self, outcome: Outcome) -> None:
        self._state = _State.OVER
        self._stop_waiting()
        if self._limit is not None:
            self._limit.cancel()
        outcome = replace(outcome, journal=self._media.journal())
        self._media.close()
        self._tell(Ended(call=self._order.call, outcome=outcome))

    def _step(self, step: Step, *, pages: int | None = None, detail: str = "") -> None:
        confirmed = self._fax.pages
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
