"""
What is typed of a line, and the line and limits that it means.

Pure: no I/O, no clock, no randomness.
"""

from dataclasses import dataclass, replace

from ...domain.language import Language
from ...domain.line import MAX_CALLS, FaxLine, Plan
from ...domain.quota import Quota
from ..language import Words

MAX_NAME_LETTERS = 60
MAX_PAGES = 2**31 - 1
"""What an integer of the database holds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """The form, as it was typed."""

    number: str = ""
    name: str = ""
    plan: str = Plan.PRO.value
    max_calls: str = "2"
    language: str = Language.BOTH.value
    proof: bool = False
    per_day: str = ""
    per_month: str = ""
    credit: str = ""
    credit_was: str = ""
    "When the form was shown."


@dataclass(frozen=True, slots=True)
class Wanted:
    """What it means."""

    line: FaxLine
    limits: Quota
    keeps_credit: bool = False
    "Nobody touched the field: it is what it has become meanwhile."


def understand(
    form: Typed, known: FaxLine, limits: Quota, t: Words
) -> tuple[Wanted, dict[str, str]]:
    """
    Read what was typed of a line.

    Args:
        known: As it is; what the form does not have stays.

    Returns:
        The line as it is to be, and a sentence for each field that makes no sense.
    """
    errors = dict[str, str]()
    if len(form.name) > MAX_NAME_LETTERS or not form.name.isprintable():
        errors["name"] = t("Le nom a {n} lettres au plus.", n=MAX_NAME_LETTERS)
    if form.plan not in {*Plan}:
        errors["plan"] = t("Choisissez une offre.")
    if form.language not in {*Language}:
        errors["language"] = t("Choisissez une langue.")
    calls = _count(form.max_calls, MAX_CALLS)
    if calls is None:
        errors["max_calls"] = t("Indiquez un nombre de 0 à {n}.", n=MAX_CALLS)
    pages = {}
    for field in ("per_day", "per_month", "credit"):
        said = getattr(form, field)
        pages[field] = _count(said, MAX_PAGES) if said else None
        if said and pages[field] is None:
            errors[field] = t("Indiquez un nombre de pages, ou rien.")
    if errors:
        return Wanted(known, limits), errors
    line = replace(
        known,
        name=form.name,
        plan=Plan(form.plan),
        language=Language(form.language),
        proof=form.proof,
        max_calls=calls or 0,
    )
    limits = replace(
        limits,
        pages_per_day=pages["per_day"],
        pages_per_month=pages["per_month"],
        credit=pages["credit"],
    )
    return Wanted(line, limits, form.credit == form.credit_was), errors


def typed_of(line: FaxLine, limits: Quota) -> Typed:
    """Type it as it is."""

    def said(limit: int | None) -> str:
        return "" if limit is None else str(limit)

    return Typed(
        number=line.number,
        name=line.name,
        plan=line.plan,
        max_calls=str(line.max_calls),
        language=line.language,
        proof=line.proof,
        per_day=said(limits.pages_per_day),
        per_month=said(limits.pages_per_month),
        credit=said(limits.credit),
        credit_was=said(limits.credit),
    )


def _count(text: str, most: int) -> int | None:
    """A whole number from 0 up; None: it is none, or too large."""
    if not text.isascii() or not text.isdigit() or len(text) > len(str(most)):
        return None
    return int(text) if int(text) <= most else None
