"""
IFP packets, as far as we read them: how long one is, and what it carries.

Pure: no I/O, no clock, no randomness.

libspandsp writes and reads them; here only the frame round the fields is walked.

Standards:
    ITU-T T.38 (09/2010) §7 and Annex A -- the packet in ASN.1, aligned PER
"""

from collections.abc import Iterator
from dataclasses import dataclass

from ..domain.errors import MalformedPacket
from ..domain.journal import PREAMBLE

_HAS_FIELDS, _IS_DATA, _EXTENDED_TYPE = 0x80, 0x40, 0x20
_V21 = 0


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a data packet."""

    type: int
    "0 HDLC data, 1 HDLC signal end, 2 FCS OK ... §7.4.2.1."

    start: int
    end: int
    "Where its octets lie in the packet."


def is_image(ifp: bytes) -> bool:
    """Whether the packet carries data of a fast modem, not of V.21 and no indicator."""
    if not ifp or not ifp[0] & _IS_DATA:
        return False
    return bool(ifp[0] & _EXTENDED_TYPE) or ifp[0] >> 1 & 0x0F != _V21


def is_control(ifp: bytes) -> bool:
    """Whether the packet carries data of V.21, the modem of the control frames."""
    return bool(ifp) and ifp[0] & _IS_DATA != 0 and not is_image(ifp)


_SIGNALS = (
    "",
    "CNG",
    "CED",
    PREAMBLE,
    "V.27ter 2400",
    "V.27ter 4800",
    "V.29 7200",
    "V.29 9600",
    "V.17 7200 short",
    "V.17 7200",
    "V.17 9600 short",
    "V.17 9600",
    "V.17 12000 short",
    "V.17 12000",
    "V.17 14400 short",
    "V.17 14400",
)
"""By the number of the indicator, "" for no signal. §7.3.2, table 3."""


def signal_of(ifp: bytes) -> str | None:
    """
    The signal that an indicator packet announces, "" for its end.

    Returns:
        None for a packet of data, and for what V.8 and V.34 added.
    """
    if not ifp or ifp[0] & (_IS_DATA | _EXTENDED_TYPE):
        return None
    return _SIGNALS[ifp[0] >> 1 & 0x0F]


def ifp_length(data: bytes, *, version: int) -> int:
    """
    How many octets of *data* the packet at its start takes.

    A packet that was rebuilt from parity is padded with zeros to the longest of its
    group; this finds its own end.

    Raises:
        MalformedPacket: If it does not end within *data*.
    """
    end = _fields_start(data)
    for field in fields(data, version=version):
        end = field.end
    return end


def fields(data: bytes, *, version: int) -> Iterator[Field]:
    """
    The fields of the packet at the start of *data*, in order.

    Raises:
        MalformedPacket: If it does not end within *data*.
    """
    at = _fields_start(data)
    if not data[0] & _HAS_FIELDS:
        return
    count, low_half = data[at - 1], False
    for _ in range(count):
        octet = _octet(data, at)
        if version == 0:
            # Four bits a field: one without octets shares its octet with the next.
            # The 1998 syntax had no extension marker in the field type.
            nibble = octet & 0x0F if low_half else octet >> 4
            has_octets, kind = bool(nibble & 8), nibble & 7
            at += low_half or has_octets
            low_half = not low_half and not has_octets
        else:
            has_octets, kind = bool(octet & 0x80), octet >> 3 & 7
            at += 1
            if octet & 0x40:
                # Extended types run over into another octet.
                kind = 8 + ((octet << 2 | _octet(data, at) >> 6) & 0x3F)
                at += 1
        start = at
        if has_octets:
            start = at + 2
            at = start + (_octet(data, at) << 8 | _octet(data, at + 1)) + 1
            if at > len(data):
                raise MalformedPacket("an IFP field runs over the end")
        yield Field(kind, start, at + low_half)


def _fields_start(data: bytes) -> int:
    first = _octet(data, 0)
    at = 2 if first & _EXTENDED_TYPE else 1
    if first & _HAS_FIELDS:
        _octet(data, at)
        at += 1
    if at > len(data):
        raise MalformedPacket("an IFP packet ends in its type")
    return at


def _octet(data: bytes, at: int) -> int:
    if at >= len(data):
        raise MalformedPacket("an IFP packet ends too early")
    return data[at]
