"""
The lines that the requester wrote, out of a mail's text.

Pure: no I/O, no clock, no randomness.

Everything from a signature, a quotation or a forwarded mail on is somebody else's,
or old: a `date:` in a quoted header must not plan a fax.
"""

import itertools
import re
import unicodedata
from collections.abc import Iterator

from ..mail.html import JOINT, visible_text
from ..mail.part import TextKind, TextPart
from .directive_lines import gives_password, is_directive

MAX_LINES = 2_000
"""Directives stand at the top; nobody types more."""

MAX_LINE_CHARS = 1_000
"""Cut before any pattern looks at it: a line of 200 KiB of dashes took minutes."""

_FIELD = re.compile(
    r"[*_ ]{0,3}(?:de|from|envoyé(?: le)?|sent|à|a|pour|to|cc|cci|copie(?: à)?|objet"
    r"|sujet|subject|date|répondre à|reply-to"
    r"|expéditeur|destinataires?|von|gesendet|an|betreff)[*_ ]{0,3}:",
    re.IGNORECASE,
)
_DATE_FIELD = re.compile(r"[*_ ]{0,3}date[*_ ]{0,3}:", re.IGNORECASE)
_FIELDS_WINDOW, _FIELDS_NEEDED = 6, 3
_STOP = re.compile(
    r"-- ?\Z"
    r"|-{2,}\s?(?:message d.origine|mail original|message original|original message"
    r"|original appointment|message transféré|forwarded message|courriel original"
    r"|message initial|weitergeleitete nachricht|ursprüngliche nachricht)\b"
    r"|(?:début du message (?:réexpédié|transféré)|message transféré|begin forwarded message)"
    r"\s*:?\s*-*\Z"
    r"|(?:envoyé (?:de|depuis|à partir de|avec|via) |sent (?:from|with|via) )\S"
    r"|(?:télécharger|obtenez|obtenir|get|provenance\s*:) (?:outlook|courrier)\b"
    r"|provenance\s*:\s*courrier"
    r"|(?:le|on|am) .{4,200}(?:a écrit|wrote|schrieb.{0,100})\s?:\s*\Z"
    r"|-{2,}\s?(?:le|on) .{4,200}(?:a écrit|wrote)\s?-{2,}\Z"
    # « Jean Dupont <jean@example.fr> a écrit : », « Jean Dupont a écrit le 2/3/2026 : »
    r"|[^<>]{0,60}<[^<>@\s]{1,64}@[^<>\s]{1,253}> (?:a écrit|wrote)\s?:\s*\Z"
    r"|.{2,60} (?:a écrit le|wrote on) .{0,20}\d.{0,30}:\s*\Z",
    re.IGNORECASE,
)
_RULE = re.compile(r"_{5,}\s*\Z")
_BANNER_WINDOW = 10
"""Lines below a rule in which a password must stand for what is above to be a banner."""

_SCANNED = re.compile(
    r"(?:scanned from|(?:numéris|scann)ée? (?:à partir de|depuis|de|par|sur))\b",
    re.IGNORECASE,
)
_ABOUT_THE_SCAN = re.compile(r"(?:date|pages?|r[ée]solution)\s?:", re.IGNORECASE)
"""What copiers tell below that line, a field each: no directive, though it looks like one."""

_SPACES = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]"
)
_INVISIBLE = re.compile(
    r"[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff"
    r"\ufff9-\ufffb\ud800-\udfff]"
)
_ATTRIBUTION_START = re.compile(r"(?:le|on) [^:]{4,60}\d:\d", re.IGNORECASE)
_ATTRIBUTION_END = re.compile(r".{0,200}(?:a écrit|wrote)\s?:\s*\Z", re.IGNORECASE)


def written_lines(part: TextPart) -> list[str]:
    """
    Give the lines above the first signature or quotation.

    Lines that start with ">" are left out. Every kind of space is a space, invisible
    characters are gone, letters are composed (NFC); nothing else is changed, for a
    password may hold any of it.
    """
    return [line for _, line in _written(part)]


def written_paragraphs(part: TextPart) -> list[str]:
    """Give the same lines with an empty one wherever the writer left some room."""
    # HTML ends a block and begins the next: one empty line between two says nothing.
    room = 2 if part.kind is not TextKind.PLAIN else 1
    paragraphs: list[str] = []
    for empty_before, line in _written(part):
        if paragraphs and empty_before >= room:
            paragraphs.append("")
        paragraphs.append(line)
    return paragraphs


def _written(part: TextPart) -> list[tuple[int, str]]:
    """The lines, each with how many empty ones stand before it."""
    text = visible_text(part.text) if part.kind is TextKind.HTML else part.text
    # HTML leaves many empty lines; they say nothing and would spend the limit.
    lines: list[str] = []
    empty_before: list[int] = []
    empty = 0
    for line in itertools.islice(_plain_lines(text), MAX_LINES * 2):
        if line:
            lines.append(line)
            empty_before.append(empty)
        empty = 0 if line else empty + 1
    del lines[MAX_LINES:]
    written: list[tuple[int, str]] = []
    is_by_copier = False
    for index, line in enumerate(lines):
        is_rule = _RULE.match(line)
        if _is_stop(lines, index) or (is_rule and not _ends_banner(lines, index)):
            break
        is_about_scan = is_by_copier and bool(_ABOUT_THE_SCAN.match(line))
        is_by_copier = is_about_scan or bool(_SCANNED.match(line))
        if not (line.startswith(">") or is_about_scan or is_rule):
            written.append((empty_before[index], line))
    return written


def _plain_lines(text: str) -> Iterator[str]:
    """Its lines; of two cells of a table only what is one directive stays together."""
    for raw in text.splitlines():
        first, *cells = raw.split(JOINT)
        line = _plain_line(first)
        for cell in map(_plain_line, cells):
            if is_directive(line):
                line = f"{line} {cell}"[:MAX_LINE_CHARS]
            else:
                yield line
                line = cell
        yield line


def _plain_line(raw: str) -> str:
    text = unicodedata.normalize("NFC", raw[:MAX_LINE_CHARS])
    line = _INVISIBLE.sub("", _SPACES.sub(" ", text))
    # The signature's mark is the one line whose last space means something.
    return "-- " if line.strip() == "--" else line.strip()


def _is_stop(lines: list[str], index: int) -> bool:
    line = lines[index]
    if _STOP.match(line):
        return True
    # Mail programs break « Le lundi 2 mars 2026 à 10:12, ... a écrit : » in two.
    following = lines[index + 1] if index + 1 < len(lines) else ""
    if _ATTRIBUTION_START.match(line) and _ATTRIBUTION_END.match(following):
        return True
    if not _begins_header(lines, index):
        return False
    # A `date:` right above an old mail's header is no part of it: lost, the fax would
    # leave at once.
    return not (_DATE_FIELD.match(line) and _begins_header(lines, index + 1))


def _ends_banner(lines: list[str], index: int) -> bool:
    """Whether a rule ends « this mail comes from outside », and the letter begins below it."""
    below = lines[index + 1 : index + 1 + _BANNER_WINDOW]
    return any(map(gives_password, below)) and not any(map(is_directive, lines[:index]))


def _begins_header(lines: list[str], index: int) -> bool:
    """Whether several lines of a quoted header begin here."""
    window = lines[index : index + _FIELDS_WINDOW]
    if not window or not _FIELD.match(window[0]):
        return False
    header = itertools.takewhile(lambda line: not _STOP.match(line), window)
    return sum(1 for line in header if _FIELD.match(line)) >= _FIELDS_NEEDED
