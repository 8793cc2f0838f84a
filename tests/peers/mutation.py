"""
SIP messages as no stack should send them: a fixed list, and mutations from a seed.

Pure: no I/O, no clock; randomness is an argument.
"""

import random

TOKENS = (
    *(b"99999", b"-1", b"0", b"65536", b"4294967296", b"9" * 40, b"\x00", b"\xff\xfe"),
    *(b"\r\n", b"\r\n\r\n", b"\n", b"\r", b"\t", b";", b",", b'"', b"<", b">", b"@"),
    *(b"%00", b"%zz", b"[", b"]", b"[::1", b"A" * 3000, b";" * 200, b"sip:" * 50),
    *(b"IN IP4 999.999.999.999", b"IN IP6 ::", b"c=", b"m=image 0 udptl t38\r\n"),
    *(b"m=audio 99999 RTP/AVP 0\r\n", b"a=T38FaxMaxDatagram:-5\r\n", b"a=" * 500),
    *(b"Content-Length: 99999999\r\n", b"Via: \r\n", b"Digest " * 100, b"\xc3\x28"),
)
"""What a mutation puts in: numbers out of range, marks out of place, and too much."""


def mutate(rng: random.Random, message: bytes, *, most: int = 4) -> bytes:
    """A message with one to *most* faults."""
    for _ in range(rng.randint(1, most)):
        at = rng.randrange(len(message) + 1)
        end = min(len(message), at + rng.randint(1, 40))
        match rng.randrange(7):
            case 0 if at < len(message):
                flipped = message[at] ^ 1 << rng.randrange(8)
                message = message[:at] + bytes([flipped]) + message[at + 1 :]
            case 1:
                message = message[:at] + message[end:]
            case 2:
                message = (
                    message[:at] + message[at:end] * rng.randint(2, 30) + message[end:]
                )
            case 3:
                message = message[:at]
            case 4:
                lines = message.split(b"\r\n")
                rng.shuffle(lines)
                message = b"\r\n".join(lines)
            case _:
                message = message[:at] + rng.choice(TOKENS) + message[end:]
    return message


def request(
    method: str,
    *,
    via: str = "127.0.0.1:5060",
    call_id: str = "fuzz",
    uri: str = "sip:1@127.0.0.1",
    extra: str = "",
    body: str = "",
) -> bytes:
    """A request that is good, as far as its parts are."""
    return (
        f"{method} {uri} SIP/2.0\r\n"
        f"Via: SIP/2.0/UDP {via};branch=z9hG4bK{call_id};rport\r\n"
        f"From: <sip:2@127.0.0.1>;tag=f{call_id}\r\nTo: <{uri}>\r\n"
        f"Call-ID: {call_id}\r\nCSeq: 1 {method}\r\nMax-Forwards: 70\r\n"
        f"Contact: <sip:2@127.0.0.1>\r\n{extra}"
        f"Content-Length: {len(body)}\r\n\r\n{body}"
    ).encode("latin-1")


HOSTS = (
    *("127.0.0.1:99999", "127.0.0.1:0", "127.0.0.1:-1", "127.0.0.1:", "[::1]:5060"),
    *("[::1", "0.0.0.0", "255.255.255.255", "224.0.0.1", "nowhere.invalid", "\x00"),
    *("[fe80::1%25lo]", "1.2.3", "localhost:1", "127.0.0.1:000000000005060", " "),
)

METHODS = (
    *("INVITE", "ACK", "BYE", "CANCEL", "OPTIONS", "PRACK", "UPDATE", "REGISTER"),
    *("INFO", "NOTIFY", "MESSAGE", "invite", "X" * 500, ""),
)


def nasty() -> list[bytes]:
    """The fixed list: what killed other stacks, and what standards do not foresee."""
    found = [
        *(b"", b"\r\n", b"\r\n\r\n", b"\x00" * 100, b"SIP/2.0", b"SIP/2.0 200\r\n\r\n"),
        *(b"\xff" * 60_000, b"A" * 60_000, b"INVITE\r\n" * 5000, b":\r\n" * 10_000),
        b"SIP/2.0 999999 No\r\nCSeq: 99999999999999999999 INVITE\r\n\r\n",
        b"Via: " * 5000,
    ]
    for method in METHODS:
        found += [
            request(method, via=via, call_id=f"v{at}") for at, via in enumerate(HOSTS)
        ]
        found += [
            request(method, uri=uri)
            for uri in (
                "sip:",
                "tel:1",
                "sips:1@x",
                "http://x",
                "sip:[::1",
                "sip:@",
                "*",
            )
        ]
        found += [
            request(method, extra=extra)
            for extra in (
                "Require: nothing\r\n" * 300,
                "Contact: <sip:1@127.0.0.1:99999>\r\n",
                "Record-Route: <sip:127.0.0.1:99999;lr>\r\n" * 100,
                "Session-Expires: -1\r\n",
                "Session-Expires: 99999999999999\r\nMin-SE: x\r\n",
                "RAck: 1 1\r\n",
                " folded\r\n\tagain\r\n",
                "Content-Length: -5\r\n",
                "Content-Type: application/sdp\r\nContent-Encoding: gzip\r\n",
            )
        ]
    return found
