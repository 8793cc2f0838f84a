"""
What a draft says to each recipient: on a cover page, and in places on its pages.

I/O: the database, through the caller's transaction.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection

from converters.place import Place

from ..domain.order import Cover
from ..store import covers, draft_documents, lines
from ..store.campaigns import NewDocument
from ..store.content import Content
from ..store.drafts import Changes, DraftAnswer
from . import campaigns
from .cover import cover_page, standard_template
from .personal import keys_of


def set_cover(conn: Connection, ref: str, cover: Cover | None) -> None:
    """
    Give a draft another cover page, or none: of its line's template or the standard one.

    Raises:
        OrderRefused: If it is no draft.
    """
    line, page = lines.get(conn, campaigns.found(conn, ref).line), None
    if cover is not None and line is not None:
        template = covers.template_of(conn, line.number)
        made = cover_page(
            standard_template() if template is None else template, line, cover
        )
        page = NewDocument(
            name=made.name, role=made.role, content=Content.of(made.content)
        )
    answer = draft_documents.set_cover(conn, ref, cover, page)
    if answer is not DraftAnswer.DONE:
        raise campaigns.refusal(answer, ref)


def set_overlay(
    conn: Connection, ref: str, places: Sequence[Place], *, now: datetime
) -> None:
    """
    Draw this on the pages of a draft for each recipient, in place of what it had.

    If a place has an opt-out code, its recipients get codes from now on.

    Raises:
        OrderRefused: If it is no draft.
    """
    changes = Changes(
        overlay=tuple(place.as_json for place in places),
        wants_codes="CODE" in keys_of(place.text for place in places),
    )
    campaigns.edit(conn, ref, changes, now=now)
