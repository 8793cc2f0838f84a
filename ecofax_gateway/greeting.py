"""
Without a configuration file: the demo line, and the words at the terminal.

I/O: the store, through the caller's transaction.
"""

from datetime import datetime

from sqlalchemy import Connection

from .domain.line import FaxLine, Plan
from .domain.number import FaxNumber
from .password import hash_password, make_password
from .settings import Settings
from .settings.trunk import BUILT_IN
from .store import lines

DEMO_LINE = "+33366720307"
"Of the guide's own example; made only without a configuration file."


def make_demo_line(conn: Connection, now: datetime) -> str | None:
    """Make the demo line if it is not there; its password, this once."""
    if lines.get(conn, DEMO_LINE) is not None:
        return None
    password = make_password()
    line = FaxLine(
        number=DEMO_LINE,
        plan=Plan.PRO,
        name="Ligne de démonstration",
        password_hash=hash_password(password),
    )
    lines.add(conn, line, now=now)
    return password


def welcome(
    settings: Settings, port: int | None, site_port: int | None, password: str | None
) -> str:
    """What a person at the terminal wants to know."""
    host = settings.smtp.listen.rpartition(":")[0]
    told = ["ecofax-gateway is ready"]
    if port is not None:
        told.append(
            f"  mail in    {host}:{port}, for {', '.join(settings.smtp.domains)}"
        )
    if site_port is not None:
        scheme = "https" if settings.console.certificate else "http"
        at = settings.console.listen.rpartition(":")[0]
        told.append(f"  console    {scheme}://{at}:{site_port}")
    told += [f"  trunk      {each.name}: {each.proxy}" for each in settings.trunks]
    if settings.replies.by == "folder":
        told.append(f"  replies    as files in {settings.reply_folder}")
    else:
        told.append(f"  replies    by mail through {settings.replies.relay}")
    if any(each.proxy == BUILT_IN for each in settings.trunks):
        told.append(f"  faxes      printed into {settings.state / 'fax-machine'}")
    if password is not None:
        told += [
            f"  demo line  {FaxNumber(DEMO_LINE).national}, fax password: {password}",
            "             (shown this once; a new one: ecofax-gateway line passwd"
            f" {FaxNumber(DEMO_LINE).national})",
        ]
    return "\n".join(told)
