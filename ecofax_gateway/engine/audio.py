"""
Audio in session descriptions: G.711, offered, answered, read.

Pure: no I/O, no clock, no randomness.

A fax call begins as a voice call, because that is what trunks route; and it stays one
where T.38 is refused.

Standards:
    RFC 3551 §6 -- payload types
    RFC 3264 §6, §6.1 -- every medium is answered in its place, of the formats offered
    RFC 3108 §5.6.2 -- silenceSupp: a pause cut out of a modem's signal is damage
"""

from dataclasses import dataclass, replace

from ..sip.sdp import MediaDescription, SessionDescription
from ..spandsp.audio import Law

LAWS = (Law.A, Law.MU)
"""As we offer them: A-law first, as in Europe."""

_NAMES = {Law.A: "PCMA", Law.MU: "PCMU"}


@dataclass(frozen=True, slots=True)
class AudioPeer:
    """What one side says of its audio."""

    address: tuple[str, int]
    "Where it wants its packets: an IP literal and port."

    law: Law


def audio_offer(
    address: tuple[str, int], *, session_id: int, version: int
) -> SessionDescription:
    """Our description with G.711 as its only medium."""
    host, port = address
    medium = _our_medium(port, LAWS)
    return SessionDescription(
        address=host, session_id=session_id, version=version, media=(medium,)
    )


def audio_answer(
    offer: SessionDescription,
    address: tuple[str, int],
    law: Law,
    *,
    session_id: int,
    version: int,
) -> SessionDescription:
    """
    Our answer to an offer that `find_audio` found good: every other medium is refused.
    """
    host, port = address
    chosen = _audio_medium(offer)
    answered = [
        _our_medium(port, (law,))
        if medium is chosen
        else replace(medium, port=0, address=None, attributes=())
        for medium in offer.media
    ]
    return SessionDescription(
        address=host, session_id=session_id, version=version, media=tuple(answered)
    )


def find_audio(
    description: SessionDescription, *, prefer: Law | None = None
) -> AudioPeer | None:
    """
    Where to send audio, and its coding: *prefer* if it is there, else the peer's first.

    Returns:
        None if there is no G.711, or its address cannot be sent to.
    """
    medium = _audio_medium(description)
    destination = description.destination(medium) if medium is not None else None
    if medium is None or destination is None:
        return None
    laws = _laws(medium)
    return AudioPeer(destination, prefer if prefer in laws else laws[0])


def _audio_medium(description: SessionDescription) -> MediaDescription | None:
    for medium in description.media:
        usable = description.destination(medium) is not None and _laws(medium)
        if medium.kind == "audio" and usable:
            return medium
    return None


def _laws(medium: MediaDescription) -> list[Law]:
    known = {str(int(law)): law for law in Law}
    return [known[name] for name in medium.formats if name in known]


def _our_medium(port: int, laws: tuple[Law, ...]) -> MediaDescription:
    return MediaDescription(
        kind="audio",
        port=port,
        protocol="RTP/AVP",
        formats=tuple(str(int(law)) for law in laws),
        attributes=(
            *(("rtpmap", f"{int(law)} {_NAMES[law]}/8000") for law in laws),
            ("ptime", "20"),
            ("silenceSupp", "off - - - -"),
            ("sendrecv", None),
        ),
    )
