"""
T.38 in session descriptions: offer it, answer it, read what the peer says.

Pure: no I/O, no clock, no randomness.

Standards:
    ITU-T T.38 (09/2010) Annex D -- the media line and its attributes
    RFC 3362 -- image/t38; RFC 3264 §6, §8 -- every media line is answered in its place
"""

from dataclasses import dataclass, replace

from ..sip.sdp import Attributes, MediaDescription, SessionDescription, attribute_of
from .udptl import DEFAULT_MAX_DATAGRAM

OUR_VERSION = 0
"""Everyone has it; the syntax of 0 and of 1 to 3 do not mix, and an answer may only
lower what was offered. §D.2.3.2"""

OUR_MAX_BIT_RATE = 14400
"""bit/s: V.17. libspandsp 0.0.6 has no V.34."""

OUR_MAX_DATAGRAM = 1400
"""Octets that we take, of an Ethernet frame; what others send, parity included, fits."""

OUR_MAX_BUFFER = 2000

MIN_MAX_DATAGRAM = 60
"""A peer that says less (0 is seen) does not mean it: one data packet would not fit."""

MAX_MAX_DATAGRAM = 1400
"""Beyond it IP would fragment."""

MIN_BIT_RATE = 2400

_REDUNDANCY = "t38UDPRedundancy"


@dataclass(frozen=True, slots=True, kw_only=True)
class T38Media:
    """What one side says of its T.38, with Annex D's defaults."""

    address: tuple[str, int]
    "Where it wants its datagrams: an IP literal and port."

    version: int = 0
    max_bit_rate: int = OUR_MAX_BIT_RATE
    max_datagram: int = DEFAULT_MAX_DATAGRAM
    "Octets that it takes at most."


def t38_offer(
    address: tuple[str, int], *, session_id: int, version: int
) -> SessionDescription:
    """
    Our description with T.38 as its only medium.

    Args:
        address: Where we want our datagrams.

        session_id: Of the call; the same in all its descriptions.

        version: One more than in the description before. RFC 3264 §8.
    """
    host, port = address
    medium = _our_medium(port)
    return SessionDescription(
        address=host, session_id=session_id, version=version, media=(medium,)
    )


def t38_answer(
    offer: SessionDescription,
    address: tuple[str, int],
    *,
    session_id: int,
    version: int,
) -> SessionDescription:
    """
    Our answer to an offer that `find_t38` found good: every other medium is refused.
    """
    host, port = address
    answered: list[MediaDescription] = []
    chosen = _t38_medium(offer)
    for medium in offer.media:
        if medium is chosen:
            answered.append(_our_medium(port))
        else:
            answered.append(replace(medium, port=0, address=None, attributes=()))
    return SessionDescription(
        address=host, session_id=session_id, version=version, media=tuple(answered)
    )


def find_t38(description: SessionDescription) -> T38Media | None:
    """
    What the peer's offer or answer says of T.38 over UDPTL.

    Returns:
        None if there is none, or it was refused, or its address cannot be sent to.
    """
    medium = _t38_medium(description)
    destination = description.destination(medium) if medium is not None else None
    if medium is None or destination is None:
        return None
    return T38Media(
        address=destination,
        version=_number(medium.attributes, "T38FaxVersion", 0, 0, 3),
        max_bit_rate=_number(
            medium.attributes,
            "T38MaxBitRate",
            OUR_MAX_BIT_RATE,
            MIN_BIT_RATE,
            OUR_MAX_BIT_RATE,
        ),
        max_datagram=_number(
            medium.attributes,
            "T38FaxMaxDatagram",
            DEFAULT_MAX_DATAGRAM,
            MIN_MAX_DATAGRAM,
            MAX_MAX_DATAGRAM,
        ),
    )


def _t38_medium(description: SessionDescription) -> MediaDescription | None:
    for medium in description.media:
        is_t38 = "t38" in (name.lower() for name in medium.formats)
        if medium.kind == "image" and medium.protocol.lower() == "udptl" and is_t38:
            return medium
    return None


def _our_medium(port: int) -> MediaDescription:
    attributes: Attributes = (
        ("T38FaxVersion", str(OUR_VERSION)),
        ("T38MaxBitRate", str(OUR_MAX_BIT_RATE)),
        # UDPTL has no local TCF: the far modems train with each other. T.38 §6.
        ("T38FaxRateManagement", "transferredTCF"),
        ("T38FaxMaxBuffer", str(OUR_MAX_BUFFER)),
        ("T38FaxMaxDatagram", str(OUR_MAX_DATAGRAM)),
        ("T38FaxUdpEC", _REDUNDANCY),
    )
    return MediaDescription(
        kind="image",
        port=port,
        protocol="udptl",
        formats=("t38",),
        attributes=attributes,
    )


def _number(
    attributes: Attributes, name: str, default: int, lowest: int, highest: int
) -> int:
    """
    A number within bounds; above is capped, below or unreadable is the default.
    """
    text = (attribute_of(attributes, name) or "").strip()
    if not (text.isascii() and text.isdigit() and len(text) <= 9):
        return default
    return min(int(text), highest) if int(text) >= lowest else default
