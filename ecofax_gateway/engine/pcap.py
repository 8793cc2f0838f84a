"""
Packets as a capture file that every analyser reads.

Pure: no I/O, no clock, no randomness.

The IP and UDP headers are made here: a socket does not show them. SIP over TCP or TLS
is written as if each message had been one UDP datagram.

Standards:
    draft-ietf-opsawg-pcap-06 §4, §5 -- classic pcap, LINKTYPE_RAW
    RFC 791 §3.1, RFC 8200 §3, RFC 768 -- the headers
    RFC 3261 §20.7, §20.28 -- the headers whose content is left out
"""

import ipaddress
import re
import struct

Address = tuple[str, int]

MAGIC = 0xA1B2C3D4
LINKTYPE_RAW = 101
SNAP_LENGTH = 65535
UDP = 17
HOPS = 64
MAX_PAYLOAD = 65507
"""Of a UDP datagram in IPv4."""

BLANK = b"Digest blanked"

_SECRET = re.compile(
    rb"^((?:proxy-)?authorization[ \t]*:[ \t]*)[^\r\n]*(?:\r?\n[ \t][^\r\n]*)*",
    re.IGNORECASE | re.MULTILINE,
)


def file_header() -> bytes:
    """What a capture file begins with."""
    return struct.pack("<IHHiIII", MAGIC, 2, 4, 0, 0, SNAP_LENGTH, LINKTYPE_RAW)


def record(at: float, source: Address, target: Address, payload: bytes) -> bytes:
    """
    One datagram.

    Args:
        at: Seconds since 1970.

        source, target: IP literals of one family, and ports.

        payload: Cut at the largest that a datagram holds.
    """
    packet = _datagram(source, target, payload[:MAX_PAYLOAD])
    seconds, micros = divmod(round(at * 1_000_000), 1_000_000)
    return struct.pack("<IIII", seconds, micros, len(packet), len(packet)) + packet


def without_credentials(message: bytes) -> bytes:
    """A SIP message whose answers to challenges say nothing."""
    return _SECRET.sub(rb"\g<1>" + BLANK, message)


def _datagram(source: Address, target: Address, payload: bytes) -> bytes:
    here, there = ipaddress.ip_address(source[0]), ipaddress.ip_address(target[0])
    if here.version != there.version:
        # A socket for both families tells IPv4 addresses as IPv6.
        here, there = _as_v6(here), _as_v6(there)
    length = 8 + len(payload)
    ends = here.packed + there.packed
    pseudo = ends + struct.pack("!II" if here.version == 6 else "!HH", *(
        (length, UDP) if here.version == 6 else (UDP, length)
    ))  # fmt: skip
    header = struct.pack("!HHHH", source[1], target[1], length, 0)
    checksum = _checksum(pseudo + header + payload) or 0xFFFF
    datagram = header[:6] + checksum.to_bytes(2) + payload
    if here.version == 6:
        return struct.pack("!IHBB", 6 << 28, length, UDP, HOPS) + ends + datagram
    head = struct.pack("!BBHHHBBH", 0x45, 0, 20 + length, 0, 0, HOPS, UDP, 0)
    checksum = _checksum(head + ends)
    return head[:10] + checksum.to_bytes(2) + ends + datagram


def _as_v6(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> ipaddress.IPv6Address:
    if address.version == 6:
        return address
    return ipaddress.IPv6Address(b"\0" * 10 + b"\xff\xff" + address.packed)


def _checksum(data: bytes) -> int:
    """The Internet checksum. RFC 1071."""
    if len(data) % 2:
        data += b"\0"
    total: int = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF
