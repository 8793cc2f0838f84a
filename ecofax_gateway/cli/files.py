"""
Files that the operator names: read whole, or written.

I/O: the file system.
"""

import os
import pwd
from collections.abc import Iterable
from pathlib import Path

from ..domain.errors import OrderRefused

MAX_BYTES = 256 * 1024 * 1024
"""Of a file that is read; a device has no end."""


def read_file(path: Path, *, most: int = MAX_BYTES) -> bytes:
    """
    The content of a file.

    Raises:
        OrderRefused: If it cannot be read, or has more than *most* bytes.
    """
    try:
        with path.open("rb") as file:
            content = file.read(most + 1)
    except OSError as error:
        raise OrderRefused(f"{path}: {error.strerror}", code="no-file") from error
    if len(content) > most:
        raise OrderRefused(
            f"{path}: larger than {most // 1024**2} MB", code="file-too-large"
        )
    return content


def read_document(path: Path) -> tuple[str, bytes]:
    """
    A document: its name as people are shown it, and its content.

    Raises:
        OrderRefused: See `read_file`.
    """
    # Of a disk older than UTF-8 a name may have bytes that no database takes.
    name = path.name.encode(errors="surrogateescape").decode(errors="replace")
    return name, read_file(path)


def write_file(path: Path, pieces: Iterable[bytes]) -> None:
    """
    Write a file, in place of one that is there.

    Raises:
        OrderRefused: If it cannot be written.
    """
    try:
        with path.open("wb") as file:
            for piece in pieces:
                file.write(piece)
    except PermissionError as error:
        # With the store open we are its owner, who may write less than root.
        raise OrderRefused(
            f"{path}: {error.strerror}; name a folder where {_user()} may write",
            code="no-file",
        ) from error
    except OSError as error:
        raise OrderRefused(f"{path}: {error.strerror}", code="no-file") from error


def _user() -> str:
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        return "this user"
