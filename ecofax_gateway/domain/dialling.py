"""
How a number is written towards a trunk, by rules on its first digits.

Pure: no I/O, no clock, no randomness.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from .number import FaxNumber


class NumberFormat(StrEnum):
    """What a trunk wants to be told."""

    NATIONAL = "national"
    "As it is dialled in France: 0972101010, abroad 0044..."

    E164 = "e164"
    "+33972101010"

    RULES = "rules"
    "As its rules say."


_RULE = re.compile(r"(\+[0-9]{0,15})=([0-9+*#]{0,15})\Z")


@dataclass(frozen=True, slots=True)
class PrefixRule:
    """Numbers that begin so leave with that in its place."""

    prefix: str
    'Of an E.164 number, with its "+"; "+" alone is every number\'s.'

    instead: str


def parse_rule(text: str) -> PrefixRule:
    """
    Read a rule: "+33=0" makes 0972101010 of +33972101010.

    Raises:
        ValueError: With what a rule looks like.
    """
    match = _RULE.match(text)
    if match is None:
        raise ValueError('write "+PREFIX=WHAT COMES INSTEAD", e.g. "+33=0" or "+=00"')
    return PrefixRule(match[1], match[2])


@dataclass(frozen=True, slots=True)
class Dialling:
    """How one trunk is told numbers."""

    format: NumberFormat = NumberFormat.NATIONAL
    rules: tuple[PrefixRule, ...] = ()

    def dial(self, number: FaxNumber) -> str:
        """
        Write a number for the trunk.

        Of the rules the one with the longest prefix counts; a number that none fits
        leaves as E.164.
        """
        match self.format:
            case NumberFormat.NATIONAL:
                return number.national
            case NumberFormat.E164:
                return number.e164
            case NumberFormat.RULES:
                rule = _longest(number.e164, self.rules)
                if rule is None:
                    return number.e164
                return rule.instead + number.e164[len(rule.prefix) :]


def _longest(e164: str, rules: Iterable[PrefixRule]) -> PrefixRule | None:
    fitting = [rule for rule in rules if e164.startswith(rule.prefix)]
    return max(fitting, key=lambda rule: len(rule.prefix), default=None)


class CallerRule(StrEnum):
    """Whose number a call shows, where it is no fixed one."""

    LINE = "line"
    "That of the line which pays."

    ANONYMOUS = "anonymous"
    "None."


def caller_id(rule: str, line: FaxNumber, dialling: Dialling) -> tuple[str, bool]:
    """
    The number that a call is from, as the trunk is told it, and whether it is hidden.

    Args:
        rule: A `CallerRule`, or a number of the trunk's, which is told as it stands.

    Returns:
        (number, hidden): a hidden one is for the trunk alone, not for who is called.
    """
    if rule == CallerRule.LINE:
        return dialling.dial(line), False
    if rule == CallerRule.ANONYMOUS:
        return dialling.dial(line), True
    return rule, False
