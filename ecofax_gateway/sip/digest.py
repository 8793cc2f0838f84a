"""
Digest authentication: read challenges, answer one.

Pure: no I/O, no clock, no randomness: the cnonce is an argument.

Standards:
    RFC 7616 §3.3, §3.4 -- challenge and answer, MD5, SHA-256, SHA-512-256, -sess
    RFC 8760 §2 -- these algorithms in SIP
    RFC 3261 §22.4 -- differences of SIP; RFC 2617 §3.2.2.1 -- without qop
"""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from .uri import quoted, unquoted

MAX_CHALLENGES = 16
"""Challenges read from one response; RFC 8760 has one for each algorithm and realm."""

_HASHES = {
    algorithm: name
    for algorithm, name in (
        ("md5", "md5"),
        ("sha-256", "sha256"),
        ("sha-512-256", "sha512_256"),
    )
    if name in hashlib.algorithms_available
}
"""The last is left out of some builds of OpenSSL."""

_PARAMETER = re.compile(
    r'[\s,]*([A-Za-z0-9_.-]+)\s*=\s*("(?:[^"\\]|\\.)*"|[^\s,"]*)', re.DOTALL
)
_SCHEME = re.compile(r"[\s,]*([A-Za-z0-9_.-]+)(?=\s+[A-Za-z0-9_.-]+\s*=|\s*,|\s*\Z)")


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a trunk gave us; `repr` hides the password."""

    username: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Challenge:
    """One digest challenge of a WWW-Authenticate or Proxy-Authenticate header."""

    realm: str
    nonce: str
    algorithm: str = "MD5"
    "As written; may be one that we do not know."

    qop: tuple[str, ...] = ()
    "Lower case; empty: the older answer without qop."

    opaque: str | None = None
    is_stale: bool = False

    @property
    def is_supported(self) -> bool:
        """Whether we can answer it."""
        known = self.algorithm.lower().removesuffix("-sess") in _HASHES
        return known and (not self.qop or bool({"auth", "auth-int"} & set(self.qop)))


def parse_challenges(values: Iterable[str]) -> list[Challenge]:
    """
    Read the digest challenges of all header lines of one name, in order.

    Several in one line, other schemes, unknown parameters and a missing comma are
    passed over; a challenge without realm or nonce is left out.
    """
    challenges: list[Challenge] = []
    for value in values:
        position = 0
        while scheme := _SCHEME.match(value, position):
            position = scheme.end()
            parameters: dict[str, str] = {}
            while parameter := _PARAMETER.match(value, position):
                position = parameter.end()
                parameters.setdefault(parameter[1].lower(), unquoted(parameter[2]))
            if scheme[1].lower() == "digest" and {"realm", "nonce"} <= set(parameters):
                challenges.append(_challenge(parameters))
            if len(challenges) >= MAX_CHALLENGES:
                return challenges
    return challenges


def _challenge(parameters: dict[str, str]) -> Challenge:
    qop = parameters.get("qop", "").lower().split(",")
    return Challenge(
        realm=parameters["realm"],
        nonce=parameters["nonce"],
        algorithm=parameters.get("algorithm") or "MD5",
        qop=tuple(word.strip() for word in qop if word.strip()),
        opaque=parameters.get("opaque"),
        is_stale=parameters.get("stale", "").lower() == "true",
    )


def answer(
    challenge: Challenge,
    *,
    username: str,
    password: str,
    method: str,
    uri: str,
    body: bytes,
    nc: int,
    cnonce: str,
) -> str:
    """
    The value of Authorization or Proxy-Authorization.

    Args:
        challenge: One that `is_supported`.

        username: As the trunk gave it.

        password: Goes into the hash only.

        method: Of the request.

        uri: The Request-URI as it stands in the request.

        body: Of the request; counts with qop "auth-int" only.

        nc: How often this nonce is used, from 1.

        cnonce: Fresh random text.

    Raises:
        ValueError: If the challenge is not supported. A bug of ours.
    """
    if not challenge.is_supported:
        raise ValueError(f"a challenge we cannot answer: {challenge.algorithm!r}")
    algorithm = challenge.algorithm.lower()
    # "auth" where both are offered: a proxy that touches the body breaks "auth-int".
    qop = "auth" if "auth" in challenge.qop else "auth-int" if challenge.qop else ""

    def digest(data: bytes) -> str:
        name = _HASHES[algorithm.removesuffix("-sess")]
        return hashlib.new(name, data, usedforsecurity=False).hexdigest()

    def joined(*parts: str) -> str:
        return digest(_octets(":".join(parts)))

    secret = joined(username, challenge.realm, password)
    if algorithm.endswith("-sess"):
        secret = joined(secret, challenge.nonce, cnonce)
    what = joined(method, uri)
    if qop == "auth-int":
        what = joined(method, uri, digest(body))
    count = f"{nc:08x}"
    fresh = (count, cnonce, qop) if qop else ()
    items = [
        f"username={quoted(username)}",
        f"realm={quoted(challenge.realm)}",
        f"nonce={quoted(challenge.nonce)}",
        f"uri={quoted(uri)}",
        f'response="{joined(secret, challenge.nonce, *fresh, what)}"',
        f"algorithm={challenge.algorithm}",
    ]
    if qop:
        items += [f"qop={qop}", f"nc={count}"]
    if qop or algorithm.endswith("-sess"):
        items.append(f'cnonce="{cnonce}"')
    if challenge.opaque is not None:
        items.append(f"opaque={quoted(challenge.opaque)}")
    return "Digest " + ", ".join(items)


def _octets(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")
