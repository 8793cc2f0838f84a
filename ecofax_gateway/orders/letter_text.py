"""
The letter in a mail: what was written to the recipient of the fax.

Pure: no I/O, no clock, no randomness.

The text without its directives, quotations and signature; printed on a cover page
(`garde:oui`) or on pages of its own (`corps:oui`). The password is never in it.
"""

from collections.abc import Sequence

from ..domain.document import Document, DocumentRole
from ..domain.order import Cover
from ..mail.message import Mail
from ..mail.part import TextKind, TextPart
from .body import written_paragraphs
from .directive_lines import is_directive, without_password
from .directives import Directives
from .mistake import Mistake

MAX_COVER_CHARS = 2_000
MAX_COVER_LINES = 35
"""What a cover page has room for, in letters that a fax machine can print."""

NAME = "message.txt"
"""Of the letter among the documents, as replies name it."""

_EMPTY = Mistake(
    code="empty-body",
    sentence="La ligne « corps:oui » demande de faxer le texte de votre message, mais il"
    " est vide. Écrivez le texte sous cette ligne, ou retirez-la.",
)
_TOO_LONG = Mistake(
    code="cover-too-long",
    sentence="Le texte de votre message est trop long pour une page de garde"
    f" ({MAX_COVER_LINES} lignes et {MAX_COVER_CHARS} caractères au plus). Raccourcissez-le,"
    " ou ajoutez la ligne corps:oui pour le faxer sur des pages à lui.",
)


def letter_text(texts: Sequence[TextPart], passwords: Sequence[str]) -> str:
    """
    Give the letter, its lines joined by line feeds; empty if there is none.

    The first plain part that holds one counts: people see it as their HTML, with the
    paragraphs they made. HTML is read where there is nothing else.

    Args:
        texts: Of the mail.

        passwords: Readings of the password, blanked wherever they stand.
    """
    ordered = sorted(texts, key=lambda part: part.kind is not TextKind.PLAIN)
    for part in ordered:
        lines = [line for line in written_paragraphs(part) if not is_directive(line)]
        text = "\n".join(_without_gaps(lines))
        if text:
            return without_password(text, passwords)
    return ""


def letter_document(
    mail: Mail, asked: Directives, mistakes: list[Mistake]
) -> tuple[Document, ...]:
    """The letter as a document, if `corps:oui` asks for it; before the attached ones."""
    if not asked.body:
        return ()
    text = letter_text(mail.texts, asked.passwords)
    if not text:
        mistakes.append(_EMPTY)
        return ()
    # The mark keeps a letter that begins like another format what it is: a text.
    content = text.encode("utf-8-sig", "replace")
    return (Document(name=NAME, content=content, role=DocumentRole.BODY),)


def cover_of(
    mail: Mail,
    asked: Directives,
    mistakes: list[Mistake],
    *,
    is_subject_free: bool,
) -> Cover | None:
    """
    What the cover page says, if `garde:oui` asks for one.

    The letter stands on it, unless it has pages of its own.

    Args:
        mail: As it came.

        asked: Of its body.

        mistakes: Where what is wrong is added.

        is_subject_free: The subject is no line's number, but the letter's own.
    """
    if not asked.cover:
        return None
    text = "" if asked.body else letter_text(mail.texts, asked.passwords)
    if len(text) > MAX_COVER_CHARS or text.count("\n") >= MAX_COVER_LINES:
        mistakes.append(_TOO_LONG)
    subject = without_password(mail.subject, asked.passwords) if is_subject_free else ""
    return Cover(
        name=without_password(asked.name, asked.passwords), subject=subject, text=text
    )


def _without_gaps(lines: Sequence[str]) -> list[str]:
    """No empty line at either end, nor two in a row where a directive stood."""
    kept: list[str] = []
    for line in lines:
        if line or (kept and kept[-1]):
            kept.append(line)
    if kept and not kept[-1]:
        kept.pop()
    return kept
