"""
What a line sets for itself: by command, console and API alike.

I/O: the database, through the caller's transaction.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from ..domain.errors import OrderRefused
from ..domain.line import FaxLine
from ..store import lines

MAX_TAG_CHARS = 40
"""Of the tag line: with date, number and page it then still fits the width of a page."""

MAX_NAME_CHARS = 60
MAX_COPIES = 5
"""Each reply is mailed once for each."""

MAX_TRIES = 12
"""What the trunks' own rules allow at most."""

ADDRESS = re.compile(
    r"[!#-'*+/-9=?A-Z^-~-]{1,64}(?:\.[!#-'*+/-9=?A-Z^-~-]+)*@"
    r"(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z]{2,63}"
)
"""A mail address that people write down: plain letters, a domain with a dot."""

SETTABLE = (
    "tag_line",
    "quality",
    "max_tries",
    "from_name",
    "from_email",
    "copies",
    "mail_format",
    "proof",
    "proof_format",
    "language",
    "combine",
)
"""Fields of `FaxLine` that its own people may set."""


def change(
    conn: Connection,
    number: str,
    wishes: Mapping[str, Any],
    *,
    domain: str,
    now: datetime,
) -> FaxLine:
    """
    Change what a line sets for itself.

    Args:
        wishes: Values by `SETTABLE`, each of its field's type; what is not there stays.
            An empty text is None: what the gateway or the plan says.

        domain: Of the gateway's own mail: replies from elsewhere would be forged, and
            refused where that is checked (DMARC).

    Returns:
        The line as it is now.

    Raises:
        OrderRefused: If a value makes no sense, or there is no such line.
    """
    assert wishes.keys() <= set(SETTABLE)
    known = lines.get(conn, number)
    if known is None:
        raise OrderRefused(f"La ligne {number} n'existe pas.", code="no-line")
    changed = replace(known, **cleaned(wishes))
    check(changed, domain=domain)
    lines.change(conn, known, changed, now=now)
    return changed


def cleaned(wishes: Mapping[str, Any]) -> dict[str, Any]:
    """The same without blanks, and what is empty as None."""
    return {name: _cleaned(value) for name, value in wishes.items()}


def check(line: FaxLine, *, domain: str) -> None:
    """
    Look at what a line sets for itself.

    Args:
        domain: See `change`.

    Raises:
        OrderRefused: Naming the first value that makes no sense.
    """
    if not _is_line(line.tag_line, MAX_TAG_CHARS):
        raise OrderRefused(
            f"La ligne d'en-tête a {MAX_TAG_CHARS} caractères au plus, sur une seule"
            " ligne.",
            code="bad-tag-line",
        )
    if not _is_line(line.from_name, MAX_NAME_CHARS):
        raise OrderRefused(
            f"Le nom d'expéditeur a {MAX_NAME_CHARS} caractères au plus, sur une seule"
            " ligne.",
            code="bad-from-name",
        )
    if line.from_email and not _is_ours(line.from_email, domain):
        raise OrderRefused(
            f"L'adresse d'expéditeur doit être une adresse en @{domain} : un message"
            " envoyé d'ici au nom d'un autre domaine serait pris pour un faux.",
            code="bad-from-email",
        )
    if len(line.copies) > MAX_COPIES or not all(map(ADDRESS.fullmatch, line.copies)):
        raise OrderRefused(
            f"Les copies vont à {MAX_COPIES} adresses au plus, chacune complète"
            " (nom@domaine.fr).",
            code="bad-copies",
        )
    if line.max_tries is not None and not 1 <= line.max_tries <= MAX_TRIES:
        raise OrderRefused(
            f"Le nombre d'appels par fax va de 1 à {MAX_TRIES}.", code="bad-tries"
        )


def _cleaned(value: Any) -> Any:
    if isinstance(value, str) and type(value) is str:
        return value.strip() or None
    if isinstance(value, (list, tuple)):
        return tuple(dict.fromkeys(each.strip() for each in value if each.strip()))
    return value


def _is_line(text: str | None, most: int) -> bool:
    return text is None or (len(text) <= most and text.isprintable())


def _is_ours(address: str, domain: str) -> bool:
    is_one = ADDRESS.fullmatch(address) is not None
    return is_one and address.rpartition("@")[2].lower() == domain.lower()
