"""
The sockets and descriptions of one call, from either side: audio first, then T.38.

I/O: two UDP sockets, the ticker.
"""

import secrets
from collections.abc import Callable

from ..sip.sdp import SessionDescription, format_sdp
from ..spandsp.terminal import FaxTerminal
from ..t38.offer import T38Media, t38_answer, t38_offer
from .audio import CngStream, audio_description, find_audio
from .leg import FaxLeg, OnTerminalEvent
from .ticker import Ticker
from .transport import Address, UdpPort, open_udp


class Media:
    """
    What one call sends and receives beside its signalling.

    Audio and T.38 have a socket each: a late RTP packet read as UDPTL would be taken
    for a sequence number far away.
    """

    def __init__(self, ticker: Ticker, audio: UdpPort, fax: UdpPort) -> None:
        self.leg: FaxLeg | None = None
        self._ticker = ticker
        self._audio = audio
        self._fax = fax
        self._session_id = secrets.randbits(31)
        self._version = 0
        self._cng: CngStream | None = None
        self._listener: Address | None = None

    def audio_offer(self) -> bytes:
        """Our audio, offered."""
        return self._described(
            audio_description(
                self._audio.address, session_id=self._session_id, version=self._version
            )
        )

    def audio_answer(self, offer: SessionDescription) -> bytes | None:
        """Our audio in answer to *offer*, or None if it has no G.711."""
        found = find_audio(offer)
        if found is None:
            return None
        return self._described(
            audio_description(
                self._audio.address,
                session_id=self._session_id,
                version=self._version,
                payload_types=(found[1],),
            )
        )

    def t38_offer(self) -> bytes:
        """Our T.38, offered."""
        return self._described(
            t38_offer(
                self._fax.address, session_id=self._session_id, version=self._version
            )
        )

    def t38_answer(self, offer: SessionDescription) -> bytes:
        """Our T.38 in answer to an offer that has it."""
        return self._described(
            t38_answer(
                offer,
                self._fax.address,
                session_id=self._session_id,
                version=self._version,
            )
        )

    def start_tone(self, description: SessionDescription | None) -> None:
        """Send the calling tone to where *description* wants its audio."""
        found = find_audio(description) if description is not None else None
        if found is None or self.leg is not None:
            return
        self._listener, payload_type = found
        self._cng = CngStream(
            payload_type,
            ssrc=secrets.randbits(32),
            sequence=secrets.randbits(16),
        )
        self._ticker.add(self._send_tone)

    def start_fax(
        self,
        terminal: FaxTerminal,
        peer: T38Media,
        *,
        trusted_hosts: frozenset[str],
        on_event: OnTerminalEvent,
        filter_out: Callable[[bytes], bytes] | None = None,
    ) -> FaxLeg:
        """From tone to T.38; *terminal* is ours from now on."""
        self._ticker.discard(self._send_tone)
        self.leg = FaxLeg(
            terminal,
            self._fax,
            peer,
            trusted_hosts=trusted_hosts,
            on_event=on_event,
            filter_out=filter_out,
        )
        self._ticker.add(self.leg.tick)
        return self.leg

    def close(self) -> None:
        """Free everything; idempotent. The leg's result stays readable."""
        self._ticker.discard(self._send_tone)
        if self.leg is not None:
            self._ticker.discard(self.leg.tick)
            self.leg.close()
        self._audio.close()
        self._fax.close()

    def _described(self, description: SessionDescription) -> bytes:
        # RFC 3264 §8: each new description of a session has the next version.
        self._version += 1
        return format_sdp(description)

    def _send_tone(self) -> None:
        assert self._cng is not None
        assert self._listener is not None
        self._audio.send(self._cng.next_packet(), self._listener)


async def open_media(host: str, ticker: Ticker) -> Media:
    """
    Bind the sockets of a call.

    Raises:
        OSError: If they cannot be bound.
    """

    def ignore(data: bytes, source: Address) -> None:
        """Audio is not listened to; T.38 that comes early is repeated."""

    audio = await open_udp(host, 0, ignore)
    try:
        fax = await open_udp(host, 0, ignore)
    except OSError:
        audio.close()
        raise
    return Media(ticker, audio, fax)
