"""
The answer to one of our replies: which order it is about, and what it wants done.

Pure: no I/O, no clock, no randomness.

    annule                       renvoie                     continue
    date:21-06-2027 15:15:00     qualite:best                doublon:oui

Only what stands above the signature and the quotation counts (`body.written_lines`): a
forwarded acknowledgement orders nothing. What is attached is not looked at.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from ..domain.answer_key import AnswerKey
from ..domain.document import Quality
from ..domain.number import NotANumber
from ..mail.message import Mail
from .address import CAMPAIGN_NAME, Campaign, parse_recipient, split_address
from .body import written_lines
from .directive_lines import folded
from .directives import MAX_TEXTS, find_directives


class Verb(StrEnum):
    """What can be done to an order as it is."""

    CANCEL = "cancel"
    RESEND = "resend"
    RESUME = "resume"


_STEMS = {
    Verb.CANCEL: r"annul(?:e|er|ez|ation)|cancel",
    Verb.RESEND: r"renvoi(?:e|s)?|renvoye[rz]|resend",
    Verb.RESUME: r"continue[rz]?|repren(?:d|ds|dre|ez)|resume",
}
_COMMANDS = {
    verb: re.compile(
        r"(?:merci d[e'’] ?|veuillez |please )?"
        rf"(?:{stem})"
        r"(?: (?:le|la|l['’]|ce|cet|cette|tout|this|the|it))?"
        r" ?(?:fax|envoi|demande|campagne|order)?"
        r"(?:,? (?:svp|stp|s['’]il (?:vous|te) plait|merci|please|thanks))?"
        r" ?[.!]*\Z"
    )
    for verb, stem in _STEMS.items()
}
"""A line that says this and no more; « annule le rendez-vous de jeudi » does not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What an answer wants done."""

    verbs: frozenset[Verb] = frozenset()
    quality: Quality | None = None

    due: str | None = None
    "As written, for `dates.parse_due`."

    repeats: bool = False
    "Send also to numbers that had the same pages lately."

    has_password: bool = False
    "It gives a line's password: it is an order, and not only an answer."

    mistakes: tuple[str, ...] = ()
    "French: what was not understood."

    @property
    def is_empty(self) -> bool:
        """Whether it wants nothing that we know."""
        return not (
            self.verbs or self.quality or self.due or self.repeats or self.mistakes
        )

    @property
    def is_contradictory(self) -> bool:
        """Whether it wants things that do not go together."""
        changes = self.quality is not None or self.due is not None
        if Verb.RESEND in self.verbs:
            return len(self.verbs) > 1
        return len(self.verbs) + changes + self.repeats > 1


def wishes_of(mail: Mail) -> Wishes:
    """
    Read what an answer wants done.

    The parts are the same letter in two forms as a rule: the first one that has a
    command gives them all.
    """
    asked = find_directives(mail.texts, has_login=True)
    verbs = next(filter(None, map(_verbs, _letters(mail))), frozenset())
    return Wishes(
        verbs=verbs,
        quality=asked.quality,
        due=asked.due,
        repeats=asked.repeats,
        has_password=bool(asked.passwords),
        mistakes=tuple(mistake.sentence for mistake in asked.mistakes),
    )


def answer_key(
    mail: Mail, recipients: Sequence[str], *, domain: str
) -> AnswerKey | None:
    """
    Which order a mail answers about; None: it is no answer.

    Our address with its key says so by itself. If a mail program wrote to the plain
    address, the identities in the thread have the key too; then only a mail that wants
    something done to an order, and orders nothing itself, is an answer.

    Args:
        mail: As it came.

        recipients: Of RCPT TO.

        domain: That of our own identities.
    """
    locals_ = [split_address(address)[0] for address in recipients]
    for local in locals_:
        name, _, tag = local.partition("+")
        if name.lower() == CAMPAIGN_NAME and (key := AnswerKey.from_tag(tag)):
            return key
    if not all(map(_is_plain, locals_)):
        return None
    thread = " ".join([*mail.references, mail.header("in-reply-to") or ""])
    threaded = AnswerKey.from_identities(thread, domain=domain)
    if threaded is None:
        return None
    wishes = wishes_of(mail)
    return None if wishes.is_empty or wishes.has_password else threaded


def _is_plain(local_part: str) -> bool:
    try:
        return isinstance(parse_recipient(local_part), Campaign)
    except NotANumber:
        return False


def _letters(mail: Mail) -> list[list[str]]:
    return [written_lines(part) for part in mail.texts[:MAX_TEXTS]]


def _verbs(lines: Sequence[str]) -> frozenset[Verb]:
    plain = [folded(line) for line in lines]
    return frozenset(
        verb
        for verb, command in _COMMANDS.items()
        if any(command.match(line) for line in plain)
    )
