"""
Whom an order goes to: the addresses of the envelope and the lists that are attached.

Pure: no I/O, no clock, no randomness.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from ..domain.errors import OrderRefused
from ..domain.number import FaxNumber, NotANumber
from ..domain.order import BadNumber
from .address import Campaign, parse_recipient, split_address
from .directive_lines import without_password
from .mistake import Mistake
from .number_cell import MAX_TEXT_CHARS
from .number_list import MAX_NUMBERS, NumberList, parse_numbers

MAX_QUOTED_NUMBERS = 5
"""Bad numbers named where an order is refused for them."""

MIN_JUDGED = 10
MAX_BAD_SHARE = 0.1
"""A list of so many entries with a larger part that are no numbers is refused whole: it
may be the wrong column, or a table that a spreadsheet damaged, and then those that look
good would be strangers' numbers. What was sent cannot be taken back; to send the list
again costs a minute."""


def is_campaign(recipients: Sequence[str]) -> bool:
    """Whether one of the addresses is `fax@`, so that the lists are read."""
    return any(isinstance(_read(each), Campaign) for each in recipients)


def recipients_of(
    recipients: Sequence[str], lists: Sequence[bytes], mistakes: list[Mistake]
) -> NumberList:
    """
    Join the envelope's numbers and those of the lists; the envelope's come first.

    Args:
        recipients: Of RCPT TO, whole addresses.

        lists: Contents of the lists that are attached.

        mistakes: Where what is wrong is added.
    """
    envelope = _of_envelope(recipients)
    read = _read_lists(lists, mistakes)
    numbers: dict[str, FaxNumber] = {}
    duplicates: dict[str, FaxNumber] = {}
    for one in (envelope, *read):
        for number in one.numbers:
            if number.e164 in numbers:
                duplicates[number.e164] = number
            numbers.setdefault(number.e164, number)
        duplicates |= {number.e164: number for number in one.duplicates}
    bad = [entry for one in (envelope, *read) for entry in one.bad]
    if not numbers and not lists and is_campaign(recipients):
        mistakes.append(_NO_LIST)
    elif not numbers and len(read) == len(lists):
        mistakes.append(_no_number(bad))
    if len(numbers) > MAX_NUMBERS:
        mistakes.append(_too_many(len(numbers)))
    return NumberList(
        numbers=tuple(numbers.values()),
        duplicates=tuple(duplicates.values()),
        bad=tuple(replace(entry, text=without_password(entry.text)) for entry in bad),
        lines=_joined_lines(read),
        columns=tuple(dict.fromkeys(name for one in read for name in one.columns)),
        fields=_joined_fields(read),
    )


_NO_LIST = Mistake(
    code="no-list",
    sentence="La liste des destinataires manque. Joignez un fichier texte nommé"
    " numbers.txt avec un numéro de fax par ligne, ou un tableau nommé numbers.csv.",
)


def _read(address: str) -> object:
    try:
        return parse_recipient(split_address(address)[0])
    except NotANumber as error:
        return error


def _of_envelope(recipients: Sequence[str]) -> NumberList:
    numbers: list[FaxNumber] = []
    bad: list[BadNumber] = []
    for address in recipients:
        found = _read(address)
        if isinstance(found, FaxNumber):
            numbers.append(found)
        elif isinstance(found, NotANumber):
            text = split_address(address)[0][:MAX_TEXT_CHARS]
            bad.append(BadNumber(text=text, line=None, reason=str(found)))
    return NumberList(
        numbers=tuple(dict.fromkeys(numbers)),
        duplicates=tuple(dict.fromkeys(n for n in numbers if numbers.count(n) > 1)),
        bad=tuple(bad),
    )


def _read_lists(lists: Sequence[bytes], mistakes: list[Mistake]) -> list[NumberList]:
    """Those that can be read; of the others it is told why not."""
    read = []
    for content in lists:
        try:
            found = parse_numbers(content)
        except OrderRefused as error:
            mistakes.append(Mistake(code=error.code, sentence=error.for_requester))
            continue
        read.append(found)
        entries = len(found.bad) + sum(map(len, found.lines.values()))
        is_judged = found.numbers and entries >= MIN_JUDGED
        if is_judged and len(found.bad) > MAX_BAD_SHARE * entries:
            mistakes.append(_many_bad(found.bad, entries))
    return read


def _joined_lines(lists: Sequence[NumberList]) -> Mapping[str, tuple[int, ...]]:
    """Lines mean something where there is one list only."""
    return lists[0].lines if len(lists) == 1 else {}


def _joined_fields(lists: Sequence[NumberList]) -> Mapping[str, Mapping[str, str]]:
    joined: dict[str, Mapping[str, str]] = {}
    for one in lists:
        for number, fields in one.fields.items():
            joined.setdefault(number, fields)
    return joined


def _too_many(count: int) -> Mistake:
    return Mistake(
        code="too-many-numbers",
        sentence=f"Un message peut avoir au plus {MAX_NUMBERS} destinataires ;"
        f" le vôtre en a {count}.",
    )


def _many_bad(bad: Sequence[BadNumber], entries: int) -> Mistake:
    named = " ; ".join(
        f"ligne {entry.line}, « {without_password(entry.text)} » {entry.reason}"
        for entry in bad[:MAX_QUOTED_NUMBERS]
    )
    more = " ; ..." if len(bad) > MAX_QUOTED_NUMBERS else ""
    return Mistake(
        code="many-bad-numbers",
        sentence=f"Sur les {entries} entrées de la liste, {len(bad)} ne sont pas des"
        f" numéros de fax : {named}{more}. C'est trop pour appeler les autres : le"
        " tableau est peut-être abîmé, ou la colonne n'est pas la bonne. Corrigez ou"
        " retirez ces lignes, puis renvoyez votre message ; aucun fax n'est parti.",
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
