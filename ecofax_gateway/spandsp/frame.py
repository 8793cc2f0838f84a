"""
T.30 control frames, as far as we read them over libspandsp's shoulder.

Pure: no I/O, no clock, no randomness.

A frame is its HDLC octets without flags and FCS: address, control, FCF, then the
facsimile information field (FIF). FCF constants have their last bit, which only says
who speaks, cleared.

Standards:
    ITU-T T.30 (09/2005) §5.3.6 -- facsimile control fields
    ITU-T T.30 (09/2005) §5.3.6.2, table 2 -- bits of the DIS
    ITU-T T.30 (09/2005) Annex A §4 -- PPS and its second FCF
"""

from dataclasses import dataclass
from enum import IntEnum


class Fcf(IntEnum):
    """Facsimile control fields, first bit on the line in the highest place."""

    DIS = 0x80
    DCN = 0xFA
    MCF = 0x8C
    RTP = 0xCC
    RTN = 0x4C
    PIP = 0xAC
    PIN = 0x2C
    EOM = 0x8E
    MPS = 0x4E
    EOP = 0x2E
    PPS = 0xBE
    DCS = 0x82
    CFR = 0x84
    PPR = 0xBC
    CTR = 0xC4


ADDRESS_CONTROL_OCTETS = 2
FIF = 3
"""Index of the first octet of the information field."""

POST_MESSAGE = frozenset({Fcf.EOM, Fcf.MPS, Fcf.EOP})
CONFIRMATIONS = frozenset({Fcf.MCF, Fcf.RTP})
"""The answers after a page that say it was received."""

REFUSALS = frozenset({Fcf.RTN, Fcf.PIN})

_FINE_BIT, _MR_BIT, _ECM_BIT, _T6_BIT, _SUPERFINE_BIT = 15, 16, 27, 31, 41


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """What a DIS says that its sender can do."""

    vertical_dpi: frozenset[int]
    "Of 98, 196 and 391, at 204 dots per inch across."

    ecm: bool
    t6: bool
    two_dimensional: bool = False
    "T.4 two-dimensional coding."


def fcf_of(frame: bytes) -> int | None:
    """The control field with its last bit cleared, or None if the frame has none."""
    if len(frame) <= ADDRESS_CONTROL_OCTETS:
        return None
    return frame[ADDRESS_CONTROL_OCTETS] & 0xFE


def is_pps_null(frame: bytes) -> bool:
    """Whether a PPS frame says that its page goes on in another block."""
    return fcf_of(frame) == Fcf.PPS and len(frame) > FIF and frame[FIF] & 0xFE == 0


def page_counter_of(pps: bytes) -> int | None:
    """Which page a PPS frame speaks of, modulo 256; None if it does not say."""
    return pps[FIF + 1] if len(pps) > FIF + 1 else None


def read_dis(frame: bytes) -> Capabilities:
    """
    Read a DIS; octets that an old machine does not send count as zero.
    """

    def has(bit: int) -> bool:
        octet, place = divmod(bit - 1, 8)
        return len(frame) > FIF + octet and bool(frame[FIF + octet] >> place & 1)

    resolutions = {98}
    if has(_FINE_BIT):
        resolutions.add(196)
    if has(_SUPERFINE_BIT):
        resolutions.add(391)
    return Capabilities(
        vertical_dpi=frozenset(resolutions),
        ecm=has(_ECM_BIT),
        t6=has(_T6_BIT),
        two_dimensional=has(_MR_BIT),
    )
