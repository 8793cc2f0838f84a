"""
The cover page of an order: a line's template, filled but for what differs per recipient.

I/O: reads the standard template that lies beside it, once.
"""

import functools
from pathlib import Path

from converters.marking import with_texts

from ..domain.document import Document, DocumentRole
from ..domain.line import FaxLine
from ..domain.number import FaxNumber
from ..domain.order import Cover, Order
from .personal import lack, lacking_keys, listed

NAME = "page de garde"
"""As it is named among the documents."""

MAX_TEMPLATE_BYTES = 1024 * 1024
"""With a logo in it; pages of 100 KB are large."""

MAX_SUBJECT = 200
MAX_TEXT = 4000
"""Characters of what a cover page says: with more it is a letter."""

_STANDARD = Path(__file__).parent / "templates" / "cover.html"


@functools.cache
def standard_template() -> str:
    """The template of lines that have none of their own."""
    return _STANDARD.read_text(encoding="utf-8")


def cover_page(template: str, line: FaxLine, cover: Cover) -> Document:
    """
    The document that `converters.workshop.Workshop.render_cover` sets.

    Args:
        template: Of the line, or `standard_template`.
    """
    content = with_texts(
        template,
        {
            "LIGNE": line.name,
            "NUMERO_LIGNE": str(FaxNumber(line.number)),
            "OBJET": cover.subject,
            "TEXTE": cover.text,
        },
    )
    return Document(name=NAME, content=content, role=DocumentRole.COVER)


def covered(order: Order, line: FaxLine, template: str | None) -> tuple[Document, ...]:
    """
    The documents of an order, after the cover page if it has one.

    Args:
        template: The line's own; None: the standard one.

    Raises:
        OrderRefused: If the template asks for what a recipient has not; names him by
            his line in the list.
    """
    if order.cover is None:
        return order.documents
    template = standard_template() if template is None else template
    lacking: dict[str, list[str]] = {}
    for number in order.numbers:
        row = order.fields.get(number.e164, {})
        for key in lacking_keys([template], row, order.cover):
            lacking.setdefault(key, []).append(
                listed(number, order.lines.get(number.e164, ()))
            )
    if lacking:
        raise lack(lacking)
    return (cover_page(template, line, order.cover), *order.documents)
