"""
Patience with a number, in the configuration: the section `[retry]`.

Pure: no I/O, no clock, no randomness.
"""

from dataclasses import dataclass

from .keys import MOST_DAYS, at_least, key


@dataclass(frozen=True, slots=True, kw_only=True)
class RetrySettings:
    """Patience with a number; seconds, each drawn from half to one and a half."""

    busy: float = key("After a busy line.", default=180.0, check=at_least(0))
    no_answer: float = key("After nobody answered.", default=300.0, check=at_least(0))
    no_fax: float = key(
        "After a voice, or two machines that did not agree.",
        default=300.0,
        check=at_least(0),
    )
    cut_off: float = key(
        "After a call that broke or went astray.", default=60.0, check=at_least(0)
    )
    trunk_fault: float = key(
        "After a fault of this machine, or of every trunk that the fax may leave by\n"
        "(not counted as a try; another trunk is tried at once).",
        default=60.0,
        check=at_least(0),
    )
    max_dials: int = key("Most calls for one fax.", default=12, check=at_least(1))
    max_with_carrier: int = key(
        "Most calls in which a fax machine was met.", default=3, check=at_least(1)
    )
    give_up_hours: float = key(
        "Give up this long after the first call.",
        default=24.0,
        check=at_least(0.01, most=MOST_DAYS * 24),
    )


RETRY = RetrySettings()
"""The patience of a trunk that says nothing else."""
