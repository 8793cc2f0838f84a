"""
What stands in SIP headers: URIs, names with addresses, parameters.

Pure: no I/O, no clock, no randomness.

The readers take what equipment really writes (user parts such as "#31#1", hosts with
an underscore, a bare IPv6 address in "received"), because a call is lost otherwise;
what could break out of its line when it is written back is refused.

Standards:
    RFC 3261 §19.1 -- SIP URI; §20.10 -- name-addr
    RFC 3966 §3 -- tel URI
"""

import ipaddress
import re
from dataclasses import dataclass
from urllib.parse import unquote

from ..domain.errors import MalformedMessage

Parameters = tuple[tuple[str, str | None], ...]
"""Names in lower case with their values, unquoted; None: the name stands alone."""

_HOST = re.compile(r"[A-Za-z0-9_.-]+\Z|\[[0-9A-Fa-f:.]+(%[A-Za-z0-9]+)?\]\Z")
_BARE_V6 = re.compile(r"(?=[^:]*:[^:]*:)[0-9A-Fa-f:.]+\Z")
_PORT = re.compile(r"[0-9]{1,5}\Z")
_TOKEN = re.compile(r"[A-Za-z0-9.!%*_+`'~-]+\Z")


def split_outside(text: str, separator: str) -> list[str]:
    """
    Split at a character that stands neither in quotes nor in angle brackets.

    Args:
        text: A header's value.

        separator: One character, "," or ";".

    Returns:
        The pieces without the white space around them; an open quote or bracket runs
        to the end.
    """
    pieces, start, quoted, depth, escaped = [], 0, False, 0, False
    for position, character in enumerate(text):
        if escaped:
            escaped = False
        elif quoted:
            escaped = character == "\\"
            quoted = character != '"'
        elif character == '"':
            quoted = True
        elif character == "<":
            depth += 1
        elif character == ">":
            depth = max(0, depth - 1)
        elif character == separator and not depth:
            pieces.append(text[start:position].strip())
            start = position + 1
    pieces.append(text[start:].strip())
    return pieces


def unquoted(text: str) -> str:
    """The content of a quoted string, or *text* as it is. RFC 3261 §25.1."""
    if len(text) >= 2 and text[0] == text[-1] == '"':
        return re.sub(r"\\(.)", r"\1", text[1:-1])
    return text


def quoted(text: str) -> str:
    """A quoted string. RFC 3261 §25.1."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def parse_parameters(text: str) -> Parameters:
    """Read ";a=1;b": empty pieces are skipped, the first of a name counts."""
    parameters: dict[str, str | None] = {}
    for piece in split_outside(text, ";"):
        name, equals, value = piece.partition("=")
        name = name.strip().lower()
        if name:
            parameters.setdefault(name, unquoted(value.strip()) if equals else None)
    return tuple(parameters.items())


def format_parameters(parameters: Parameters) -> str:
    """The inverse of `parse_parameters`; values are quoted where they need it."""
    text = ""
    for name, value in parameters:
        text += f";{name}"
        if value is not None:
            plain = _TOKEN.match(value) or _HOST.match(value) or _BARE_V6.match(value)
            text += f"={value if plain else quoted(value)}"
    return text


def parse_host_port(text: str) -> tuple[str, int | None]:
    """
    Read "host", "host:port", "[::1]:5060" or a bare "::1".

    Returns:
        The host without brackets, and its port, 1 to 65535, or None.

    Raises:
        MalformedMessage: If it is none of these.
    """
    text = text.strip()
    if _BARE_V6.match(text):
        return text, None
    host, port = text, ""
    colon = text.rfind(":")
    if colon > text.rfind("]"):
        host, port = text[:colon].rstrip(), text[colon + 1 :].lstrip()
    if not _HOST.match(host):
        raise MalformedMessage(f"not a host: {text[:80]!r}")
    host = host.strip("[]")
    if not port:
        return host, None
    if not _PORT.match(port) or not 1 <= int(port) <= 65535:
        raise MalformedMessage(f"not a port: {port[:20]!r}")
    return host, int(port)


def format_host(host: str) -> str:
    """A host as it stands in a URI or Via: IPv6 in brackets."""
    return f"[{host}]" if ":" in host else host


@dataclass(frozen=True, slots=True, kw_only=True)
class SipUri:
    """A sip:, sips: or tel: URI."""

    scheme: str = "sip"

    user: str = ""
    "As written, percent escapes and password included; the number of a tel: URI."

    host: str = ""
    "Without brackets; empty for tel:."

    port: int | None = None
    parameters: Parameters = ()

    headers: str = ""
    "What follows the question mark, as written."

    @property
    def user_name(self) -> str:
        """The user part for people and for look-ups: unescaped, no password, no
        parameters of its own."""
        name = self.user.partition(":")[0] if self.scheme != "tel" else self.user
        return unquote(name.partition(";")[0])

    def parameter(self, name: str) -> str | None:
        """A parameter's value, "" if it stands alone, None if there is none."""
        return parameter_of(self.parameters, name)

    def __str__(self) -> str:
        parameters = format_parameters(self.parameters)
        if self.scheme == "tel":
            return f"tel:{self.user}{parameters}"
        user = f"{self.user}@" if self.user else ""
        port = f":{self.port}" if self.port is not None else ""
        headers = f"?{self.headers}" if self.headers else ""
        return (
            f"{self.scheme}:{user}{format_host(self.host)}{port}{parameters}{headers}"
        )


