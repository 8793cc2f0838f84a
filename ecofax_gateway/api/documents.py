"""
Files that are sent ahead of their order, as they are.

I/O: the store, and the folder for what is under way.
"""

import asyncio
import hashlib
import os
import secrets
import tempfile
from collections.abc import AsyncIterator
from http import HTTPStatus
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from ..domain.api_token import Scope
from ..store import uploads
from ..store.content import Content
from ..store.uploads import Upload
from ..web.desk import AtDesk, Desk
from .caller import Caller, needs
from .model import Instant, Line, Model
from .once import created
from .problem import Problem, answers

router = APIRouter(tags=["documents"])

ID_BYTES = 9


class UploadView(Model):
    """A file that waits for its order."""

    id: str = Field(description="Name it in an order: `documents: [{upload: id}]`.")
    name: str
    size: int
    sha256: str
    end_date: Instant = Field(description="Forgotten then.")


_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/octet-stream": {
                "schema": {"type": "string", "format": "binary", "minLength": 1}
            }
        },
    }
}


@router.post(
    "/documents",
    operation_id="uploadDocument",
    status_code=201,
    response_model=UploadView,
    responses=answers(409, 413),
    openapi_extra=_BODY,
)
async def upload_document(
    request: Request,
    desk: AtDesk,
    caller: Annotated[Caller, needs(Scope.FAXES_WRITE)],
    name: Annotated[Line, Query(min_length=1, examples=["letter.pdf"])],
) -> Response:
    """
    Send a file ahead: a document, or a list of numbers. It is kept for a day.
    """
    content = await _receive(desk, request.stream())
    upload = Upload(
        id=f"doc_{secrets.token_urlsafe(ID_BYTES)}",
        line=caller.line,
        name=name,
        content=content,
        at=desk.clock(),
    )
    if not await desk.db.tx(uploads.add, upload):
        raise Problem(
            HTTPStatus.CONFLICT,
            "too-much-waiting",
            f"More than {uploads.MAX_BYTES} bytes wait for their orders.",
        )
    view = UploadView(
        id=upload.id,
        name=name,
        size=content.size,
        sha256=content.sha256,
        end_date=upload.at + uploads.KEPT,
    )
    return created(view)


async def _receive(desk: Desk, pieces: AsyncIterator[bytes]) -> Content:
    """
    Write a body to the disk piece by piece, and keep it.

    Raises:
        Problem: It is empty or too large.
    """
    digest, size = hashlib.sha256(), 0
    with tempfile.NamedTemporaryFile(dir=desk.uploads, delete=False) as file:
        path = Path(file.name)
        try:
            async for piece in pieces:
                size += len(piece)
                if size > desk.max_bytes:
                    raise Problem(
                        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
                        "too-large",
                        f"A file has {desk.max_bytes} bytes at most.",
                    )
                digest.update(piece)
                await asyncio.to_thread(file.write, piece)
            if not size:
                raise Problem(
                    HTTPStatus.UNPROCESSABLE_ENTITY, "empty", "The file is empty."
                )
            await asyncio.to_thread(_flush, file)
            return await desk.db.keep_file(path, sha256=digest.hexdigest())
        except BaseException:
            await asyncio.to_thread(path.unlink, missing_ok=True)
            raise


def _flush(file: Any) -> None:
    file.flush()
    os.fsync(file.fileno())
