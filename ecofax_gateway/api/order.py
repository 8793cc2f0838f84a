"""
What a program orders: its documents and its numbers, read.

I/O: the store; a child process for each list of numbers.
"""

import base64
import binascii
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus

from sqlalchemy import Connection

from ..domain.document import Quality
from ..domain.errors import OrderRefused
from ..domain.number import FaxNumber, NotANumber, parse_number
from ..orders.intake import Fault
from ..orders.list_reader import Batch, ListReader, Total
from ..store import uploads
from ..store.content import Content
from ..store.kept import load
from ..store.uploads import Upload
from ..web.desk import Desk
from .caller import Caller
from .problem import Problem
from .shape import DocumentBody

MAX_NAMED = 20
"""Entries of a list that are no number, named in the answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A document of an order."""

    name: str
    content: Content


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbers:
    """Whom an order goes to."""

    e164: tuple[str, ...]
    fields: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    "By number: its row of the list."

    total: Total
    restricted: int
    "Left out: they need the best quality."

    @property
    def faults(self) -> Sequence[Fault]:
        """Entries that are no number, the first ones."""
        return self.total.faults[:MAX_NAMED]


async def read_files(
    desk: Desk, caller: Caller, documents: Sequence[DocumentBody]
) -> tuple[File, ...]:
    """
    Find the documents of an order.

    Raises:
        Problem: One was not sent ahead, is no base64, or is neither.
    """
    return tuple([await _file(desk, caller, each) for each in documents])


async def read_bytes(desk: Desk, file: File) -> bytes:
    """What is in a document."""
    return await desk.db.read(_content, file.content)


def read_number(text: str) -> FaxNumber:
    """
    Read a number.

    Raises:
        OrderRefused: It is none.
    """
    try:
        return parse_number(text)
    except NotANumber as error:
        raise OrderRefused(f"« {text} » {error}.", code="bad-number") from None


async def read_numbers(desk: Desk, content: bytes, quality: Quality) -> Numbers:
    """
    Read whom an order goes to, in a process that may die of it.

    Args:
        content: Of a list in any form that people have.

    Raises:
        OrderRefused: There is no number in it that may be called.
    """
    numbers: list[str] = []
    fields: dict[str, Mapping[str, str]] = {}
    restricted = 0
    found: Total | None = None
    async for piece in ListReader(folder=desk.uploads).read(content, column=None):
        if isinstance(piece, Total):
            found = piece
        if not isinstance(piece, Batch):
            continue
        for each in piece.recipients:
            if each.restricted and quality is not Quality.BEST:
                restricted += 1
                continue
            numbers.append(each.number)
            if each.fields:
                fields[each.number] = each.fields
    assert found is not None, "a list ends in its total"
    if not numbers:
        raise OrderRefused(
            "Il n'y a aucun numéro de fax valable dans cette liste.", code="no-numbers"
        )
    return Numbers(
        e164=tuple(numbers), fields=fields, total=found, restricted=restricted
    )


async def find_upload(desk: Desk, caller: Caller, upload_id: str) -> Upload:
    """
    Give a file that was sent ahead.

    Raises:
        Problem: There is none, or it waited too long.
    """
    found = await desk.db.read(uploads.get, caller.line, upload_id, now=desk.clock())
    if found is None:
        raise Problem(
            HTTPStatus.UNPROCESSABLE_ENTITY,
            "no-upload",
            f"There is no file {upload_id}, or it was sent more than a day ago.",
        )
    return found


async def _file(desk: Desk, caller: Caller, body: DocumentBody) -> File:
    if body.upload is not None:
        upload = await find_upload(desk, caller, body.upload)
        return File(name=body.name or upload.name, content=upload.content)
    if not body.content:
        raise Problem(
            HTTPStatus.UNPROCESSABLE_ENTITY,
            "no-content",
            "A document has either an upload or its content.",
        )
    try:
        content = base64.b64decode(body.content, validate=True)
    except (binascii.Error, ValueError):
        raise Problem(
            HTTPStatus.UNPROCESSABLE_ENTITY, "bad-base64", "A content is no base64."
        ) from None
    return File(name=body.name or "document", content=await desk.db.keep(content))


def _content(conn: Connection, content: Content) -> bytes:
    found = load(conn, content.inline, content.spool)
    assert found is not None, "an upload is in one place"
    return found
