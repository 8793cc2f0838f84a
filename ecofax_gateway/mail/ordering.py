"""
From a mail to an order, or to everything that is wrong with it.

Pure: no I/O, no clock, no randomness.

All mistakes are found in one go, so that the person mends the mail once.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from ..domain.errors import OrderRefused
from ..domain.number import FaxNumber, NotANumber
from ..domain.order import BadNumber, Order, Requester
from .address import Campaign, parse_recipient, split_address
from .automatic import is_automatic
from .dates import DueDate, NotADate, parse_due
from .directives import (
    Directives,
    Mistake,
    find_directives,
    without_password,
    without_quoted_password,
)
from .documents import Choice, choose_documents
from .message import Mail
from .number_list import MAX_NUMBERS, NumberList, parse_numbers
from .subject import parse_line_number

MAX_QUOTED_CHARS = 60
"""Of the subject or a number, as a reply repeats it."""

MAX_QUOTED_NUMBERS = 5
"""Bad numbers named when none is good."""

_MAILBOX = re.compile(r"[^\s<>(),:;\"\[\]\\]{1,64}@[^\s<>(),:;\"\[\]\\@]{1,253}\Z")


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class MailOrder(Order):
    """An order that came by mail."""

    other_passwords: tuple[str, ...] = field(default=(), repr=False)
    """Other readings of the one `p:` (with or without the marks that a mail program
    put around it): tried with `password` as one attempt."""


def requester_of(
    mail: Mail, envelope_from: str, *, own_domains: Collection[str] = ()
) -> Requester:
    """
    Say who asked and where the answer goes: to the envelope's sender, or nowhere.

    Usable also when the order was refused. The address in From or Reply-To is never
    used: anybody can write a stranger's there.
    """
    address: str | None = envelope_from.strip().strip("<>")
    if (
        address is None
        or not address.isprintable()
        or not _MAILBOX.match(address)
        or is_automatic(mail, envelope_from, own_domains=own_domains)
    ):
        address = None
    return Requester(
        address=address,
        message_id=mail.message_id,
        subject=without_password(mail.subject),
    )


def order_of(
    mail: Mail,
    *,
    envelope_from: str,
    recipients: Sequence[str],
    now: datetime,
    zone: ZoneInfo,
    has_login: bool = False,
) -> MailOrder:
    """
    Understand what a mail asks for.

    Args:
        mail: As `parse_mail` gives it.

        envelope_from: Of MAIL FROM; kept for rules that depend on who asks.

        recipients: Of RCPT TO, whole addresses.

        now: Timezone-aware.

        zone: What a date without an offset is in.

        has_login: Whether the sender gave the password already, when he handed it in.

    Raises:
        OrderRefused: With one French line for each mistake; its code is that of the
            first.
    """
    if mail.media_type == "multipart/report":
        raise OrderRefused(
            "Un avis de remise ou de lecture n'est pas une commande de fax.",
            code="report",
        )
    mistakes: list[Mistake] = []
    line = _line_number(mail, mistakes)
    directives = find_directives(mail.texts)
    mistakes += directives.mistakes
    if not has_login:
        _need_password(directives, mistakes)
    due = _due(directives, mistakes, now=now, zone=zone)
    is_campaign, envelope_numbers, bad = _envelope(recipients)
    choice = choose_documents(mail, is_campaign=is_campaign)
    mistakes += choice.mistakes
    if not choice.documents and not choice.mistakes:
        mistakes.append(_no_document(choice))
    numbers = _numbers(choice, envelope_numbers, bad, mistakes, is_campaign=is_campaign)
    if mistakes or line is None:
        sentences = dict.fromkeys(mistake.sentence for mistake in mistakes)
        raise OrderRefused(
            without_quoted_password("\n".join(sentences), directives.passwords),
            code=mistakes[0].code,
        )
    return MailOrder(
        line_number=line,
        password=directives.passwords[0] if directives.passwords else "",
        other_passwords=directives.passwords[1:],
        numbers=numbers.numbers,
        documents=choice.documents,
        quality=directives.quality,
        due_at=due.at_utc if due else None,
        repeats_allowed=directives.repeats,
        duplicates=numbers.duplicates,
        bad_numbers=numbers.bad,
        ignored=choice.ignored,
        warnings=(due.warning,) if due and due.warning else (),
    )


def _line_number(mail: Mail, mistakes: list[Mistake]) -> FaxNumber | None:
    try:
        return parse_line_number(mail.subject)
    except NotANumber as error:
        subject = without_password(mail.subject)[:MAX_QUOTED_CHARS]
        found = f"« {subject} » " if subject else ""
        mistakes.append(
            Mistake(
                code="bad-line",
                sentence=f"L'objet de votre message {found}{error}. Il doit être le numéro"
                " de votre ligne fax émettrice et rien d'autre, par exemple : 0366720307",
            )
        )
        return None


def _need_password(directives: Directives, mistakes: list[Mistake]) -> None:
    codes = {mistake.code for mistake in directives.mistakes}
    if not directives.passwords and not codes & {"empty-password", "two-passwords"}:
        mistakes.append(
            Mistake(
                code="no-password",
                sentence="Le mot de passe fax manque. Écrivez-le au début du message, sur"
                " une ligne à lui seul, précédé de « p: » (par exemple :"
                " p:le_mot_de_passe_de_la_ligne).",
            )
        )


def _due(
    directives: Directives, mistakes: list[Mistake], *, now: datetime, zone: ZoneInfo
) -> DueDate | None:
    if directives.due is None:
        return None
    try:
        return parse_due(directives.due, now=now, zone=zone)
    except NotADate as error:
        if directives.passwords:
            # Without a password the line may be part of an old mail's header.
            mistakes.append(Mistake(code="bad-date", sentence=str(error)))
        return None


def _envelope(
    recipients: Sequence[str],
) -> tuple[bool, list[FaxNumber], list[BadNumber]]:
    is_campaign = False
    numbers: list[FaxNumber] = []
    bad: list[BadNumber] = []
    for address in recipients:
        local, _ = split_address(address)
        try:
            found = parse_recipient(local)
        except NotANumber as error:
            bad.append(BadNumber(text=local[:40], line=None, reason=str(error)))
            continue
        if isinstance(found, Campaign):
            is_campaign = True
        elif isinstance(found, FaxNumber):
            numbers.append(found)
    return is_campaign, numbers, bad


def _no_document(choice: Choice) -> Mistake:
    left_out = ""
    if choice.ignored:
        names = ", ".join(choice.ignored[:MAX_QUOTED_NUMBERS])
        left_out = (
            f" (pièces vides, répétées ou décoratives laissées de côté : {names})"
        )
    return Mistake(
        code="no-document",
        sentence=f"Aucun document à faxer n'est joint à votre message{left_out}."
        " Ajoutez-le en pièce jointe, de préférence au format PDF.",
    )


def _numbers(
    choice: Choice,
    envelope: Sequence[FaxNumber],
    bad: Sequence[BadNumber],
    mistakes: list[Mistake],
    *,
    is_campaign: bool,
) -> NumberList:
    """Join the envelope's numbers and those of numbers.txt; the envelope's come first."""
    lists: list[NumberList] = []
    was_refused = False
    for content in choice.number_lists:
        try:
            lists.append(parse_numbers(content))
        except OrderRefused as error:
            was_refused = True
            mistakes.append(Mistake(code=error.code, sentence=error.for_requester))
    numbers: dict[str, FaxNumber] = {}
    duplicates: dict[str, FaxNumber] = {}
    for found in [*envelope, *(number for one in lists for number in one.numbers)]:
        if found.e164 in numbers:
            duplicates[found.e164] = found
        numbers.setdefault(found.e164, found)
    duplicates |= {number.e164: number for one in lists for number in one.duplicates}
    all_bad = [*bad, *(entry for one in lists for entry in one.bad)]
    if is_campaign and not choice.number_lists and not numbers:
        mistakes.append(
            Mistake(
                code="no-list",
                sentence="La liste des destinataires manque. Joignez un fichier texte nommé"
                " numbers.txt, avec un numéro de fax par ligne.",
            )
        )
    elif not numbers and not was_refused:
        mistakes.append(_no_number(all_bad))
    if len(numbers) > MAX_NUMBERS:
        mistakes.append(
            Mistake(
                code="too-many-numbers",
                sentence=f"Un message peut avoir au plus {MAX_NUMBERS} destinataires ;"
                f" le vôtre en a {len(numbers)}.",
            )
        )
    return NumberList(
        numbers=tuple(numbers.values()),
        duplicates=tuple(duplicates.values()),
        bad=tuple(
            replace(entry, text=without_password(entry.text)) for entry in all_bad
        ),
    )


def _no_number(bad: Sequence[BadNumber]) -> Mistake:
    named = " ; ".join(
        f"« {entry.text} » {entry.reason}" for entry in bad[:MAX_QUOTED_NUMBERS]
    )
    detail = f" : {named}" if named else ""
    return Mistake(
        code="no-number",
        sentence=f"Aucun numéro de fax valide n'a été trouvé{detail}. Écrivez par exemple"
        " à 0972101010 suivi de @ et du nom du service.",
    )
