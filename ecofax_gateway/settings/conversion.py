"""
Documents to pages, in the configuration: the section `[conversion]`.

Pure: no I/O, no clock, no randomness.
"""

from dataclasses import dataclass

from .keys import at_least, key


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversionSettings:
    """Documents to pages."""

    office_instances: int = key(
        "LibreOffice instances; as many as cores is the most that helps. 0: none, and\n"
        "office documents are refused.",
        default=1,
        check=at_least(0),
    )
    workers: int = key(
        "Orders prepared at the same time.", default=2, check=at_least(1)
    )
    seconds: float = key(
        "Longest time for one document.", default=55.0, check=at_least(1)
    )
    memory_mb: int = key(
        "Most memory for one conversion.", default=1536, check=at_least(512)
    )
    max_pages: int = key("Most pages of one document.", default=200, check=at_least(1))
