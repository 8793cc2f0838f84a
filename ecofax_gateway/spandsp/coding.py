"""
Which coding sends a document in the least time to a far end.

Pure: no I/O, no clock, no randomness.

Text is shortest in T.6 by far; a screened photo takes a third less in one-dimensional
T.4, because nothing in a row is like the row above. Time on the wire is octets, so the
least octets win.

Standards:
    ITU-T T.4 (07/2003) §4.1, §4.2 -- MH, MR; ITU-T T.6 (11/1988) -- MMR
    ITU-T T.30 (09/2005) Annex A -- T.6 only with error correction
"""

from collections.abc import Sequence
from enum import IntEnum

from .frame import Capabilities
from .job import SourceFile


class Coding(IntEnum):
    """From the one that every machine has to the one that few lack."""

    MH = 1
    MR = 2
    MMR = 3


def plan(
    files: Sequence[SourceFile], capabilities: Capabilities, *, ecm: bool
) -> Coding:
    """
    The coding to send in.

    Args:
        files: Finest first; the first that *capabilities* allows is sent.

        capabilities: What the far end's DIS says.

        ecm: Whether we want error correction.
    """
    allowed = [Coding.MH]
    if capabilities.two_dimensional:
        allowed.append(Coding.MR)
    if capabilities.t6 and capabilities.ecm and ecm:
        allowed.append(Coding.MMR)
    file = next((f for f in files if f.vertical_dpi in capabilities.vertical_dpi), None)
    if file is None or file.octets is None:
        return allowed[-1]
    octets = dict(zip(Coding, file.octets, strict=True))
    # Of equals the later one: it is what machines are tried with most.
    return min(reversed(allowed), key=lambda coding: octets[coding])
