"""
Which parts of a mail become pages.

Pure: no I/O, no clock, no randomness.

What a part calls itself is not trusted: Gmail calls the logo of a signature an
attachment, Apple Mail calls the contract inline. A picture that the HTML shows is
decoration, unless it is all there is and large enough to be a photographed letter.
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass

from ..domain.document import Document
from ..mail.image_size import image_size
from ..mail.message import Mail
from ..mail.part import Attachment
from ..mail.walk import ELSEWHERE_TYPES, is_winmail, is_wrapped
from .mistake import Mistake

MIN_PICTURE_SIDE_PX = 500
MIN_PICTURE_BYTES = 20 * 1024
"""Below either, an inline picture is a logo; of 188 in real mails none was a page."""

MAX_DOCUMENTS = 50
"""In one fax; more is a folder sent by mistake."""

_NUMBERS_STEM = r"num(?:ber|ero|éro)s?(?:\s?\(\d{1,2}\))?\."
_ENCRYPTED = Mistake(
    code="encrypted-mail",
    sentence="Votre message est chiffré : nous ne pouvons pas le lire."
    " Renvoyez-le sans chiffrement.",
)
_OPAQUE = Mistake(
    code="signed-opaque",
    sentence="Votre message est signé d'une façon qui cache son contenu, et nous n'avons"
    " pas pu l'ouvrir. Renvoyez-le sans signature électronique.",
)
_WINMAIL = Mistake(
    code="winmail",
    sentence="Vos pièces jointes sont enfermées dans un fichier winmail.dat illisible."
    " Dans Outlook, choisissez le format HTML ou « texte brut » (et non « texte"
    " enrichi ») puis renvoyez le message.",
)
_ELSEWHERE = Mistake(
    code="incomplete-mail",
    sentence="Une partie de votre message n'est pas dans le message : votre logiciel de"
    " messagerie l'a découpé, n'y a mis qu'un lien, ou en a supprimé la pièce jointe."
    " Renvoyez-le en un seul morceau, les documents en pièces jointes.",
)
_NUMBERS_NAME = re.compile(
    _NUMBERS_STEM + r"(?:txt|csv|tsv)(?:\.txt)?\Z", re.IGNORECASE
)
_OFFICE_LIST_NAME = re.compile(
    _NUMBERS_STEM + r"(?:xlsx?|ods|numbers|docx?|odt|rtf)\Z", re.IGNORECASE
)
"""Meant as a list, too; `number_list` says how to save it as text."""

_SIGNATURE_TYPES = frozenset(
    {"application/pgp-signature", "application/pkcs7-signature",
     "application/x-pkcs7-signature", "application/pgp-keys",
     "application/pgp-encrypted", "application/pkix-cert",
     # What a Mac keeps of a file beside its content.
     "application/applefile"}
)  # fmt: skip
_PGP_MARKS = (b"-----BEGIN PGP SIGNATURE-----", b"-----BEGIN PGP PUBLIC KEY BLOCK-----")
_NO_PAGE_TYPES = frozenset(
    {"text/calendar", "application/ics", "text/vcard", "text/x-vcard", "text/directory",
     "text/watch-html", "text/x-amp-html", "text/rfc822-headers"}
)  # fmt: skip
_OLD_TEXT_TYPES = frozenset({"text/enriched", "text/richtext"})
"""Without a name a text of the mail's own, as programs wrote it before HTML."""

_NO_PAGE_NAME = re.compile(
    # Exchange calls so the pieces that a mailing list puts behind a mail.
    r"ATT\d{2,6}\.(?:txt|htm|html|c|dat)\Z|oledata\.mso\Z|.*\.(?:vcf|ics)\Z",
    re.IGNORECASE,
)
_PICTURE_NAME = re.compile(r".*\.(?:emz|wmz|emf|wmf)\Z", re.IGNORECASE)
"""Word's own, which it sends as any bytes."""

