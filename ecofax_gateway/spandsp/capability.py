"""
What a terminal says it can do, as libspandsp's bit masks.

Pure: no I/O, no clock, no randomness.

Standards:
    ITU-T T.30 (09/2005) §5.3.6.2, table 2 -- what a DIS announces
"""

from ._spandsp import lib
from .coding import Coding


def page_sizes() -> int:
    """215 mm wide, any length: what our pages are and every machine prints."""
    sizes: int = (
        lib.T30_SUPPORT_215MM_WIDTH
        | lib.T30_SUPPORT_UNLIMITED_LENGTH
        | lib.T30_SUPPORT_A4_LENGTH
        | lib.T30_SUPPORT_US_LETTER_LENGTH
        | lib.T30_SUPPORT_US_LEGAL_LENGTH
    )
    return sizes


def modems(max_bit_rate: int) -> int:
    """V.27ter, V.29, V.17, as far as *max_bit_rate* (bit/s) allows."""
    masks: int = lib.T30_SUPPORT_V27TER
    if max_bit_rate >= 9600:
        masks |= lib.T30_SUPPORT_V29
    if max_bit_rate >= 14400:
        masks |= lib.T30_SUPPORT_V17
    return masks


ALL_CODINGS: int = (
    lib.T30_SUPPORT_T4_1D_COMPRESSION
    | lib.T30_SUPPORT_T4_2D_COMPRESSION
    | lib.T30_SUPPORT_T6_COMPRESSION
)


def up_to(coding: Coding) -> int:
    """*coding* and what is simpler: libspandsp takes the last that both sides have."""
    masks: int = lib.T30_SUPPORT_T4_1D_COMPRESSION
    if coding >= Coding.MR:
        masks |= lib.T30_SUPPORT_T4_2D_COMPRESSION
    if coding >= Coding.MMR:
        masks |= lib.T30_SUPPORT_T6_COMPRESSION
    return masks


def resolutions(max_dpi: int) -> int:
    """204 dots per inch across, and up to *max_dpi* rows per inch down."""
    masks: int = lib.T30_SUPPORT_STANDARD_RESOLUTION | lib.T30_SUPPORT_R8_RESOLUTION
    if max_dpi >= 196:
        masks |= lib.T30_SUPPORT_FINE_RESOLUTION
    if max_dpi >= 391:
        masks |= lib.T30_SUPPORT_SUPERFINE_RESOLUTION
    return masks
