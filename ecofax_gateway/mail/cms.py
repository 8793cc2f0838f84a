"""
Take a mail out of its S/MIME wrapping.

Pure: no I/O, no clock, no randomness.

A signature that hides what it signs is opened without being checked: who may fax is
told by the fax password, and what is printed was visible to the sender's program.

Standards:
    RFC 5652 (2009) §3, §5.1, §5.2 -- ContentInfo, SignedData, the content inside
    RFC 3274 (2002) §1.1 -- CompressedData
    RFC 8551 (2019) §3.2 -- application/pkcs7-mime
    ITU-T X.690 (02/2021) §8 -- BER, with lengths that are told at the end
"""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from ..domain.errors import MalformedMessage

MAX_ELEMENTS = 200_000
"""A mail of 40 MB comes in 40 000 pieces of 1 000 bytes."""

MAX_DEPTH = 30
"""A certificate has about ten levels."""

MAX_INFLATED_BYTES = 64 * 1024 * 1024
"""Of what was compressed; more than any mail may have."""

_CONSTRUCTED = 0x20
_OBJECT_ID, _OCTETS, _SEQUENCE, _CONTEXT_0 = 0x06, 0x04, 0x30, 0xA0


class Wrapping(StrEnum):
    """What was done to the content."""

    SIGNED = "signed"
    COMPRESSED = "compressed"
    ENCRYPTED = "encrypted"


_WRAPPINGS = {
    bytes.fromhex("2a864886f70d010702"): Wrapping.SIGNED,
    bytes.fromhex("2a864886f70d010703"): Wrapping.ENCRYPTED,
    bytes.fromhex("2a864886f70d010704"): Wrapping.ENCRYPTED,  # and signed
    bytes.fromhex("2a864886f70d010706"): Wrapping.ENCRYPTED,
    bytes.fromhex("2a864886f70d0109100117"): Wrapping.ENCRYPTED,  # and authenticated
    bytes.fromhex("2a864886f70d0109100109"): Wrapping.COMPRESSED,
}


def unwrap(content: bytes) -> tuple[Wrapping, bytes]:
    """
    Say how a mail is wrapped, and give what is inside.

    Args:
        content: Of a part of type application/pkcs7-mime, decoded.

    Returns:
        The inner mail's bytes; empty if they are encrypted, or signed elsewhere.

    Raises:
        MalformedMessage: If it is no such wrapping.
    """
    whole = _Reader(content).read()
    match whole.children:
        case [_Element(tag=0x06, content=kind), _Element(children=[body])]:
            wrapping = _WRAPPINGS.get(kind)
        case _:
            raise MalformedMessage("no CMS")
    if wrapping is None:
        raise MalformedMessage("CMS of an unknown kind")
    if wrapping is Wrapping.ENCRYPTED:
        return wrapping, b""
    inner = _inner_content(body)
    if wrapping is Wrapping.COMPRESSED:
        inner = _inflated(inner)
    return wrapping, inner


@dataclass(frozen=True, slots=True)
class _Element:
    tag: int
    content: bytes = b""
    "Of a primitive one."

    children: Sequence["_Element"] = field(default=())

    @property
    def octets(self) -> bytes:
        """Of an octet string, whole or in pieces."""
        if not self.tag & _CONSTRUCTED:
            return self.content
        return b"".join(child.octets for child in self.children)


class _Reader:
    """Reads one element and all below it."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0
        self._elements = 0

    def read(self, *, depth: int = 0) -> _Element:
        self._elements += 1
        if self._elements > MAX_ELEMENTS or depth > MAX_DEPTH:
            raise MalformedMessage("CMS too complex")
        tag = self._byte()
        if tag & 0x1F == 0x1F:
            raise MalformedMessage("CMS with a long tag")
        length = self._length()
        if length is None:
            return _Element(tag, children=self._until_the_end(depth))
        end = self._at + length
        if end > len(self._data):
            raise MalformedMessage("CMS that is cut off")
        if not tag & _CONSTRUCTED:
            content, self._at = self._data[self._at : end], end
            return _Element(tag, content)
        children: list[_Element] = []
        while self._at < end:
            children.append(self.read(depth=depth + 1))
        return _Element(tag, children=children)

    def _until_the_end(self, depth: int) -> list[_Element]:
        children: list[_Element] = []
        while self._data[self._at : self._at + 2] != b"\0\0":
            children.append(self.read(depth=depth + 1))
        self._at += 2
        return children

    def _length(self) -> int | None:
        first = self._byte()
        if first < 0x80:
            return first
        if first == 0x80:
            return None
        size = first & 0x7F
        if size > 8:
            raise MalformedMessage("CMS with a length beyond all measure")
        return int.from_bytes(bytes(self._byte() for _ in range(size)))

    def _byte(self) -> int:
        if self._at >= len(self._data):
            raise MalformedMessage("CMS that is cut off")
        self._at += 1
        return self._data[self._at - 1]


def _inner_content(body: _Element) -> bytes:
    """The eContent of the first EncapsulatedContentInfo in a SignedData or the like."""
    for element in body.children:
        match element:
            case _Element(tag=0x30, children=[_Element(tag=0x06), *rest]):
                wrapped = [one for one in rest if one.tag == _CONTEXT_0]
                # Without content it is the signature of something elsewhere; an
                # algorithm's identifier has no such child.
                if wrapped and wrapped[0].children:
                    return wrapped[0].children[0].octets
    return b""


def _inflated(content: bytes) -> bytes:
    try:
        engine = zlib.decompressobj()
        inflated = engine.decompress(content, MAX_INFLATED_BYTES)
    except zlib.error:
        raise MalformedMessage("CMS whose compression is broken") from None
    if engine.unconsumed_tail:
        raise MalformedMessage("CMS that swells beyond all measure")
    return inflated
