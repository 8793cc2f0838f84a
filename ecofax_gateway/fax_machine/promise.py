"""
What a station says of its T.38 that is not so, or not as others say it.

Pure: no I/O, no clock, no randomness.

Standards:
    ITU-T T.38 (09/2010) Annex D -- the attributes
"""

from collections.abc import Callable
from dataclasses import replace

from ..sip.sdp import SessionDescription
from .behaviour import Conduct

_SAID = {
    Conduct.WRONG_VERSION: ("T38FaxVersion", "3"),
    Conduct.SLOW: ("T38MaxBitRate", "4800"),
    Conduct.TINY_DATAGRAM: ("T38FaxMaxDatagram", "72"),
}


def promise_of(conduct: Conduct) -> Callable[[SessionDescription], SessionDescription]:
    """What changes each description before it is sent."""
    said = _SAID.get(conduct)

    def promise(description: SessionDescription) -> SessionDescription:
        if said is None:
            return description
        name, value = said
        media = tuple(
            replace(
                medium,
                attributes=tuple(
                    (key, value if key == name else old)
                    for key, old in medium.attributes
                ),
            )
            for medium in description.media
        )
        return replace(description, media=media)

    return promise
