"""
The machine's journal: each fax as a file, and a line about it.

I/O: a folder, standard output.
"""

import json
import re
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ..spandsp.job import Result
from ..spandsp.terminal import MAX_PATH_BYTES

JOURNAL = "faxes.jsonl"

_NAME_ROOM = 60
"""Bytes left for the name of a file that is being received."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reception:
    """One call that got as far as T.38."""

    started: datetime
    caller: str
    called: str
    result: Result
    duration_s: float


class Logbook:
    """
    Where faxes are kept and told of.

    Args:
        folder: Made if it is not there.

    Raises:
        OSError: If it cannot be made.

        ValueError: If its path is too long for libspandsp.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder.resolve()
        if len(str(self._folder).encode()) > MAX_PATH_BYTES - _NAME_ROOM:
            raise ValueError(f"the path of {folder.name!r} is too long")
        self._count = 0

    def incoming_path(self) -> Path:
        """Where to receive the next fax; a name that nobody takes for a finished one."""
        self._count += 1
        stamp = datetime.now(UTC).strftime("%Y%m%d%H%M%S%f")
        return self._folder / f".incoming-{stamp}-{self._count}.part"

    def file(self, received: Path, reception: Reception) -> None:
        """
        Keep a fax under its name, and write its line.

        A call that brought no page leaves a line without a file.
        """
        result = reception.result
        name: str | None = None
        if result.pages and received.exists():
            name = self._name(reception)
            received.rename(self._folder / name)
        else:
            received.unlink(missing_ok=True)
        line = {
            "time": reception.started.isoformat(timespec="milliseconds"),
            "caller": reception.caller,
            "called": reception.called,
            "pages": result.pages,
            "result": str(result.ending),
            "detail": result.detail,
            "station_id": result.remote_id,
            "bit_rate": result.bit_rate,
            "ecm": result.ecm,
            "vertical_dpi": result.vertical_dpi,
            "duration_s": round(reception.duration_s, 3),
            "file": name,
        }
        with (self._folder / JOURNAL).open("a", encoding="utf-8") as journal:
            journal.write(json.dumps(line) + "\n")
        tell({"event": "fax", **line})

    def _name(self, reception: Reception) -> str:
        # A number is what a stranger's From says: only digits reach the disk.
        caller, called = (
            re.sub(r"[^0-9]", "", number)[:20] or "unknown"
            for number in (reception.caller, reception.called)
        )
        stamp = reception.started.strftime("%Y%m%dT%H%M%S")
        while True:
            self._count += 1
            name = f"{stamp}-{self._count:04d}-{caller}-{called}.tif"
            if not (self._folder / name).exists():
                return name


def tell(line: dict[str, Any]) -> None:
    """Write one JSON line on standard output, at once."""
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()
