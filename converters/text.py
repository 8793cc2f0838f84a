"""
Plain text to an ODT that LibreOffice sets: A4, 2 cm margins, 80 columns of 10 pt.

Pure: no I/O, no clock, no randomness.

Decoded here, because LibreOffice guesses few charsets; set there, because it knows
fonts for every script and both writing directions.
"""

import codecs
import io
import re
import zipfile
from html import escape

MAX_CHARACTERS = 2_000_000
"Over 500 pages: refused by the page limit anyway, but only after minutes of setting."

TAB_COLUMNS = 8


class NotText(ValueError):
    """These bytes are no text."""


def decode_text(content: bytes, *, likely: str = "") -> str:
    """
    Decode text of an unknown charset.

    A mark, UTF-16 by its zeros, UTF-8, then what is *likely*, cp850 by its letters
    within words, cp1252.

    Args:
        likely: A charset that Python knows, or nothing.

    Returns:
        Lines end in a bare line feed; form feeds are kept.

    Raises:
        NotText: If control characters show that it is none.
    """
    text = _decoded(content, likely)
    if len(text) > 1 and text[-1] in "\0\x1a":
        text = text.rstrip("\0\x1a")  # DOS closed text files with Ctrl-Z
    odd = len(_CONTROLS.findall(text))
    if odd > len(text) * _MAX_ODD:
        raise NotText(f"{odd} control characters")
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _CONTROLS.sub("", text)


def to_odt(text: str) -> bytes:
    """
    Set text as a document; the same text gives the same bytes.

    Args:
        text: As `decode_text` returns it.
    """
    body: list[str] = []
    for number, page in enumerate(text.rstrip("\n\f").split("\f")):
        for index, line in enumerate(page.split("\n")):
            style = "B" if number and not index else "P"
            body.append(f'<text:p text:style-name="{style}">{_spaced(line)}</text:p>')
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in (
            ("mimetype", _MIMETYPE),
            ("content.xml", _CONTENT.format(body="".join(body))),
            ("styles.xml", _STYLES),
            ("META-INF/manifest.xml", _MANIFEST),
        ):
            entry = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            archive.writestr(entry, content)
    return out.getvalue()


_CONTROLS = re.compile("[\0-\x08\x0b\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff]")

_MAX_ODD = 0.005
"Share of control characters that a text may have: old printers' codes, a stray zero."

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def _decoded(content: bytes, likely: str) -> str:
    for mark, charset in _MARKS:
        if content.startswith(mark):
            return content.removeprefix(codecs.BOM_UTF8).decode(charset, "replace")
    sample = content[:4096]
    half = max(1, len(sample) // 2)
    if sample[1::2].count(0) > 0.4 * half and sample[::2].count(0) < 0.1 * half:
        return content.decode("utf-16-le", "replace")
    if sample[::2].count(0) > 0.4 * half and sample[1::2].count(0) < 0.1 * half:
        return content.decode("utf-16-be", "replace")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        pass
    if likely and not _WESTERN.match(likely):
        return content.decode(likely, "replace")
    if len(_DOS_LETTERS.findall(content)) > len(_WINDOWS_LETTERS.findall(content)):
        return content.decode("cp850")
    # The five bytes that cp1252 leaves open count as control characters.
    return content.decode("cp1252", "replace").replace("\ufffd", "\x7f")


_WESTERN = re.compile(
    r"(?:windows-125[02]|iso-?8859-?1|latin-?1|cp125[02]|us-?ascii)", re.I
)
"""Guesses that say no more than that the text is in some Latin script."""

# é ê è ë à â ç ô û ù î ï within a word, as DOS and as Windows write them.
_DOS_LETTERS = re.compile(
    rb"(?<=[A-Za-z])[\x82\x88\x8a\x89\x85\x83\x87\x93\x96\x97\x8c\x8b](?=[A-Za-z])"
)
_WINDOWS_LETTERS = re.compile(rb"[\xc0-\xff]")


def _spaced(line: str) -> str:
    # XML joins white space; text:s keeps it. Tabs are set to columns, as a terminal
    # or a printer does.
    line = line.expandtabs(TAB_COLUMNS)
    return _SPACES.sub(
        lambda found: f'<text:s text:c="{len(found[0])}"/>',
        escape(line.rstrip(), quote=False),
    )


_SPACES = re.compile("^ +| {2,}")

_NAMES = (
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
    ' xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0"'
    ' xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"'
    ' xmlns:fo="urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0"'
    ' xmlns:svg="urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0"'
    ' office:version="1.2"'
)
_MIMETYPE = "application/vnd.oasis.opendocument.text"
_CONTENT = (
    f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {_NAMES}>'
    "<office:automatic-styles>"
    '<style:style style:name="P" style:family="paragraph"'
    ' style:parent-style-name="Standard"/>'
    '<style:style style:name="B" style:family="paragraph"'
    ' style:parent-style-name="Standard">'
    '<style:paragraph-properties fo:break-before="page"/></style:style>'
    "</office:automatic-styles>"
    "<office:body><office:text>{body}</office:text></office:body>"
    "</office:document-content>"
)
_STYLES = (
    f'<?xml version="1.0" encoding="UTF-8"?><office:document-styles {_NAMES}>'
    '<office:font-face-decls><style:font-face style:name="M"'
    ' svg:font-family="&apos;Liberation Mono&apos;"'
    ' style:font-family-generic="modern" style:font-pitch="fixed"/>'
    "</office:font-face-decls><office:styles>"
    '<style:style style:name="Standard" style:family="paragraph">'
    '<style:paragraph-properties fo:orphans="0" fo:widows="0"/>'
    '<style:text-properties style:font-name="M" fo:font-size="10pt"'
    ' style:font-size-asian="10pt" style:font-size-complex="10pt"'
    ' fo:language="fr" fo:country="FR" fo:hyphenate="false"/></style:style>'
    "</office:styles><office:automatic-styles>"
    '<style:page-layout style:name="A4"><style:page-layout-properties'
    ' fo:page-width="210mm" fo:page-height="297mm" fo:margin-top="20mm"'
    ' fo:margin-bottom="20mm" fo:margin-left="20mm" fo:margin-right="20mm"/>'
    "</style:page-layout></office:automatic-styles><office:master-styles>"
    '<style:master-page style:name="Standard" style:page-layout-name="A4"/>'
    "</office:master-styles></office:document-styles>"
)
_MANIFEST = (
    '<?xml version="1.0" encoding="UTF-8"?><manifest:manifest'
    ' xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
    '<manifest:file-entry manifest:full-path="/"'
    f' manifest:media-type="{_MIMETYPE}"/>'
    '<manifest:file-entry manifest:full-path="content.xml"'
    ' manifest:media-type="text/xml"/>'
    '<manifest:file-entry manifest:full-path="styles.xml"'
    ' manifest:media-type="text/xml"/></manifest:manifest>'
)
