"""
A fax number: what people write, and what may be called.

Pure: no I/O, no clock, no randomness.

Standards:
    ITU-T E.164 (11/2010) §6 -- the international public number, at most 15 digits
"""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

import phonenumbers
from phonenumbers import PhoneNumberType

HOME_REGION = "FR"

OVERSEAS_REGIONS = ("RE", "GP", "GF", "MQ", "YT", "PM")
"""French numbering zones with a country code of their own."""

_OVERSEAS_PREFIXES = re.compile(r"0(?:26[239]|59[0-6]|63[69]|69[0-7]|976)")
"""Dialled in France like home numbers, but +33 with them reaches somebody else."""

MIN_DIGITS, MAX_DIGITS = 6, 17
"""The guide's own bounds on what is written, prefixes included."""

_SEPARATORS = re.compile(r"[\s.\-/()_]")
_CALLABLE = re.compile(r"\+?[0-9]+\Z")

_SPECIAL_TYPES = {
    PhoneNumberType.PREMIUM_RATE,
    PhoneNumberType.SHARED_COST,
    PhoneNumberType.UAN,
}


class NumberClass(StrEnum):
    """What it takes to be allowed to call a number."""

    ORDINARY = "ordinary"
    "Geographic, mobile, 09 and free numbers of France and its overseas zones."

    RESTRICTED = "restricted"
    "Surtaxed or foreign: only with quality *best*, where the line allows it."


@dataclass(frozen=True, slots=True)
class FaxNumber:
    """A number that can be called, normalised."""

    e164: str
    'With its "+", e.g. "+33972101010".'

    number_class: NumberClass = NumberClass.ORDINARY

    @property
    def national(self) -> str:
        """As it is dialled and written in France: "0972101010", abroad "00441..."."""
        if self.e164.startswith("+33"):
            return "0" + self.e164[3:]
        if self.e164.startswith("+508"):  # the only zone dialled with its own code
            return "0" + self.e164[1:]
        for code in ("+262", "+590", "+594", "+596"):
            if self.e164.startswith(code):
                return "0" + self.e164[len(code) :]
        return "00" + self.e164[1:]

    def __str__(self) -> str:
        """For people: "09 72 10 10 10", abroad "+44 20 7946 0000"."""
        national = self.national
        if national.startswith("00") or len(national) != 10:
            return self.e164
        return " ".join(national[i : i + 2] for i in range(0, 10, 2))


class NotANumber(ValueError):
    """
    What was written is no number that can be faxed to.

    Its text is a French fragment that says why, for the person who wrote it.
    """


def parse_number(text: str, *, region: str = HOME_REGION) -> FaxNumber:
    """
    Read one number as people write it.

    Spaces, dots, dashes, slashes and brackets are allowed, "00" is "+", full-width
    digits are digits. Letters are refused before anything else looks at them: a
    library that turns "O" into 6 calls a stranger.

    Raises:
        NotANumber: With the reason, in French.
    """
    compact = _SEPARATORS.sub("", unicodedata.normalize("NFKC", text))
    if any(character.isalpha() for character in compact):
        raise NotANumber("contient des lettres")
    if not _CALLABLE.match(compact):
        raise NotANumber("contient des caractères qui ne sont pas des chiffres")
    if not MIN_DIGITS <= len(compact.lstrip("+")) <= MAX_DIGITS:
        raise NotANumber(
            f"doit avoir entre {MIN_DIGITS} et {MAX_DIGITS} chiffres"
            " (les numéros courts et d'urgence ne reçoivent pas de fax)"
        )
    parsed = _valid(compact, region)
    if parsed is None:
        raise NotANumber("n'est pas un numéro de téléphone attribuable")
    return FaxNumber(
        e164=phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164),
        number_class=_class_of(parsed),
    )


def _valid(compact: str, region: str) -> phonenumbers.PhoneNumber | None:
    regions: tuple[str, ...] = (region,)
    if region == HOME_REGION and re.fullmatch(r"0508\d{6}", compact):
        compact = "+" + compact[1:]
    if region == HOME_REGION and _OVERSEAS_PREFIXES.match(compact):
        regions = (*OVERSEAS_REGIONS, HOME_REGION)
    for candidate in regions:
        try:
            parsed = phonenumbers.parse(compact, candidate)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_valid_number(parsed):
            return parsed
    return None


def _class_of(parsed: phonenumbers.PhoneNumber) -> NumberClass:
    home_codes = {
        phonenumbers.country_code_for_region(region)
        for region in (HOME_REGION, *OVERSEAS_REGIONS)
    }
    special = phonenumbers.number_type(parsed) in _SPECIAL_TYPES
    if special or parsed.country_code not in home_codes:
        return NumberClass.RESTRICTED
    return NumberClass.ORDINARY