def parameter_of(parameters: Parameters, name: str) -> str | None:
    """A parameter's value, "" if it stands alone, None if there is none."""
    for key, value in parameters:
        if key == name:
            return value or ""
    return None


def parse_uri(text: str) -> SipUri:
    """
    Read a URI.

    Raises:
        MalformedMessage: If it is no sip:, sips: or tel: URI.
    """
    text = text.strip()
    if re.search(r'[\s<>"\x00-\x1f\x7f]', text):
        raise MalformedMessage(f"not a URI: {text[:80]!r}")
    scheme, _, rest = text.partition(":")
    scheme = scheme.lower()
    if scheme == "tel":
        number, _, parameters = rest.partition(";")
        if not number:
            raise MalformedMessage("a tel: URI without a number")
        return SipUri(
            scheme="tel", user=number, parameters=parse_parameters(parameters)
        )
    if scheme not in ("sip", "sips"):
        raise MalformedMessage(f"a URI of another scheme: {text[:80]!r}")
    # The user part may hold ";" and "?", what follows the host may hold no "@".
    user, _, rest = rest.rpartition("@")
    rest, _, headers = rest.partition("?")
    where, _, parameters = rest.partition(";")
    host, port = parse_host_port(where)
    return SipUri(
        scheme=scheme,
        user=user,
        host=host,
        port=port,
        parameters=parse_parameters(parameters),
        headers=headers,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class NameAddr:
    """The value of From, To, Contact, Route and their like."""

    uri: str
    "As written; `parse_uri` reads it."

    display: str = ""
    "The name, unquoted."

    parameters: Parameters = ()
    "Of the header, not of the URI."

    @property
    def tag(self) -> str | None:
        """The tag, or None."""
        return parameter_of(self.parameters, "tag") or None

    def __str__(self) -> str:
        display = f"{quoted(self.display)} " if self.display else ""
        return f"{display}<{self.uri}>{format_parameters(self.parameters)}"


def parse_name_addr(text: str) -> NameAddr:
    """
    Read one name-addr or addr-spec.

    Raises:
        MalformedMessage: If there is no URI in it.
    """
    text = text.strip()
    before, bracket, rest = _at_bracket(text)
    if not bracket:
        # RFC 3261 §20.10: without brackets, parameters belong to the header.
        uri, _, parameters = text.partition(";")
        display = ""
    else:
        uri, closed, parameters = rest.partition(">")
        if not closed:
            raise MalformedMessage("an angle bracket that is not closed")
        display = unquoted(before.strip())
    uri = uri.strip()
    if not uri or re.search(r'[\s<>"]', uri):
        raise MalformedMessage(f"not an address: {text[:80]!r}")
    return NameAddr(uri=uri, display=display, parameters=parse_parameters(parameters))


def _at_bracket(text: str) -> tuple[str, str, str]:
    inside, escaped = False, False
    for position, character in enumerate(text):
        if escaped:
            escaped = False
        elif inside and character == "\\":
            escaped = True
        elif character == '"':
            inside = not inside
        elif character == "<" and not inside:
            return text[:position], "<", text[position + 1 :]
    return text, "", ""


def ip_literal(host: str) -> str | None:
    """
    *host* if it is an IP address that a socket sends to without an error, else None.

    An IPv6 scope is one of its writer's interfaces, not of ours.
    """
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return None
    is_reserved = address.version == 4 and address.is_reserved  # 240/4, broadcast
    if address.is_unspecified or address.is_multicast or is_reserved or "%" in host:
        return None
    return str(address)
