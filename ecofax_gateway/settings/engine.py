"""
The call engine, in the configuration: the section `[engine]`.

Pure: no I/O, no clock, no randomness.
"""

from dataclasses import dataclass
from pathlib import Path

from .addresses import own_address
from .keys import at_least, folder, key, or_empty


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineSettings:
    """The call engine."""

    bind: str = key(
        "Address of this machine that calls leave from. Empty: the one that the\n"
        "system uses towards the trunk.",
        default="",
        check=or_empty(own_address),
    )
    sip_port: int = key(
        "UDP port for SIP; 0: any free one.", default=0, check=at_least(0, most=65_535)
    )
    ring_timeout: float = key(
        "Seconds to let it ring.", default=60.0, check=at_least(5)
    )
    capture: str = key(
        "Folder for the packets of every call, as pcap files named after the fax and\n"
        "kept as long as pages: the pages are in them. Empty: none are written.",
        default="",
        check=folder,
    )

    @property
    def captures(self) -> Path | None:
        """The folder of captures, absolute; None: there are none."""
        return Path(self.capture).expanduser().absolute() if self.capture else None
