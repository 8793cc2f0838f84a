"""
The log: one line per event, with the order or fax it belongs to.

I/O: writes to standard error, where systemd's journal or a terminal reads it.

Standards:
    sd-daemon(3) -- "<4>" before a line is its level
    systemd.exec(5) -- JOURNAL_STREAM
"""

import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_subject: ContextVar[str] = ContextVar("subject", default="")

_QUIET = {
    "mail.log": logging.WARNING,  # aiosmtpd prints DATA lines, password included
    "apscheduler": logging.WARNING,
    "alembic": logging.WARNING,
    "asyncio": logging.WARNING,
    "PIL": logging.WARNING,
    "aiosmtplib": logging.WARNING,
    "uvicorn.error": logging.WARNING,  # says "error" to everything
    "dkimpy": logging.WARNING,  # what it reads of a mail
}


@contextmanager
def about(reference: str) -> Iterator[None]:
    """Put *reference* before every line logged inside."""
    token = _subject.set(reference)
    try:
        yield
    finally:
        _subject.reset(token)


class _Line(logging.Formatter):
    def __init__(self, *, to_journal: bool) -> None:
        # The journal adds the time itself.
        super().__init__(
            ("" if to_journal else "%(asctime)s ")
            + "%(levelname)s %(shortname)s: %(subject)s%(message)s",
            datefmt="%Y-%m-%d %H:%M:%S",
        )
        self._to_journal = to_journal

    def format(self, record: logging.LogRecord) -> str:
        record.shortname = record.name.removeprefix("ecofax_gateway.")
        subject = _subject.get()
        record.subject = f"[{subject}] " if subject else ""
        text = super().format(record)
        if not self._to_journal:
            return text
        mark = f"<{_syslog_level(record.levelno)}>"
        return "\n".join(mark + line for line in text.splitlines())


def _syslog_level(level: int) -> int:
    """Critical is 2 there, debug 7."""
    return next((n for least, n in _SYSLOG_LEVELS if level >= least), 7)


_SYSLOG_LEVELS = (
    (logging.CRITICAL, 2),
    (logging.ERROR, 3),
    (logging.WARNING, 4),
    (logging.INFO, 6),
)


def set_up(level: str) -> None:
    """
    Send every log line of *level* and above to standard error.

    Args:
        level: debug, info, warning or error.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Line(to_journal=_is_journal()))
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    for name, least in _QUIET.items():
        logging.getLogger(name).setLevel(least)


def _is_journal() -> bool:
    """Whether standard error is what systemd says: shells inherit the variable too."""
    try:
        found = os.fstat(2)
    except OSError:
        return False
    return os.environ.get("JOURNAL_STREAM") == f"{found.st_dev}:{found.st_ino}"


def shorten_number(e164: str) -> str:
    """A number for the log at info level: whose it is stays readable, not all of it."""
    return f"{e164[:-4]}xxxx" if len(e164) > 6 else e164
