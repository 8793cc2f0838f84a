"""
Which line sends and pays: the subject says it, or `ligne:` in the body.

Pure: no I/O, no clock, no randomness.
"""

from ..domain.number import FaxNumber, NotANumber
from .directive_lines import without_password
from .mistake import Mistake, quoted
from .subject import parse_line_number

_HOW = "par exemple : 0366720307"


def sending_line(
    subject: str, written: str | None, mistakes: list[Mistake]
) -> FaxNumber | None:
    """
    Find the line.

    With a good `ligne:` the subject may be anything; but where the two name different
    lines nobody knows which is to pay, and that is a mistake.

    Args:
        subject: Of the mail, decoded.

        written: The value of `ligne:`, or None.

        mistakes: Where what is wrong is added.
    """
    by_subject, why_not = _read(subject)
    if written is None:
        if by_subject is None:
            mistakes.append(_bad_subject(subject, why_not))
        return by_subject
    by_body, wrong = _read(written)
    if by_body is None:
        mistakes.append(
            Mistake(
                code="bad-line",
                sentence=f"La ligne « ligne: » de votre message, {quoted(written)}, {wrong}."
                f" Écrivez-y le numéro de votre ligne fax émettrice, {_HOW}",
            )
        )
    elif by_subject is not None and by_subject != by_body:
        mistakes.append(
            Mistake(
                code="two-lines",
                sentence=f"L'objet de votre message nomme la ligne {by_subject} et"
                f" « ligne: » la ligne {by_body}. N'en gardez qu'une : celle qui envoie"
                " et qui paie.",
            )
        )
    return by_body


def _read(text: str) -> tuple[FaxNumber | None, str]:
    try:
        return parse_line_number(text), ""
    except NotANumber as error:
        return None, str(error)


def _bad_subject(subject: str, why: str) -> Mistake:
    found = f"{quoted(without_password(subject))} " if subject else ""
    return Mistake(
        code="bad-line",
        sentence=f"L'objet de votre message {found}{why}. Il doit être le numéro de votre"
        f" ligne fax émettrice et rien d'autre, {_HOW}",
    )
