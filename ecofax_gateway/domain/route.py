"""
By which trunks a number can be called, and by which of them first.

Pure: no I/O, no clock, no randomness.

The cheapest trunk that serves the number and the quality comes first, then the next;
of trunks that cost the same, the one that is configured first. The others are what is
left when a trunk fails.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from .document import Quality
from .errors import OrderRefused
from .number import FaxNumber


@dataclass(frozen=True, slots=True, kw_only=True)
class Carrier:
    """What a trunk serves, and for how much."""

    name: str
    prefixes: tuple[str, ...] = ()
    "Beginnings of the E.164 numbers that it serves; none: all."

    qualities: frozenset[Quality] = frozenset(Quality)
    cost_per_minute: float = 0.0
    cost_by_prefix: Mapping[str, float] = field(default_factory=dict)
    "What a minute costs to numbers that begin so; the longest beginning counts."

    def serves(self, e164: str, quality: Quality) -> bool:
        """Whether a fax of that quality to that number may leave by it."""
        if quality not in self.qualities:
            return False
        return not self.prefixes or e164.startswith(self.prefixes)

    def cost(self, e164: str) -> float:
        """Of a minute to a number."""
        fitting = [prefix for prefix in self.cost_by_prefix if e164.startswith(prefix)]
        if not fitting:
            return self.cost_per_minute
        return self.cost_by_prefix[max(fitting, key=len)]


def route(
    e164: str, quality: Quality, carriers: Sequence[Carrier]
) -> tuple[Carrier, ...]:
    """
    Name the trunks that may carry a fax, the first choice first; none: none may.

    Args:
        carriers: In their configured order.
    """
    serving = [each for each in carriers if each.serves(e164, quality)]
    return tuple(sorted(serving, key=lambda each: each.cost(e164)))


class NoRoute(OrderRefused):
    """No trunk serves these numbers in this quality."""

    def __init__(self, numbers: Sequence[FaxNumber], quality: Quality) -> None:
        named = ", ".join(str(number) for number in numbers[:_MAX_NAMED])
        more = len(numbers) - _MAX_NAMED
        others = f" et {more} autres" if more > 0 else ""
        super().__init__(
            f"Notre service ne peut pas appeler {named}{others} en qualité {quality} :"
            " aucun opérateur téléphonique n'est prévu pour cette destination. Demandez"
            " à la personne qui gère le service, ou essayez une autre qualité.",
            code="no-route",
        )
        self.numbers = tuple(numbers)


_MAX_NAMED = 10
"""Numbers that a refusal names; the others are counted."""


def first_open(names: Sequence[str], closed: Collection[str]) -> str:
    """
    The trunk that a fax waits for: the first of its route that is open.

    Args:
        names: Of the route, at least one.

        closed: Trunks that are down or paused. If all of the route are, the first is
            the one to wait for.
    """
    return next((name for name in names if name not in closed), names[0])


def failed_in_round(by: Iterable[str]) -> frozenset[str]:
    """
    The trunks that have failed a fax since its route was begun with.

    Args:
        by: The trunks of its last calls that failed for the trunk's sake, in order,
            without another call between. A trunk that comes up again began a round.
    """
    failed: set[str] = set()
    for name in by:
        if name in failed:
            failed.clear()
        failed.add(name)
    return frozenset(failed)


def next_after_fault(
    names: Sequence[str], by: Iterable[str], closed: Collection[str]
) -> str | None:
    """
    The trunk to be called by at once after one failed; None: wait, then begin anew.

    Args:
        names: Of the route.

        by: As for `failed_in_round`, the call that just failed included.

        closed: Trunks that are down or paused.
    """
    spent = failed_in_round(by) | set(closed)
    return next((name for name in names if name not in spent), None)
