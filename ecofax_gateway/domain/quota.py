"""
Quotas: how many pages a line may send a day and a month, and its prepaid pages.

Pure: no I/O, no clock, no randomness.

Pages are reserved when an order is let go and belong to that day, whatever the day of
the call; what did not arrive is given back to the day it was taken from.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from .errors import OrderRefused

OVER_QUOTA = "over-quota"
"""`OrderRefused.code` of an order that is more than its line has left."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """What a line may send; None is no limit."""

    pages_per_day: int | None = None
    pages_per_month: int | None = None

    credit: int | None = None
    "Prepaid pages that are left."

    zone: str = "Europe/Paris"
    "In which its days and months begin."


@dataclass(frozen=True, slots=True)
class Used:
    """Pages sent or reserved."""

    day: int = 0
    month: int = 0


def periods(at: datetime, zone: ZoneInfo) -> tuple[str, str]:
    """The day and the month that *at* belongs to: ("2026-11-21", "2026-11")."""
    day = at.astimezone(zone).date().isoformat()
    return day, day[:7]


def renewals(at: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """
    When the next day and the next month begin, in UTC.

    Midnight is taken on the wall clock, so that the days of the clock changes have
    23 and 25 hours.
    """
    today = at.astimezone(zone).date()
    month = (today.replace(day=1) + timedelta(days=32)).replace(day=1)
    tomorrow = today + timedelta(days=1)
    return (
        datetime.combine(tomorrow, time.min, tzinfo=zone).astimezone(UTC),
        datetime.combine(month, time.min, tzinfo=zone).astimezone(UTC),
    )


def check(quota: Quota, used: Used, pages: int, *, at: datetime) -> None:
    """
    Allow *pages* more, or say in French what is left and when it renews.

    Args:
        quota: Of the line.

        used: Before this order.

        pages: That it takes: pages of the fax times its numbers.

        at: Aware.

    Raises:
        OrderRefused: With a sentence for each limit that does not hold them.
    """
    zone = ZoneInfo(quota.zone)
    tomorrow, next_month = (
        each.astimezone(zone) for each in renewals(at, zone)
    )  # fmt: skip
    sentences = []
    left = _left(quota.pages_per_day, used.day)
    if left is not None and pages > left:
        sentences.append(
            f"La ligne ne peut plus envoyer que {_pages(left)} aujourd'hui, sur"
            f" {quota.pages_per_day} par jour. Le compte du jour repart"
            f" le {tomorrow:%d-%m-%Y à %H:%M}."
        )
    left = _left(quota.pages_per_month, used.month)
    if left is not None and pages > left:
        sentences.append(
            f"La ligne ne peut plus envoyer que {_pages(left)} ce mois-ci, sur"
            f" {quota.pages_per_month} par mois. Le compte du mois repart"
            f" le {next_month:%d-%m-%Y à %H:%M}."
        )
    if quota.credit is not None and pages > quota.credit:
        sentences.append(
            f"Le crédit de la ligne n'est plus que de {_pages(quota.credit)}. Il ne se"
            " renouvelle pas tout seul : voyez avec la personne qui gère le service."
        )
    if sentences:
        wanted = f"Votre envoi demande {_pages(pages)}, plus que votre ligne n'en a."
        raise OrderRefused("\n".join([wanted, *sentences]), code=OVER_QUOTA)


def _left(limit: int | None, used: int) -> int | None:
    return None if limit is None else max(limit - used, 0)


def _pages(count: int) -> str:
    return f"{count} page" if count < 2 else f"{count} pages"
