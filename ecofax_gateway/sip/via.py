"""
Via: the way a message came, and its answer goes back.

Pure: no I/O, no clock, no randomness.

Standards:
    RFC 3261 §20.42 -- the header; §18.2.1 -- received
    RFC 3581 §3 -- rport
"""

import re
from dataclasses import dataclass, replace
from typing import Self

from ..domain.errors import MalformedMessage
from .uri import (
    Parameters,
    format_host,
    format_parameters,
    parameter_of,
    parse_host_port,
    parse_parameters,
)

_VIA = re.compile(
    r"SIP\s*/\s*2\.0\s*/\s*([A-Za-z0-9-]+)\s+([^\s;]+(?:\s*:\s*[0-9]+)?)\s*(;.*)?\Z",
    re.IGNORECASE | re.DOTALL,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Via:
    """One hop of a message's way."""

    transport: str = "UDP"
    host: str
    "The sent-by host, without brackets."

    port: int | None = None
    parameters: Parameters = ()

    @property
    def branch(self) -> str:
        """The branch, empty if there is none."""
        return parameter_of(self.parameters, "branch") or ""

    def parameter(self, name: str) -> str | None:
        """A parameter's value, "" if it stands alone, None if there is none."""
        return parameter_of(self.parameters, name)

    def seen_from(self, host: str, port: int) -> Self:
        """
        What a server adds before it answers.

        Standards:
            RFC 3261 §18.2.1 -- received, where the source is not the sent-by host
            RFC 3581 §4 -- rport filled in, then received always
        """
        wants_port = self.parameter("rport") is not None
        if not wants_port and self.host == host:
            return self
        kept = [(n, v) for n, v in self.parameters if n not in ("received", "rport")]
        added: list[tuple[str, str | None]] = [("received", host)]
        if wants_port:
            added.append(("rport", str(port)))
        return replace(self, parameters=(*kept, *added))

    def __str__(self) -> str:
        port = f":{self.port}" if self.port is not None else ""
        return (
            f"SIP/2.0/{self.transport} {format_host(self.host)}{port}"
            f"{format_parameters(self.parameters)}"
        )


def parse_via(text: str) -> Via:
    """
    Read one Via value.

    Raises:
        MalformedMessage: If it is none.
    """
    match = _VIA.match(text.strip())
    if match is None:
        raise MalformedMessage(f"not a Via: {text[:80]!r}")
    transport, where, parameters = match.groups()
    host, port = parse_host_port(where)
    return Via(
        transport=transport.upper(),
        host=host,
        port=port,
        parameters=parse_parameters(parameters or ""),
    )
