"""
A reply as HTML: the same blocks as the text, drawn for mail programs.

I/O: reads its template, once.

Outlook draws with Word: tables and inline styles only. Nothing is fetched from
anywhere; the picture of the first page comes with the mail, or not at all.
"""

from collections.abc import Sequence
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from ..domain.language import Tongue
from .blocks import Block

PICTURE_MARK = "<!-- page 1 -->"
"""Where the picture goes; what a requester wrote is escaped and cannot hold it."""

_GREEN, _RED, _AMBER, _BLUE = "#12805c", "#b42318", "#b54708", "#175cd3"

_COLOURS = {
    "sent": _GREEN,
    "opted-out": _GREEN,
    "failed": _RED,
    "refused": _RED,
    "over-quota": _RED,
    "unknown": _AMBER,
    "paused": _AMBER,
    "repeated": _AMBER,
    "restricted": _AMBER,
    "duplicates": _AMBER,
}
"""Of the bar above a reply of each kind; others are blue."""


def draw_page(
    kind: str, versions: Sequence[tuple[Tongue, str, Sequence[Block]]]
) -> str:
    """
    Draw a reply.

    Args:
        kind: Of the reply; its colour.

        versions: (language, headline, text), in the order they stand.
    """
    drawn = [
        {
            "tongue": tongue.value,
            "headline": headline,
            "blocks": [(type(block).__name__, block) for block in blocks],
        }
        for tongue, headline, blocks in versions
    ]
    return _template().render(
        colour=_COLOURS.get(kind, _BLUE), versions=drawn, picture_mark=PICTURE_MARK
    )


def picture_tag(content_id: str, alt: str, width: int) -> str:
    """The image that takes the place of `PICTURE_MARK`."""
    template = _environment().get_template("picture.html")
    return template.render(content_id=content_id, alt=alt, width=width).strip()


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _template() -> Template:
    return _environment().get_template("reply.html")
