"""
The log: one line per event, with the order or fax it belongs to.

I/O: writes to standard error, where systemd's journal or a terminal reads it.
"""

import logging
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
    def __init__(self, *, with_time: bool) -> None:
        super().__init__(
            ("%(asctime)s " if with_time else "")
            + "%(levelname)s %(shortname)s: %(subject)s%(message)s",
            datefmt="%Y-%m-%d %H:%M:%S",
        )

    def format(self, record: logging.LogRecord) -> str:
        record.shortname = record.name.removeprefix("ecofax_gateway.")
        subject = _subject.get()
        record.subject = f"[{subject}] " if subject else ""
        return super().format(record)


def set_up(level: str, *, under_systemd: bool = False) -> None:
    """
    Send every log line of *level* and above to standard error.

    Args:
        level: debug, info, warning or error.

        under_systemd: The journal adds the time itself.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Line(with_time=not under_systemd))
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    for name, least in _QUIET.items():
        logging.getLogger(name).setLevel(least)


def shorten_number(e164: str) -> str:
    """A number for the log at info level: whose it is stays readable, not all of it."""
    return f"{e164[:-4]}xxxx" if len(e164) > 6 else e164
