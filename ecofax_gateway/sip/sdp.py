"""
Session descriptions: what media, where to, how coded.

Pure: no I/O, no clock, no randomness.

T.38's own attributes stay plain attributes here; `t38/offer.py` gives them meaning.

Standards:
    RFC 8866 §5, §6 -- the description and its attributes
    RFC 3264 §5.1, §6 -- direction, refused media have port 0
"""

import re
from dataclasses import dataclass

from ..domain.errors import MalformedMessage
from .message import Message
from .uri import ip_literal, parameter_of, parse_parameters

MAX_SDP_BYTES = 32_768
"""An SDP of a browser with everything reaches 10 KB; a fax's has 1."""

MAX_LINES = 500

MAX_PARTS = 10
"""Parts of a multipart body that are looked at."""

Attributes = tuple[tuple[str, str | None], ...]
"""Names as written with their values; None: the name stands alone."""

DIRECTIONS = ("sendrecv", "sendonly", "recvonly", "inactive")

_MEDIA = re.compile(r"(\S+)\s+([0-9]{1,5})(?:/[0-9]+)?\s+(\S+)(?:\s+(.*))?\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class RtpMap:
    """How one payload type is coded."""

    encoding: str
    "As written; compare in lower case."

    rate: int = 8000
    channels: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaDescription:
    """One medium: an m= line and what belongs to it."""

    kind: str
    'Lower case: "audio", "image".'

    port: int
    "0 to 65535; 0: refused or switched off."

    protocol: str
    'As written: "RTP/AVP", "udptl"; compare in lower case.'

    formats: tuple[str, ...] = ()
    'Payload types, or "t38".'

    address: str | None = None
    """Of its own c= line; None: the session's. May be a host name or 0.0.0.0, which
    nothing can be sent to: `SessionDescription.destination` leaves those out."""

    attributes: Attributes = ()

    def attribute(self, name: str) -> str | None:
        """The first attribute of that name, "" if it stands alone, None without."""
        return attribute_of(self.attributes, name)

    @property
    def rtpmap(self) -> dict[int, RtpMap]:
        """What a=rtpmap lines say; unreadable ones are left out."""
        maps = {}
        for name, value in self.attributes:
            match = re.match(
                r"([0-9]{1,3})\s+([^/\s]+)/([0-9]{1,6})(?:/([0-9]{1,2}))?", value or ""
            )
            if name.lower() == "rtpmap" and match:
                maps[int(match[1])] = RtpMap(
                    encoding=match[2],
                    rate=int(match[3]),
                    channels=int(match[4] or 1),
                )
        return maps


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionDescription:
    """One description, offer or answer."""

    address: str | None = None
    "Of the session's c= line."

    media: tuple[MediaDescription, ...] = ()
    attributes: Attributes = ()

    user: str = "-"
    session_id: int = 0
    version: int = 0
    "Grows by one with each new description of the same session. RFC 3264 §8."

    origin: str | None = None
    "Address of the o= line; None: *address*."

    name: str = "-"

    def destination(self, medium: MediaDescription) -> tuple[str, int] | None:
        """Where that medium is to be sent: an IP literal and port, or None."""
        host = ip_literal(medium.address or self.address or "")
        return (host, medium.port) if host and medium.port else None

    def direction(self, medium: MediaDescription) -> str:
        """One of `DIRECTIONS`, as its writer sees it: "sendonly" means we receive."""
        for attributes in (medium.attributes, self.attributes):
            for name, value in attributes:
                if name.lower() in DIRECTIONS and value is None:
                    return name.lower()
        return "sendrecv"


def attribute_of(attributes: Attributes, name: str) -> str | None:
    """The first attribute of that name in any case; "" if it stands alone."""
    for key, value in attributes:
        if key.lower() == name.lower():
            return value or ""
    return None


def parse_sdp(data: bytes) -> SessionDescription:
    """
    Read a description; lines of no meaning to us are passed over.

    Raises:
        MalformedMessage: If it is none: no v= line, or an m= line out of range.
    """
    if len(data) > MAX_SDP_BYTES:
        raise MalformedMessage("a description beyond our limit")
    lines = re.split(r"\r\n|\r|\n", data.decode("utf-8", "replace").strip("\r\n\0 "))
    if len(lines) > MAX_LINES or lines[0].replace(" ", "")[:2] != "v=":
        raise MalformedMessage("not a session description")
    sections: list[list[tuple[str, str]]] = [[]]
    for line in lines:
        key, equals, value = line.partition("=")
        key, value = key.strip(), value.strip()
        if equals and len(key) == 1:
            if key == "m":
                sections.append([])
            sections[-1].append((key, value))
    session = sections[0]
    user, session_id, version, origin = _origin(session)
    return SessionDescription(
        address=_address(session),
        media=tuple(_medium(section) for section in sections[1:]),
        attributes=_attributes(session),
        user=user,
        session_id=session_id,
        version=version,
        origin=origin,
        name=next((value for key, value in session if key == "s"), "-") or "-",
    )


def sdp_in(message: Message) -> bytes | None:
    """
    The description a message carries, or None.

    Looks into multipart bodies, where gateways put it beside ISUP (RFC 5621 §3.1), and
    takes a body without a type for what it looks like.
    """
    kind, _, parameters = (message.header("Content-Type") or "").partition(";")
    kind = kind.strip().lower()
    if kind.startswith("multipart/"):
        boundary = parameter_of(parse_parameters(parameters), "boundary")
        return _sdp_among_parts(message.body, boundary) if boundary else None
    if kind == "application/sdp" or (not kind and message.body.lstrip()[:2] == b"v="):
        return message.body or None
    return None


def _sdp_among_parts(body: bytes, boundary: str) -> bytes | None:
    delimiter = b"--" + boundary.encode("utf-8", "surrogateescape")
    for part in body.split(delimiter, MAX_PARTS)[1:]:
        head, _, content = part.replace(b"\r\n", b"\n").partition(b"\n\n")
        if b"application/sdp" in head.lower() and content.strip():
            return content.strip(b"\n").replace(b"\n", b"\r\n") + b"\r\n"
    return None


def format_sdp(description: SessionDescription) -> bytes:
    """
    Write a description.

    Raises:
        ValueError: If a value would break out of its line. A bug of ours.
    """
    address = description.address or description.origin or "0.0.0.0"  # noqa: S104 -- RFC 3264 §8.4's "nowhere", nothing listens
    lines = [
        "v=0",
        f"o={description.user} {description.session_id} {description.version}"
        f" IN {_where(description.origin or address)}",
        f"s={description.name}",
        f"c=IN {_where(address)}",
        "t=0 0",
        *_attribute_lines(description.attributes),
    ]
    for medium in description.media:
        formats = " ".join(medium.formats)
        lines.append(
            f"m={medium.kind} {medium.port} {medium.protocol} {formats}".rstrip()
        )
        if medium.address is not None:
            lines.append(f"c=IN {_where(medium.address)}")
        lines += _attribute_lines(medium.attributes)
    if any("\r" in line or "\n" in line for line in lines):
        raise ValueError("a line of SDP with a line break in it")
    return "\r\n".join([*lines, ""]).encode()


def _attribute_lines(attributes: Attributes) -> list[str]:
    return [
        f"a={name}" if value is None else f"a={name}:{value}"
        for name, value in attributes
    ]


def _where(address: str) -> str:
    return f"{'IP6' if ':' in address else 'IP4'} {address}"


def _origin(session: list[tuple[str, str]]) -> tuple[str, int, int, str | None]:
    words = next((value for key, value in session if key == "o"), "").split()
    if len(words) < 6:
        return "-", 0, 0, None
    # Equipment writes words and 30 digits here; only "does it change" matters.
    numbers = [int(w) if re.fullmatch(r"[0-9]{1,20}", w) else 0 for w in words[1:3]]
    return words[0], numbers[0], numbers[1], words[5]


def _address(section: list[tuple[str, str]]) -> str | None:
    words = next((value for key, value in section if key == "c"), "").split()
    return words[2].partition("/")[0] or None if len(words) >= 3 else None


def _attributes(section: list[tuple[str, str]]) -> Attributes:
    attributes: list[tuple[str, str | None]] = []
    for key, text in section:
        name, colon, value = text.partition(":")
        if key == "a" and name.strip():
            attributes.append((name.strip(), value.strip() if colon else None))
    return tuple(attributes)


def _medium(section: list[tuple[str, str]]) -> MediaDescription:
    match = _MEDIA.match(section[0][1])
    if match is None or int(match[2]) > 65535:
        raise MalformedMessage(f"not a medium: {section[0][1][:80]!r}")
    return MediaDescription(
        kind=match[1].lower(),
        port=int(match[2]),
        protocol=match[3],
        formats=tuple((match[4] or "").split()),
        address=_address(section),
        attributes=_attributes(section),
    )
