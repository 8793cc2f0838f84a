"""
The packets of one call in a file, for whoever must see what really came.

I/O: writes one file.

It is for looking into faults: the pages of the fax are in it. What a trunk asks as
proof of who we are is not.
"""

import logging
import time
from pathlib import Path
from typing import BinaryIO

from .pcap import file_header, record, without_credentials
from .transport import Address

logger = logging.getLogger(__name__)

MAX_BYTES = 64 << 20
"""Of one file: an hour of G.711. What comes after is left out."""

SUFFIX = ".pcap"
FOLDER_MODE = 0o700
FILE_MODE = 0o600


class Capture:
    """
    One capture file.

    Args:
        path: Made anew.

    Raises:
        OSError: If it cannot be made.
    """

    def __init__(self, path: Path) -> None:
        self.name = path.name
        path.touch(mode=FILE_MODE, exist_ok=False)
        # Closed with the call; a `with` cannot span it.
        self._file: BinaryIO | None = path.open("wb")
        self._room = MAX_BYTES
        self._write(file_header())

    def add_sip(self, source: Address, target: Address, message: bytes) -> None:
        """One SIP message, whatever carried it."""
        self.add(source, target, without_credentials(message))

    def add(self, source: Address, target: Address, payload: bytes) -> None:
        """One datagram; never raises."""
        if self._file is not None:
            try:
                self._write(record(time.time(), source, target, payload))
            except ValueError as error:
                logger.debug("not captured: %s", error)

    def close(self) -> None:
        """Idempotent."""
        if self._file is not None:
            try:
                self._file.close()
            except OSError as error:
                logger.error("a capture is cut off: %s", error)
            self._file = None

    def _write(self, data: bytes) -> None:
        self._room -= len(data)
        if self._file is None or self._room < 0:
            return
        try:
            self._file.write(data)
        except OSError as error:
            logger.error("a capture is cut off: %s", error)
            self.close()


def open_capture(folder: Path, call: str) -> Capture | None:
    """
    A capture named after the call and the time, or None if that cannot be.

    A disk that is full must not cost a fax.
    """
    name = f"{_safe(call)}-{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime())}"
    try:
        folder.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
        return Capture(folder / f"{name}{SUFFIX}")
    except OSError as error:
        logger.error("call %s is not captured: %s", call, error)
        return None


def captures_of(folder: Path, call: str) -> list[Path]:
    """The captures of every call that had this name."""
    return sorted(folder.glob(f"{_safe(call)}-*{SUFFIX}"))


def forget_captures(folder: Path, *, before: float) -> int:
    """
    Remove captures that were last written before then, in seconds since 1970.

    Returns:
        How many.
    """
    gone = 0
    for path in folder.glob(f"*{SUFFIX}"):
        try:
            if path.stat().st_mtime < before:
                path.unlink()
                gone += 1
        except OSError as error:
            logger.error("a capture stays: %s", error)
    return gone


def _safe(call: str) -> str:
    return "".join(c if c.isalnum() or c in "-_" else "_" for c in call)[:80]
