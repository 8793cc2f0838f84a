"""
Control frames of T.30 as IFP packets: for far ends that say what no machine says.

Pure: no I/O, no clock, no randomness.

Standards:
    ITU-T T.38 (09/2010) §7 -- version 0: four bits a field, HDLC octets first bit lowest
"""

from collections.abc import Callable, Iterator

V21_PREAMBLE = b"\x06"
SILENCE = b"\x00"

_V21_DATA = 0xC0
_HDLC_DATA = 0x80
_FCS_OK, _FCS_BAD, _SIGNAL_END = 0x20, 0x30, 0x10


def control_frame(frame: bytes, *, is_good: bool = True) -> Iterator[bytes]:
    """
    The packets of one frame, an octet each as a gateway sends them.

    Args:
        frame: As `spandsp.frame` reads it: first bit on the line highest in the FCF.

        is_good: Whether its check sequence fits.
    """
    for octet in frame:
        yield bytes([_V21_DATA, 1, _HDLC_DATA, 0, 0, _mirrored(octet)])
    yield bytes([_V21_DATA, 1, _FCS_OK if is_good else _FCS_BAD])


def speech(*frames: bytes, is_good: bool = True) -> Iterator[bytes]:
    """Preamble, frames, end of signal."""
    yield V21_PREAMBLE
    for frame in frames:
        yield from control_frame(frame, is_good=is_good)
    yield bytes([_V21_DATA, 1, _SIGNAL_END])
    yield SILENCE


def _mirrored(octet: int) -> int:
    return int(f"{octet:08b}"[::-1], 2)


class SaysInstead:
    """
    A filter of outgoing packets that puts one control field in another's place.

    Args:
        field: The field to replace, its last bit cleared.

        by: The one to send.

        when: Asked each time that *field* comes.
    """

    def __init__(self, field: int, by: int, *, when: Callable[[], bool]) -> None:
        self._field, self._by = _mirrored(field), _mirrored(by)
        self._when = when
        self._octets = 0

    def __call__(self, ifp: bytes) -> bytes:
        """The packet to send instead."""
        if len(ifp) != 6 or ifp[0] != _V21_DATA or ifp[2] != _HDLC_DATA:
            self._octets = 0
            return ifp
        self._octets += 1
        # T.38 carries no check sequence, only whether it fitted.
        if self._octets == 3 and ifp[5] & 0x7F == self._field and self._when():
            return ifp[:5] + bytes([self._by | ifp[5] & 0x80])
        return ifp
