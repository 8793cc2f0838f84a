"""
The sockets and descriptions of one call, from either side: audio, and T.38.

I/O: two UDP sockets, the ticker.
"""

import asyncio
import secrets
from collections.abc import Callable

from ..domain.journal import Journal, Ladder, Layer
from ..sip.glance import Glance
from ..sip.sdp import SessionDescription, format_sdp
from ..spandsp.audio import AudioTerminal, Law
from ..spandsp.terminal import FaxTerminal
from ..t38.offer import T38Media, t38_answer, t38_offer
from .audio import audio_answer, audio_offer, find_audio
from .audio_leg import AudioLeg, Sound
from .capture import Capture
from .leg import FaxLeg, OnTerminalEvent
from .rtp import RtpStream
from .ticker import Ticker
from .transport import Address, UdpPort, open_udp

Promise = Callable[[SessionDescription], SessionDescription]


class Media:
    """
    What one call sends and receives beside its signalling.

    Audio and T.38 have a socket each: a late RTP packet read as UDPTL would be taken
    for a sequence number far away.
    """

    def __init__(self, ticker: Ticker, audio: UdpPort, fax: UdpPort) -> None:
        self.audio: AudioLeg | None = None
        "From `start_audio` on."

        self.leg: FaxLeg | AudioLeg | None = None
        "The one that carries the fax, once there is a fax."

        began = asyncio.get_running_loop().time()
        self.ladder = Ladder(lambda: asyncio.get_running_loop().time() - began)
        "Notes of what is said in this call."

        self.promise: Promise = lambda description: description
        "Changes each description before it is sent: a station that misbehaves."

        self._capture: Capture | None = None
        self._ticker = ticker
        self._audio_port = audio
        self._fax_port = fax
        self._session_id = secrets.randbits(31)
        self._version = 0
        self._law: Law | None = None

    def audio_offer(self) -> bytes:
        """Our audio, offered."""
        return self._described(
            audio_offer(
                self._audio_port.address,
                session_id=self._session_id,
                version=self._version,
            )
        )

    def audio_answer(self, offer: SessionDescription) -> bytes | None:
        """Our audio in answer to *offer*, or None if it has no G.711."""
        found = find_audio(offer, prefer=self._law)
        if found is None:
            return None
        if self.audio is not None and found.law == self._law:
            self.audio.redirect(found)
        return self._described(
            audio_answer(
                offer,
                self._audio_port.address,
                found.law,
                session_id=self._session_id,
                version=self._version,
            )
        )

    def t38_offer(self) -> bytes:
        """Our T.38, offered."""
        return self._described(
            t38_offer(
                self._fax_port.address,
                session_id=self._session_id,
                version=self._version,
            )
        )

    def t38_answer(self, offer: SessionDescription) -> bytes:
        """Our T.38 in answer to an offer that has it."""
        return self._described(
            t38_answer(
                offer,
                self._fax_port.address,
                session_id=self._session_id,
                version=self._version,
            )
        )

    def start_audio(
        self,
        description: SessionDescription | None,
        *,
        trusted_hosts: frozenset[str],
        sound: Sound,
        paced: bool,
        answering: bool = False,
    ) -> None:
        """
        Send *sound* to where *description* wants its audio; nothing if it has none.
        """
        found = find_audio(description) if description is not None else None
        if found is None or self.audio is not None or self.leg is not None:
            return
        self._law = found.law
        self.audio = AudioLeg(
            self._audio_port,
            found,
            RtpStream(
                found.law,
                ssrc=secrets.randbits(32),
                sequence=secrets.randbits(16),
                timestamp=secrets.randbits(32),
            ),
            trusted_hosts=trusted_hosts,
            sound=sound,
            paced=paced,
            answering=answering,
        )
        self._ticker.add(self.audio.tick)

    @property
    def heard(self) -> str:
        """What came of the far end that is no fax, in words; "" before the fax."""
        return self.leg.heard if self.leg is not None else ""

    def start_audio_fax(
        self, make: Callable[[Law], AudioTerminal], on_event: OnTerminalEvent
    ) -> bool:
        """
        From tone to a fax in G.711.

        Args:
            make: Gives the terminal for a law; it is ours from then on.

            on_event: Called with each of its events.

        Returns:
            False if the far end has no audio that we have.
        """
        if self.audio is None or self._law is None:
            return False
        terminal = make(self._law)
        terminal.ladder = self.ladder
        self.leg = self.audio
        self.audio.begin_fax(terminal, on_event)
        return True

    def start_fax(
        self,
        terminal: FaxTerminal,
        peer: T38Media,
        *,
        trusted_hosts: frozenset[str],
        on_event: OnTerminalEvent,
        filter_out: Callable[[bytes], bytes] | None = None,
    ) -> FaxLeg:
        """From audio to T.38; *terminal* is ours from now on."""
        if self.audio is not None:
            self._ticker.discard(self.audio.tick)
            self.audio.end_fax()
        terminal.ladder = self.ladder
        leg = FaxLeg(
            terminal,
            self._fax_port,
            peer,
            trusted_hosts=trusted_hosts,
            on_event=on_event,
            filter_out=filter_out,
        )
        self.leg = leg
        self._ticker.add(leg.tick)
        return leg

    def leave_t38(self) -> None:
        """From T.38 back to audio, where the fax begins again."""
        if not isinstance(self.leg, FaxLeg):
            return
        self._ticker.discard(self.leg.tick)
        self.leg.close()
        self.leg = None
        if self.audio is not None:
            self._ticker.add(self.audio.tick)

    def follow_audio(self, description: SessionDescription | None) -> None:
        """Send our audio to where the far end's new description wants it."""
        found = find_audio(description) if description is not None else None
        if found is not None and self.audio is not None:
            self.audio.redirect(found)

    @property
    def is_t38(self) -> bool:
        """Whether the fax runs over T.38."""
        return isinstance(self.leg, FaxLeg)

    def pause(self) -> None:
        """Say nothing more, not even again; for a station that misbehaves."""
        if self.leg is not None:
            self._ticker.discard(self.leg.tick)

    def redirect_t38(self, peer: T38Media) -> None:
        """The far end's new description says where it wants its T.38."""
        if isinstance(self.leg, FaxLeg):
            self.leg.redirect(peer)

    def record(self, capture: Capture) -> None:
        """Write every packet of this call into *capture*, which is ours to close."""
        self._capture = capture
        for port in (self._audio_port, self._fax_port):
            near = port.address

            def tap(
                from_us: bool, data: bytes, far: Address, near: Address = near
            ) -> None:
                capture.add(*((near, far) if from_us else (far, near)), data)

            port.tap = tap

    def saw_sip(
        self, seen: Glance, data: bytes, *, near: Address, far: Address, from_us: bool
    ) -> None:
        """Note a SIP message of this call on its way."""
        self.ladder.note(Layer.SIP, seen.name, seen.detail, from_us=from_us)
        if self._capture is not None:
            self._capture.add_sip(*((near, far) if from_us else (far, near)), data)

    def journal(self) -> Journal:
        """What was said so far, and how the network did."""
        capture = "" if self._capture is None else self._capture.name
        if self.leg is None or self.leg.terminal is None:
            return self.ladder.journal(capture=capture)
        return self.ladder.journal(
            capture=capture,
            far_end=self.leg.terminal.result().far_end,
            packets=self.leg.packets(),
            media=self.leg.medium,
        )

    def close(self) -> None:
        """Free everything; idempotent. The leg's result stays readable."""
        for leg in (self.audio, self.leg):
            if leg is not None:
                self._ticker.discard(leg.tick)
                leg.close()
        self._audio_port.close()
        self._fax_port.close()
        if self._capture is not None:
            self._capture.close()

    def _described(self, description: SessionDescription) -> bytes:
        # RFC 3264 §8: each new description of a session has the next version.
        self._version += 1
        return format_sdp(self.promise(description))


async def open_media(host: str, ticker: Ticker) -> Media:
    """
    Bind the sockets of a call.

    Raises:
        OSError: If they cannot be bound.
    """

    def ignore(data: bytes, source: Address) -> None:
        """What comes before we listen is lost: tones go on, T.38 is repeated."""

    audio = await open_udp(host, 0, ignore)
    try:
        fax = await open_udp(host, 0, ignore)
    except OSError:
        audio.close()
        raise
    return Media(ticker, audio, fax)
