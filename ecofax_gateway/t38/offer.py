"""
T.38 in session descriptions: offer it, answer it, read what the peer says.

Pure: no I/O, no clock, no randomness.

Standards:
    ITU-T T.38 (09/2010) Annex D -- the media line and its attributes
    RFC 3362 -- image/t38; RFC 3264 §6, §8 -- every media line is answered in its place
"""

from dataclasses import dataclass, replace
from enum import StrEnum

from ..sip.sdp import Attributes, MediaDescription, SessionDescription
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

MIN_MAX_BUFFER = 72
MAX_MAX_BUFFER = 10_000
"""Octets; what is said beyond is of no use to who sends no faster than a modem."""

MIN_MAX_IFP = 20
MAX_MAX_IFP = 1_400

_ALIASES = {
    "t38faxmaxbitrate": "t38maxbitrate",
    "t38faxbitrate": "t38maxbitrate",
    "t38maxdatagram": "t38faxmaxdatagram",
    "t38maxbuffer": "t38faxmaxbuffer",
    "t38maxifp": "t38faxmaxifp",
    "t38version": "t38faxversion",
    "t38udpec": "t38faxudpec",
    "t38faxudpec1": "t38faxudpec",
    "t38ratemanagement": "t38faxratemanagement",
    "t38faxratemgmt": "t38faxratemanagement",
    "t38fillbitremoval": "t38faxfillbitremoval",
    "t38transcodingmmr": "t38faxtranscodingmmr",
    "t38transcodingjbig": "t38faxtranscodingjbig",
}
"""How else equipment writes the names of Annex D; all in lower case here."""


class ErrorCorrection(StrEnum):
    """T38FaxUdpEC: what a side wants its datagrams repaired by. §D.2.3.6"""

    NONE = "t38UDPNoEC"
    REDUNDANCY = "t38UDPRedundancy"
    FEC = "t38UDPFEC"


@dataclass(frozen=True, slots=True, kw_only=True)
class T38Media:
    """What one side says of its T.38, with Annex D's defaults."""

    address: tuple[str, int]
    "Where it wants its datagrams: an IP literal and port."

    version: int = 0
    max_bit_rate: int = OUR_MAX_BIT_RATE
    max_datagram: int = DEFAULT_MAX_DATAGRAM
    "Octets that it takes at most."

    max_buffer: int | None = None
    "Octets that it can hold before it plays them; None: not said."

    max_ifp: int | None = None
    "Octets of one IFP packet that it takes at most; None: not said."

    error_correction: ErrorCorrection = ErrorCorrection.REDUNDANCY
    "What it says that it can repair by; said wrongly or not at all: redundancy."

    local_tcf: bool = False
    """It says localTCF, which UDPTL does not have (§D.2.3.5): written by equipment that
    transfers the TCF all the same."""

    fill_bit_removal: bool = False
    transcoding_mmr: bool = False
    transcoding_jbig: bool = False
    "What it could do with the picture if we could, too; we change no picture."


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
            peer = find_t38(offer)
            wanted = ErrorCorrection.REDUNDANCY
            if peer is not None and peer.error_correction is ErrorCorrection.NONE:
                # An answer may not bring in what was not offered. §D.2.3.6
                wanted = ErrorCorrection.NONE
            answered.append(_our_medium(port, wanted))
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
    if description.direction(medium) == "inactive":
        return None
    said = _said(description, medium)
    return T38Media(
        address=destination,
        version=_number(said, "t38faxversion", 0, 3) or 0,
        max_bit_rate=_number(said, "t38maxbitrate", MIN_BIT_RATE, OUR_MAX_BIT_RATE)
        or OUR_MAX_BIT_RATE,
        max_datagram=_number(
            said, "t38faxmaxdatagram", MIN_MAX_DATAGRAM, MAX_MAX_DATAGRAM
        )
        or DEFAULT_MAX_DATAGRAM,
        max_buffer=_number(said, "t38faxmaxbuffer", MIN_MAX_BUFFER, MAX_MAX_BUFFER),
        max_ifp=_number(said, "t38faxmaxifp", MIN_MAX_IFP, MAX_MAX_IFP),
        error_correction=_error_correction(said),
        local_tcf=said.get("t38faxratemanagement", "").lower() == "localtcf",
        fill_bit_removal=_is_set(said, "t38faxfillbitremoval"),
        transcoding_mmr=_is_set(said, "t38faxtranscodingmmr"),
        transcoding_jbig=_is_set(said, "t38faxtranscodingjbig"),
    )


def _t38_medium(description: SessionDescription) -> MediaDescription | None:
    """The first that can be used; else the first that is there, refused as it is."""
    found = [
        medium
        for medium in description.media
        if medium.kind == "image"
        and medium.protocol.lower() == "udptl"
        and "t38" in (name.lower() for name in medium.formats)
    ]
    usable = (medium for medium in found if description.destination(medium))
    return next(usable, found[0] if found else None)


def _our_medium(
    port: int, error_correction: ErrorCorrection = ErrorCorrection.REDUNDANCY
) -> MediaDescription:
    attributes: Attributes = (
        ("T38FaxVersion", str(OUR_VERSION)),
        ("T38MaxBitRate", str(OUR_MAX_BIT_RATE)),
        # UDPTL has no local TCF: the far modems train with each other. T.38 §6.
        ("T38FaxRateManagement", "transferredTCF"),
        ("T38FaxMaxBuffer", str(OUR_MAX_BUFFER)),
        ("T38FaxMaxDatagram", str(OUR_MAX_DATAGRAM)),
        ("T38FaxUdpEC", str(error_correction)),
    )
    return MediaDescription(
        kind="image",
        port=port,
        protocol="udptl",
        formats=("t38",),
        attributes=attributes,
    )


def _said(description: SessionDescription, medium: MediaDescription) -> dict[str, str]:
    """
    Annex D's attributes by their names in lower case; the first of a name counts.

    Some write them before the first medium, so what the medium does not say is looked
    for there.
    """
    said: dict[str, str] = {}
    for name, value in (*medium.attributes, *description.attributes):
        key = name.lower()
        said.setdefault(_ALIASES.get(key, key), (value or "").strip())
    return said


def _number(said: dict[str, str], name: str, lowest: int, highest: int) -> int | None:
    """A number within bounds; above is capped, below or unreadable is not said."""
    text = said.get(name, "")
    if not (text.isascii() and text.isdigit() and len(text) <= 9):
        return None
    return min(int(text), highest) if int(text) >= lowest else None


def _is_set(said: dict[str, str], name: str) -> bool:
    """
    Whether a feature is there.

    T.38 (09/2010) §D.2.3 has it stand alone; RFC 3407 and much equipment write ":0" or
    ":1" behind it, and ":0" means that it is not.
    """
    return name in said and said[name].lower() not in ("0", "false", "no", "off")


def _error_correction(said: dict[str, str]) -> ErrorCorrection:
    wanted = said.get("t38faxudpec", "").lower()
    for known in ErrorCorrection:
        if known.lower() == wanted:
            return known
    return ErrorCorrection.REDUNDANCY
