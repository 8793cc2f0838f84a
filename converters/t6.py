"""
T.6 coding, by libtiff.

I/O: a nameless file in memory for each page: libtiff writes nothing but files.

Pillow has libtiff too, but makes a byte of each pixel and a call of each row: that takes
three times as long as the coding.

Standards:
    ITU-T T.6 (11/1988) -- two-dimensional coding without end-of-line marks
    TIFF 6.0 (06/1992), section 8 -- baseline fields
"""

import ctypes
import os

_libtiff = ctypes.CDLL("libtiff.so.6")
_libtiff.TIFFFdOpen.restype = ctypes.c_void_p
_libtiff.TIFFSetField.argtypes = (ctypes.c_void_p, ctypes.c_uint32)
_libtiff.TIFFWriteEncodedStrip.argtypes = (
    *(ctypes.c_void_p, ctypes.c_uint32),
    *(ctypes.c_char_p, ctypes.c_ssize_t),
)
_libtiff.TIFFWriteEncodedStrip.restype = ctypes.c_ssize_t
_libtiff.TIFFFlushData.argtypes = (ctypes.c_void_p,)
_libtiff.TIFFClose.argtypes = (ctypes.c_void_p,)

_WIDTH, _LENGTH, _BITS, _COMPRESSION, _PHOTOMETRIC = 256, 257, 258, 259, 262
_SAMPLES, _ROWS_PER_STRIP = 277, 278
_T6, _MIN_IS_WHITE = 4, 0

_HEADER_BYTES = 8
"Of a TIFF file, before the first strip."


def encode_rows(pixels: bytes, *, width: int) -> bytes:
    """
    Code rows of which each byte is eight pixels, the leftmost its highest bit, 1 black.

    Args:
        pixels: Whole rows, one at least.

        width: A multiple of eight.

    Raises:
        OSError: If there is no memory for it.
    """
    rows = len(pixels) * 8 // width
    file = os.memfd_create("page")
    try:
        page = _libtiff.TIFFFdOpen(os.dup(file), b"page", b"wl")  # which it closes
        if not page:
            raise OSError("libtiff opens no file")
        try:
            _set(page, width, rows)
            coded = _libtiff.TIFFWriteEncodedStrip(page, 0, pixels, len(pixels))
            if coded < 0 or not _libtiff.TIFFFlushData(page):
                raise OSError("libtiff writes no strip")
            return os.pread(file, os.fstat(file).st_size, _HEADER_BYTES)
        finally:
            _libtiff.TIFFClose(page)
    finally:
        os.close(file)


def _set(page: int, width: int, rows: int) -> None:
    for tag, value in (
        *((_WIDTH, width), (_LENGTH, rows), (_ROWS_PER_STRIP, rows)),
        *((_BITS, 1), (_SAMPLES, 1), (_PHOTOMETRIC, _MIN_IS_WHITE)),
        (_COMPRESSION, _T6),
    ):
        _libtiff.TIFFSetField(page, tag, ctypes.c_uint32(value))
