"""
From a mail to an order, or to everything that is wrong with it.

Pure: no I/O, no clock, no randomness.

All mistakes are found in one go, so that the person mends the mail once.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from ..domain.errors import OrderRefused
from ..domain.order import Order, Requester
from ..mail.message import Mail
from .automatic import is_automatic
from .dates import DueDate, NotADate, parse_due
from .directive_lines import without_password, without_quoted_password
from .directives import Directives, find_directives
from .documents import Choice, choose_documents
from .letter_text import cover_of, letter_document
from .mistake import Mistake
from .recipients import is_campaign, recipients_of
from .sending_line import sending_line
from .subject import is_line_number

MAX_QUOTED_NAMES = 5
"""Parts named that are no pages, when nothing is left to fax."""

_LINK = re.compile(
    r"https?://(?:[\w-]{1,60}\.){0,3}(?:drive\.google\.com|docs\.google\.com|1drv\.ms"
    r"|onedrive\.live\.com|sharepoint\.com|dropbox\.com|we\.tl|wetransfer\.com"
    r"|swisstransfer\.com|icloud\.com/attachment)",
    re.IGNORECASE,
)
"""What mail programs put in the place of a large attachment."""

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
        subject=without_password(mail.subject, find_directives(mail.texts).passwords),
    )


def order_of(
    mail: Mail,
    *,
    recipients: Sequence[str],
    now: datetime,
    zone: ZoneInfo,
    has_login: bool = False,
) -> MailOrder:
    """
    Understand what a mail asks for.

    Args:
        mail: As `parse_mail` gives it.

        recipients: Of RCPT TO, whole addresses.

        now: Timezone-aware.

        zone: What a date without an offset is in.

        has_login: Whether the sender gave the password already, when he handed it in.

    Raises:
        OrderRefused: With one French line for each mistake; its code is that of the
            first.
    """
    if mail.media_type == "multipart/report":
        raise _report()
    mistakes: list[Mistake] = []
    asked = find_directives(mail.texts, has_login=has_login)
    line = sending_line(mail.subject, asked.line, mistakes)
    mistakes += asked.mistakes
    if not has_login:
        _need_password(asked, mistakes)
    due = _due(asked, mistakes, now=now, zone=zone, has_login=has_login)
    choice = _documents(mail, recipients, asked, mistakes)
    letter = letter_document(mail, asked, mistakes)
    is_subject_free = not is_line_number(mail.subject)
    cover = cover_of(mail, asked, mistakes, is_subject_free=is_subject_free)
    numbers = recipients_of(recipients, choice.number_lists, mistakes)
    if mail.is_encrypted and not asked.passwords:
        mistakes = list(choice.mistakes)  # the rest stands where we cannot read it
    if mistakes or line is None:
        raise _refusal(mistakes, asked)
    return MailOrder(
        line_number=line,
        password=asked.passwords[0] if asked.passwords else "",
        other_passwords=asked.passwords[1:],
        numbers=numbers.numbers,
        documents=(*letter, *choice.documents),
        quality=asked.quality,
        due_at=due.at_utc if due else None,
        repeats_allowed=asked.repeats,
        cover=cover,
        page_choice=asked.pages,
        fields=numbers.fields,
        duplicates=numbers.duplicates,
        bad_numbers=numbers.bad,
        lines=numbers.lines,
        ignored=choice.ignored,
        warnings=_warnings(asked, due),
    )


def _report() -> OrderRefused:
    return OrderRefused(
        "Un avis de remise ou de lecture n'est pas une commande de fax.", code="report"
    )


def _refusal(mistakes: Sequence[Mistake], asked: Directives) -> OrderRefused:
    """All that is wrong, each sentence once."""
    sentences = dict.fromkeys(mistake.sentence for mistake in mistakes)
    return OrderRefused(
        without_quoted_password("\n".join(sentences), asked.passwords),
        code=mistakes[0].code,
        codes=[mistake.code for mistake in mistakes],
    )


def _need_password(asked: Directives, mistakes: list[Mistake]) -> None:
    codes = {mistake.code for mistake in asked.mistakes}
    if not asked.passwords and not codes & {"empty-password", "two-passwords"}:
        mistakes.append(
            Mistake(
                code="no-password",
                sentence="Le mot de passe fax manque. Écrivez-le au début du message, sur"
                " une ligne à lui seul, précédé de « p: » (par exemple :"
                " p:le_mot_de_passe_de_la_ligne).",
            )
        )


def _documents(
    mail: Mail, recipients: Sequence[str], asked: Directives, mistakes: list[Mistake]
) -> Choice:
    choice = choose_documents(mail, is_campaign=is_campaign(recipients))
    mistakes += choice.mistakes
    if not choice.documents and not choice.mistakes and not asked.body:
        mistakes.append(_no_document(mail, choice))
    return choice


def _due(
    asked: Directives,
    mistakes: list[Mistake],
    *,
    now: datetime,
    zone: ZoneInfo,
    has_login: bool,
) -> DueDate | None:
    if asked.due is None:
        return None
    try:
        return parse_due(asked.due, now=now, zone=zone)
    except NotADate as error:
        if asked.passwords or has_login:
            # Without a password the line may be part of an old mail's header.
            mistakes.append(Mistake(code="bad-date", sentence=str(error)))
        return None


def _warnings(asked: Directives, due: DueDate | None) -> tuple[str, ...]:
    """How the order was understood, where that may surprise."""
    warnings = [due.warning] if due and due.warning else []
    if asked.pages is not None:
        warnings.append(
            f"Comme demandé (pages:{asked.pages}), seules ces pages des documents joints"
            " sont envoyées."
        )
    if asked.name and not asked.cover:
        warnings.append(
            "La ligne « nom: » n'est imprimée que sur une page de garde : ajoutez"
            " garde:oui pour en avoir une."
        )
    return tuple(warnings)


def _no_document(mail: Mail, choice: Choice) -> Mistake:
    left_out = linked = ""
    if any(_LINK.search(part.text) for part in mail.texts):
        linked = (
            " Un lien vers un fichier ne suffit pas : nous n'ouvrons pas les liens."
        )
    if choice.ignored:
        names = ", ".join(choice.ignored[:MAX_QUOTED_NAMES])
        left_out = (
            " (laissés de côté, car vides, répétés, décoratifs ou, pour un message joint,"
            f" sans document : {names})"
        )
    return Mistake(
        code="no-document",
        sentence=f"Aucun document à faxer n'est joint à votre message{left_out}.{linked}"
        " Ajoutez-le en pièce jointe, de préférence au format PDF ; ou écrivez corps:oui"
        " pour faxer le texte de votre message.",
    )
