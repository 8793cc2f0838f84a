"""
Which trunk a fax leaves by: the route of its number, and what is open of it.

Pure: no I/O, no clock, no randomness.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from ..domain.document import Quality
from ..domain.number import FaxNumber, NumberClass
from ..domain.route import Carrier, NoRoute, first_open, next_after_fault, route


@dataclass(frozen=True, slots=True)
class Plan:
    """The trunks of a list of numbers."""

    trunk: str
    "Of most of them."

    others: dict[str, str]
    "E.164 number to trunk, for the rest."


class Routing:
    """
    The trunks in their configured order.

    Args:
        carriers: At least one.
    """

    def __init__(self, carriers: Sequence[Carrier]) -> None:
        self._carriers = tuple(carriers)
        self.names = tuple(carrier.name for carrier in carriers)

    def carriers_for(self, e164: str, quality: Quality) -> tuple[Carrier, ...]:
        """The route of a number, the first choice first; empty: nothing serves it."""
        return route(e164, quality, self._carriers)

    def choose(self, e164: str, quality: Quality, closed: Collection[str] = ()) -> str:
        """
        The trunk that a fax waits for.

        What was accepted once, and no trunk serves any more since the settings were
        changed, goes by the first trunk of all.
        """
        return first_open(self._names(e164, quality), closed)

    def after_fault(
        self,
        e164: str,
        quality: Quality,
        failed: Iterable[str],
        closed: Collection[str],
    ) -> str | None:
        """
        The trunk to be tried at once after one failed; None: none is left.

        Args:
            failed: As for `domain.route.next_after_fault`.
        """
        return next_after_fault(self._names(e164, quality), failed, closed)

    @property
    def has_choice(self) -> bool:
        """Whether there is more than one trunk."""
        return len(self._carriers) > 1

    def served(
        self, numbers: Sequence[FaxNumber], quality: Quality
    ) -> tuple[list[str], list[FaxNumber]]:
        """
        (E.164 numbers that a trunk serves, those that none does).

        Raises:
            NoRoute: If there is none that one serves.
        """
        served = [
            number.e164 for number in numbers if self.carriers_for(number.e164, quality)
        ]
        known = set(served)
        unserved = [number for number in numbers if number.e164 not in known]
        if not served:
            raise NoRoute(unserved, quality)
        return served, unserved

    def plan(
        self,
        numbers: Iterable[str],
        quality: Quality,
        closed: Collection[str] = (),
    ) -> Plan:
        """
        The trunks of the numbers of an order.

        Raises:
            NoRoute: If no trunk serves some of them.
        """
        chosen, unserved = {}, []
        for number in numbers:
            found = self.carriers_for(number, quality)
            if found:
                chosen[number] = first_open([each.name for each in found], closed)
            else:
                unserved.append(FaxNumber(number))
        if unserved:
            raise NoRoute(unserved, quality)
        most = Counter(chosen.values()).most_common(1)
        trunk = most[0][0] if most else self.names[0]
        return Plan(trunk, {n: name for n, name in chosen.items() if name != trunk})

    def _names(self, e164: str, quality: Quality) -> tuple[str, ...]:
        found = self.carriers_for(e164, quality)
        return tuple(each.name for each in found) or self.names[:1]


def split_restricted(
    numbers: tuple[FaxNumber, ...], quality: Quality
) -> tuple[list[FaxNumber], list[FaxNumber]]:
    """(those that may be called in this quality, those that only *best* allows)."""
    if quality is Quality.BEST:
        return list(numbers), []
    restricted = [n for n in numbers if n.number_class is NumberClass.RESTRICTED]
    return [n for n in numbers if n not in restricted], restricted
