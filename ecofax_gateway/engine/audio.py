"""
The audio half of a call: its description, and its packets.

Pure: no I/O, no clock, no randomness: the first numbers are arguments.

A fax call begins as a voice call, because that is what trunks route; what is heard
until the change to T.38 is the calling tone.

Standards:
    RFC 3550 §5.1 -- the RTP header
    RFC 3551 §6 -- payload types; RFC 3264 §6.1 -- an answer picks of the offered
"""

from ..sip.sdp import MediaDescription, SessionDescription
from .tone import FRAME, PCMA, PCMU, cng_frame

_NAMES = {PCMA: "PCMA", PCMU: "PCMU"}


def audio_description(
    address: tuple[str, int],
    *,
    session_id: int,
    version: int,
    payload_types: tuple[int, ...] = (PCMA, PCMU),
) -> SessionDescription:
    """Our description with G.711 as its only medium; A-law first, as in Europe."""
    host, port = address
    medium = MediaDescription(
        kind="audio",
        port=port,
        protocol="RTP/AVP",
        formats=tuple(str(number) for number in payload_types),
        attributes=(
            *(
                ("rtpmap", f"{number} {_NAMES[number]}/8000")
                for number in payload_types
            ),
            ("ptime", "20"),
            ("sendrecv", None),
        ),
    )
    return SessionDescription(
        address=host, session_id=session_id, version=version, media=(medium,)
    )


def find_audio(
    description: SessionDescription,
) -> tuple[tuple[str, int], int] | None:
    """
    Where to send audio, and the payload type: the peer's first that we have.

    Returns:
        None if there is no G.711, or its address cannot be sent to.
    """
    for medium in description.media:
        destination = description.destination(medium)
        if medium.kind != "audio" or destination is None:
            continue
        for name in medium.formats:
            if name in ("0", "8"):
                return destination, int(name)
    return None


class CngStream:
    """
    RTP packets with the calling tone, one every 20 ms.

    Args:
        payload_type: `tone.PCMA` or `tone.PCMU`.

        ssrc: 32 bits at random.

        sequence: 16 bits at random.
    """

    def __init__(self, payload_type: int, *, ssrc: int, sequence: int) -> None:
        self._payload_type = payload_type
        self._ssrc = ssrc
        self._sequence = sequence
        self._sent = 0

    def next_packet(self) -> bytes:
        """The packet for the next 20 ms."""
        marker = 0x80 if self._sent == 0 else 0
        header = (
            bytes([0x80, marker | self._payload_type])
            + ((self._sequence + self._sent) & 0xFFFF).to_bytes(2)
            + (self._sent * FRAME & 0xFFFFFFFF).to_bytes(4)
            + self._ssrc.to_bytes(4)
        )
        packet = header + cng_frame(self._payload_type, self._sent)
        self._sent += 1
        return packet
