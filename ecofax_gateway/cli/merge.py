"""
What a campaign draws for each recipient: the options of its commands, and a preview.
"""

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from converters.place import Place

from ..domain.document import Document
from ..domain.errors import OrderRefused
from ..domain.line import FaxLine
from ..domain.number import FaxNumber
from ..domain.order import Cover
from ..orders.number_list import NumberList
from ..pipeline.cover import cover_page, standard_template
from ..pipeline.overlay_file import parse_overlay
from ..pipeline.personal import OF_THE_FAX, keys_of, lack, lacking_keys, listed
from ..pipeline.picture import exact_picture_of
from ..pipeline.preview import preview
from ..store import covers
from ..store.database import Database
from .cover import read_template
from .files import read_file, write_file
from .options import MOST_SHOWN, Commands, add_command, open_store, settings_of, whole

OF_THE_LINE = "line"
"""As `--cover` reads where no file is named."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Merge:
    """What a campaign draws for each recipient."""

    cover: Cover | None = None
    page: Document | None = None
    "The cover page."

    template: str = ""
    overlay: tuple[Place, ...] = ()

    @property
    def texts(self) -> list[str]:
        """All that may have fields in it."""
        return [self.template, *(place.text for place in self.overlay)]

    @property
    def wants_code(self) -> bool:
        """Whether recipients need a code of their own to stop the faxes with."""
        return "CODE" in keys_of(self.texts)


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add `--cover` and what belongs to it, and `--overlay`."""
    parser.add_argument(
        "--cover",
        nargs="?",
        const=OF_THE_LINE,
        metavar="FILE",
        help="begin with a cover page: the line's, or of this template (HTML)",
    )
    parser.add_argument(
        "--cover-subject", metavar="TEXT", default="", help="for [OBJET] on it"
    )
    parser.add_argument(
        "--cover-text", metavar="FILE", type=Path, help="for [TEXTE] on it"
    )
    add_overlay(parser)


def add_overlay(parser: argparse.ArgumentParser) -> None:
    """Add `--overlay`."""
    parser.add_argument(
        "--overlay",
        metavar="FILE",
        type=Path,
        help="draw names, columns and codes on the pages (TOML; see docs/merge.md)",
    )


def merge_of(arguments: argparse.Namespace, db: Database, line: FaxLine) -> Merge:
    """
    Read what the options name.

    Raises:
        OrderRefused: If a file is none of the kind.
    """
    overlay = overlay_of(arguments)
    if arguments.cover is None and (arguments.cover_subject or arguments.cover_text):
        raise OrderRefused(
            "--cover-subject and --cover-text are for a cover page: add --cover",
            code="no-cover",
        )
    if arguments.cover is None:
        return Merge(overlay=overlay)
    if arguments.cover == OF_THE_LINE:
        own = db.sync_read(covers.template_of, line.number)
        template = standard_template() if own is None else own
    else:
        template = read_template(Path(arguments.cover))
    text = ""
    if arguments.cover_text:
        text = read_file(arguments.cover_text).decode("utf-8-sig", "replace").strip()
    cover = Cover(subject=arguments.cover_subject, text=text)
    page = cover_page(template, line, cover)
    return Merge(cover=cover, page=page, template=template, overlay=overlay)


def overlay_of(arguments: argparse.Namespace) -> tuple[Place, ...]:
    """
    Read the overlay that the options name; nothing if they name none.

    Raises:
        OrderRefused: If the file is none.
    """
    return parse_overlay(read_file(arguments.overlay)) if arguments.overlay else ()


def changed_overlay(
    arguments: argparse.Namespace, overlay: tuple[Place, ...]
) -> tuple[Mapping[str, Any], ...] | None:
    """What an edit makes of a draft's overlay; None: it stays."""
    if arguments.no_overlay:
        return ()
    return tuple(place.as_json for place in overlay) or None


def check_columns(merge: Merge, found: NumberList, numbers: Sequence[str]) -> None:
    """
    See that a list has what is drawn; say which of its columns are never looked at.

    Args:
        numbers: Those of the list that will be called.

    Raises:
        OrderRefused: If a recipient has nothing for a field; names him by his line.
    """
    lacking: dict[str, list[str]] = {}
    for number in numbers:
        row: Mapping[str, str] = found.fields.get(number, {})
        for key in lacking_keys(merge.texts, row, merge.cover):
            who = listed(FaxNumber(number), found.lines.get(number, ()))
            lacking.setdefault(key, []).append(who)
    if lacking:
        raise lack(lacking)
    used = keys_of(merge.texts)
    for column in found.columns:
        for key in used & keys_of([f"[{column.upper()}]"]) & OF_THE_FAX - {"NUMERO"}:
            print(
                f"the column {column!r} is not drawn: [{key.replace('_', ' ')}] stands"
                " for the fax's own"
            )


def add_preview(actions: Commands) -> None:
    """Add `campaign preview`."""
    parser = add_command(
        actions,
        "preview",
        "write the pages of one recipient to a file, as he will get them",
        example="campaign preview K7M2XQ9D --recipient 3 -o page.png",
    )
    parser.add_argument("ref", metavar="REF")
    parser.add_argument(
        "--recipient",
        type=whole(1, MOST_SHOWN),
        default=1,
        metavar="N",
        help="place in the list (1)",
    )
    parser.add_argument(
        "--page", type=whole(1, MOST_SHOWN), default=1, metavar="N", help="of a PNG (1)"
    )
    parser.add_argument(
        "-o", "--out", dest="output", metavar="FILE", type=Path, required=True,
        help="its name ends in .png (one page) or .tif (all)",
    )  # fmt: skip
    parser.set_defaults(run=write_preview)


def write_preview(arguments: argparse.Namespace) -> int:
    """Write the exact black and white pages that one recipient will get."""
    settings = settings_of(arguments)
    kind = arguments.output.suffix.lower()
    if kind not in {".png", ".tif", ".tiff"}:
        raise OrderRefused(
            f"{arguments.output}: end its name in .png or .tif", code="which-picture"
        )
    with open_store(settings) as db:
        tiff = db.sync_read(
            preview,
            arguments.ref,
            arguments.recipient,
            at=datetime.now(UTC),
            zone=settings.zone,
        )
    content = tiff if kind != ".png" else _picture(tiff, arguments.page)
    write_file(arguments.output, [content])
    print(f"{arguments.output}: recipient {arguments.recipient} of {arguments.ref}")
    return 0


def _picture(tiff: bytes, page: int) -> bytes:
    try:
        return exact_picture_of(tiff, page)
    except LookupError as error:
        raise OrderRefused(str(error), code="no-such-page") from error
