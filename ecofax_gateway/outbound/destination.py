"""
A URL that somebody named: read, and held to what we are willing to call.

Pure: no I/O, no clock, no randomness.

Standards:
    RFC 3986 (2005) §3, §5 -- the parts of a URL, and what a redirect's is relative to
"""

import re
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit, urlunsplit

from ..domain.errors import EcofaxError

MAX_URL_CHARS = 2000
"""What browsers and proxies agree on."""

LOW_PORTS = frozenset({80, 443})
"""Below 1024 live services that are not the Web's: a request can be mistaken there for
a mail or a command. Above, whoever may open a port may also serve lists."""

FIRST_HIGH_PORT = 1024

_HOST = re.compile(r"[a-z0-9._-]+|[0-9a-f:.]+")
_NOT_PRINTED = re.compile(r"[\x00-\x20\x7f]")


class OutboundFailed(EcofaxError):
    """
    A request of ours could not be made, or was not answered as it should be.

    Args:
        sentence: French, for the person who named the URL; never the URL itself, which
            may hold a key.

        code: One word for logs and translations, e.g. "url-private".
    """

    def __init__(self, sentence: str, *, code: str) -> None:
        super().__init__(code)
        self.sentence = sentence
        self.code = code


@dataclass(frozen=True, slots=True)
class Destination:
    """A URL that may be asked, as far as it can be told without its addresses."""

    url: str
    "Without fragment, in ASCII."

    is_secure: bool

    host: str
    "A name or an IP literal, without brackets, in ASCII."


def read_url(text: str) -> Destination:
    """
    Read a URL.

    Raises:
        OutboundFailed: If it is none, or not one that we call.
    """
    text = text.strip()
    if len(text) > MAX_URL_CHARS or _NOT_PRINTED.search(text):
        raise _bad_url()
    try:
        parts = urlsplit(text)
        host = (parts.hostname or "").encode("idna").decode("ascii")
        port = parts.port
    except ValueError:  # UnicodeError is one
        raise _bad_url() from None
    if parts.scheme not in ("http", "https"):
        raise OutboundFailed(
            "Seules les adresses qui commencent par http:// ou https:// sont acceptées.",
            code="url-scheme",
        )
    if not _HOST.fullmatch(host):
        raise _bad_url()
    if parts.username is not None or parts.password is not None:
        raise OutboundFailed(
            "Une adresse qui contient un nom d'utilisateur ou un mot de passe n'est pas"
            " acceptée.",
            code="url-password",
        )
    if port is not None and port < FIRST_HIGH_PORT and port not in LOW_PORTS:
        raise OutboundFailed(
            f"Le port {port} n'est pas accepté : utilisez 80, 443 ou un port au-dessus"
            f" de {FIRST_HIGH_PORT - 1}.",
            code="url-port",
        )
    bracketed = f"[{host}]" if ":" in host else host
    netloc = bracketed if port is None else f"{bracketed}:{port}"
    path = _ascii(parts.path) or "/"
    url = urlunsplit((parts.scheme, netloc, path, _ascii(parts.query), ""))
    return Destination(url=url, is_secure=parts.scheme == "https", host=host)


def redirected(origin: Destination, location: str) -> Destination:
    """
    Where a redirect leads.

    Raises:
        OutboundFailed: If that is no URL that we call, or it gives up encryption.
    """
    try:
        target = read_url(urljoin(origin.url, location))
    except ValueError:
        raise _bad_url() from None
    if origin.is_secure and not target.is_secure:
        raise OutboundFailed(
            "Le serveur renvoie d'une adresse https:// vers une adresse http://, qui"
            " n'est pas protégée.",
            code="url-downgrade",
        )
    return target


def _ascii(text: str) -> str:
    """Percent-encode what a person left as it is written (RFC 3987 §3.1)."""
    return "".join(
        char if char.isascii() else "".join(f"%{byte:02X}" for byte in char.encode())
        for char in text
    )


def _bad_url() -> OutboundFailed:
    return OutboundFailed(
        "Ce n'est pas une adresse Web complète. Écrivez par exemple"
        " https://www.exemple.fr/liste.csv.",
        code="url-malformed",
    )