_PICTURE_MAGIC = (b"\x89PNG\r\n", b"\xff\xd8\xff", b"GIF8", b"BM")
_SUFFIXES = {
    "application/pdf": "pdf",
    "image/tiff": "tif",
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/gif": "gif",
    "text/plain": "txt",
    "text/html": "html",
    "application/msword": "doc",
    "application/rtf": "rtf",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """The parts of a mail, sorted."""

    documents: tuple[Document, ...] = ()
    ignored: tuple[str, ...] = ()
    """Names of what was left out, for the acknowledgement. Only what the sender's program
    puts there by itself is not named: signatures, invitations without a name."""

    number_lists: tuple[bytes, ...] = ()
    mistakes: tuple[Mistake, ...] = ()


def choose_documents(mail: Mail, *, is_campaign: bool) -> Choice:
    """
    Sort the attachments of *mail*.

    Args:
        mail: As it came.

        is_campaign: Whether it went to `fax@`, so that numbers.txt is read.
    """
    mistakes = list(_unreadable(mail))
    ignored: list[str] = []
    lists: list[bytes] = []
    pages: list[Attachment] = []
    pictures: list[Attachment] = []
    seen: set[bytes] = set()
    for part in mail.attachments:
        if _is_silent(part):
            continue
        if is_campaign and _is_list(part):
            lists.append(part.content)
            continue
        digest = hashlib.sha256(part.content).digest()
        if not part.content or digest in seen or _is_no_page(part):
            ignored.append(_name_of(part, len(pages) + 1))
            continue
        seen.add(digest)
        (pictures if _is_decoration(part, mail.shown) else pages).append(part)
    if not pages:
        pages = [part for part in pictures if _is_photograph(part)]
    ignored += [_name_of(part, 1) for part in pictures if part not in pages]
    mistakes += _strange_choice(pages, is_campaign=is_campaign)
    return Choice(
        documents=tuple(
            Document(name=_name_of(part, place), content=part.content)
            for place, part in enumerate(pages, start=1)
        ),
        ignored=tuple(ignored),
        number_lists=tuple(lists),
        mistakes=tuple(mistakes),
    )


def _unreadable(mail: Mail) -> list[Mistake]:
    if mail.is_encrypted:
        return [_ENCRYPTED]
    mistakes = []
    if any(is_wrapped(part.media_type, part.name) for part in mail.attachments):
        mistakes.append(_OPAQUE)
    if any(is_winmail(part.media_type, part.name) for part in mail.attachments):
        mistakes.append(_WINMAIL)
    if any(part.media_type in ELSEWHERE_TYPES for part in mail.attachments):
        mistakes.append(_ELSEWHERE)
    return mistakes


def _strange_choice(pages: Sequence[Attachment], *, is_campaign: bool) -> list[Mistake]:
    if len(pages) > MAX_DOCUMENTS:
        return [
            Mistake(
                code="too-many-documents",
                sentence=f"Votre message contient {len(pages)} documents ; un fax en"
                f" compte au plus {MAX_DOCUMENTS}.",
            )
        ]
    lists = [part for part in pages if _NUMBERS_NAME.match(part.name)]
    if lists and len(pages) > len(lists) and not is_campaign:
        # Printed, it would show the recipient everybody else's number.
        return [
            Mistake(
                code="list-without-campaign",
                sentence=f"Le fichier {lists[0].name} n'est lu que pour une campagne :"
                " écrivez à l'adresse fax@ du service, ou retirez ce fichier.",
            )
        ]
    return []


def _is_list(part: Attachment) -> bool:
    return bool(_NUMBERS_NAME.match(part.name) or _OFFICE_LIST_NAME.match(part.name))


def _is_silent(part: Attachment) -> bool:
    """Whether nobody misses a part, or `_unreadable` has said what there is to say."""
    return (
        part.media_type in _SIGNATURE_TYPES
        or part.name.lower().endswith(".p7s")
        or part.content.startswith(_PGP_MARKS)
        or (not part.name and _is_by_itself(part))
        or is_winmail(part.media_type, part.name)
        or is_wrapped(part.media_type, part.name)
        or part.media_type in ELSEWHERE_TYPES
    )


def _is_by_itself(part: Attachment) -> bool:
    return not part.content or part.media_type in _NO_PAGE_TYPES | _OLD_TEXT_TYPES


def _is_no_page(part: Attachment) -> bool:
    return part.media_type in _NO_PAGE_TYPES or bool(_NO_PAGE_NAME.match(part.name))


def _is_decoration(part: Attachment, shown: frozenset[str]) -> bool:
    is_picture = (
        part.media_type.startswith("image/")
        or part.content.startswith(_PICTURE_MAGIC)
        or _PICTURE_NAME.match(part.name)
    )
    return bool(is_picture) and (part.content_id or "").lower() in shown


def _is_photograph(part: Attachment) -> bool:
    if len(part.content) < MIN_PICTURE_BYTES:
        return False
    size = image_size(part.content)
    # Logos are in one of the formats that can be measured; telephones have others.
    return size is None or min(size) >= MIN_PICTURE_SIDE_PX


def _name_of(part: Attachment, place: int) -> str:
    if part.name:
        return part.name
    suffix = _SUFFIXES.get(part.media_type, "")
    return f"document-{place}.{suffix}" if suffix else f"document-{place}"
