"""
The spool: files too large for a row.

I/O: files of one folder; every method blocks.

The order is the promise: file written and fsynced, renamed, folder fsynced, and only
then the row that names it is committed. A crash leaves at worst a file that no row
names; the sweep takes it.
"""

import errno
import os
import re
import secrets
from collections.abc import Set as AbstractSet
from datetime import UTC, datetime, timedelta
from pathlib import Path

from ..domain.errors import StoreFull, StoreUnavailable

ORPHAN_AGE = timedelta(hours=1)
"""A younger file may belong to a transaction that is still to be committed."""

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}

_NAME = re.compile(r"[0-9a-f]{32}(\.new)?\Z")


class Spool:
    """
    A folder of files that are written once.

    Args:
        folder: Made if it is not there, for its owner alone.

    Raises:
        StoreUnavailable: From every method, if the file system refuses.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise _refused(error) from error

    def write(self, data: bytes) -> str:
        """
        Keep *data* durably.

        Returns:
            The file's name, for the row.
        """
        name = secrets.token_hex(16)
        new = self.folder / f"{name}.new"
        try:
            descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            new.rename(self.folder / name)
            self._sync_folder()
        except OSError as error:
            new.unlink(missing_ok=True)
            raise _refused(error) from error
        return name

    def adopt(self, path: Path) -> str:
        """
        Take a file that is on the disk already; it is *path* no more.

        Args:
            path: Flushed by whoever wrote it.

        Returns:
            Its name, for the row.
        """
        name = secrets.token_hex(16)
        try:
            try:
                path.rename(self.folder / name)
            except OSError as error:
                if error.errno != errno.EXDEV:
                    raise
                name = self.write(path.read_bytes())
                path.unlink()
            else:
                self._sync_folder()
        except OSError as error:
            raise _refused(error) from error
        return name

    def read(self, name: str) -> bytes:
        """The bytes of one file."""
        try:
            return (self.folder / name).read_bytes()
        except OSError as error:
            raise _refused(error) from error

    def remove(self, name: str) -> None:
        """Delete a file that no row names any more; the sweep would do it later."""
        try:
            (self.folder / name).unlink(missing_ok=True)
        except OSError as error:
            raise _refused(error) from error

    def sweep(self, named: AbstractSet[str], *, now: datetime) -> int:
        """
        Delete files that no row names.

        Args:
            named: Every name that a row holds, read *before* this call.

        Returns:
            How many were deleted.
        """
        deleted = 0
        try:
            for path in self.folder.iterdir():
                if not _NAME.match(path.name) or path.name in named:
                    continue
                written = datetime.fromtimestamp(path.stat().st_mtime, UTC)
                if now - written > ORPHAN_AGE:
                    path.unlink(missing_ok=True)
                    deleted += 1
        except OSError as error:
            raise _refused(error) from error
        return deleted

    def _sync_folder(self) -> None:
        descriptor = os.open(self.folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _refused(error: OSError) -> StoreUnavailable:
    kind = StoreFull if error.errno in _FULL else StoreUnavailable
    return kind(f"spool: {error.strerror}")
