"""
`line cover NUMBER`: the template of a line's cover page.
"""

import argparse
import asyncio
import base64
import re
from datetime import UTC, datetime
from pathlib import Path

from converters.contract import ConversionFailed
from converters.text import NotText, decode_text

from ..domain.errors import OrderRefused
from ..domain.line import FaxLine
from ..domain.order import Cover
from ..pipeline.cover import MAX_TEMPLATE_BYTES, cover_page, standard_template
from ..pipeline.personal import OF_THE_FAX, keys_of
from ..store import covers, lines
from .convert import render_cover
from .files import read_file, write_file
from .options import (
    Commands,
    add_command,
    no_line,
    open_store,
    read_number,
    settings_of,
)

PREVIEW_DPI = 196

_PICTURE = re.compile(
    r"""(?<=\bsrc=["'])([\w -]+\.(?:png|jpe?g|gif|svg))(?=["'])""", re.I
)
_MEDIA_TYPES = {
    ".png": "image/png",
    ".gif": "image/gif",
    ".svg": "image/svg+xml",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
}


def add_actions(actions: Commands) -> None:
    """Add `line cover`."""
    parser = add_command(
        actions,
        "cover",
        "set, show or remove the template of a line's cover page (HTML)",
        example="line cover 0366720307 template.html",
    )
    parser.add_argument("number")
    what = parser.add_mutually_exclusive_group()
    what.add_argument(
        "template",
        nargs="?",
        metavar="FILE",
        type=Path,
        help="set this one; pictures that lie beside it are taken into it",
    )
    what.add_argument(
        "-o",
        dest="output",
        metavar="FILE",
        type=Path,
        help="write the template to a file, e.g. to begin one of your own",
    )
    what.add_argument(
        "--remove", action="store_true", help="have the standard page again"
    )
    parser.set_defaults(run=line_cover)


def line_cover(arguments: argparse.Namespace) -> int:
    """Do what the options say; without any, say what the line has."""
    settings = settings_of(arguments)
    number = read_number(arguments.number)
    template = read_template(arguments.template) if arguments.template else None
    with open_store(settings) as db:
        line = db.sync_read(lines.get, number.e164)
        if line is None:
            raise no_line(number)
        if template is not None:
            pages = _tried(template, line, arguments.template.name)
            now = datetime.now(UTC)
            db.sync_tx(covers.set_template, line.number, template, now=now)
            print(f"line {number}: cover page of {pages} pages, {_words(template)}")
            return 0
        own = db.sync_read(covers.template_of, line.number)
        if arguments.remove:
            db.sync_tx(covers.remove_template, line.number)
            print(f"line {number}: standard cover page")
            return 0
    shown = standard_template() if own is None else own
    if arguments.output:
        write_file(arguments.output, [shown.encode()])
        print(f"{arguments.output}: the template of line {number}")
    else:
        which = "standard cover page" if own is None else "cover page of its own"
        print(f"line {number}: {which}, {_words(shown)}")
    return 0


def read_template(path: Path) -> str:
    """
    Read a template, with the pictures beside it taken into it.

    Raises:
        OrderRefused: If there is no such file, or it is no text, or too large.
    """
    try:
        text = decode_text(read_file(path))
    except NotText as error:
        raise OrderRefused(f"{path}: no HTML: {error}", code="bad-template") from error

    def embedded(match: re.Match[str]) -> str:
        picture = path.parent / match[1]
        if not picture.is_file():
            return match[0]
        content = base64.b64encode(read_file(picture)).decode("ascii")
        return f"data:{_MEDIA_TYPES[picture.suffix.lower()]};base64,{content}"

    text = _PICTURE.sub(embedded, text)
    if len(text.encode()) > MAX_TEMPLATE_BYTES:
        raise OrderRefused(
            f"{path}: with its pictures it has more than"
            f" {MAX_TEMPLATE_BYTES // 1024} KB",
            code="bad-template",
        )
    return text


def _tried(template: str, line: FaxLine, name: str) -> int:
    """Set a template once, before anybody's fax needs it; how many pages it has."""
    page = cover_page(template, line, Cover(subject="Objet", text="Texte"))
    try:
        return asyncio.run(render_cover(page.content, PREVIEW_DPI)).pages
    except ConversionFailed as failure:
        raise OrderRefused(
            f"{name}: {failure.for_requester}", code=failure.code
        ) from failure


def _words(template: str) -> str:
    keys = keys_of([template])
    columns = sorted(key.replace("_", " ") for key in keys - OF_THE_FAX)
    return f"fields of the recipient: {', '.join(columns) or 'none'}"
