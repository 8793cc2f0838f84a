"""
A list of recipients as a form gives it: typed, as a file, by the URL of a list.

I/O: the folder of uploads, the store, a server that somebody names.
"""

from dataclasses import dataclass
from typing import Annotated

from fastapi import File, Form, UploadFile

from ..domain.errors import OrderRefused
from ..orders.number_list import BULK
from ..outbound.destination import OutboundFailed, read_url
from ..store.content import Content
from ..store.states import ListSource
from ..web.desk import Desk
from ..web.upload import kept, name_of

FETCH_SECONDS = 30.0
"""As long as a person waits for a page, and a list of 16 MB takes from a slow server."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One list that was given, and what people know it by."""

    source: ListSource
    origin: str
    content: Content


class Given:
    """
    The fields of a form that lists are given by, as a route's dependency.

    Args:
        numbers: Typed or pasted.

        file: An upload; without a name: none was chosen.

        url: Of a list.
    """

    def __init__(
        self,
        numbers: Annotated[str, Form()] = "",
        file: Annotated[UploadFile | None, File()] = None,
        url: Annotated[str, Form()] = "",
    ) -> None:
        self.numbers = numbers.strip()
        self.url = url.strip()
        self._file = file if file is not None and file.filename else None

    async def sources(self, desk: Desk) -> tuple[list[Source], dict[str, OrderRefused]]:
        """
        Take everything that was given in.

        Returns:
            (the lists, why a field's was refused).
        """
        found: list[Source] = []
        refused: dict[str, OrderRefused] = {}
        if self.numbers:
            content = await desk.db.keep(self.numbers.encode("utf-8", "replace"))
            found.append(Source(source=ListSource.TYPED, origin="", content=content))
        if self._file is not None:
            if (self._file.size or 0) > BULK.file_bytes:
                refused["file"] = _too_large()
            else:
                content = await kept(desk, self._file)
                name = name_of(self._file)
                found.append(
                    Source(source=ListSource.FILE, origin=name, content=content)
                )
        if self.url:
            try:
                found.append(await _fetched(desk, self.url))
            except OutboundFailed as error:
                refused["url"] = OrderRefused(error.sentence, code=error.code)
        if not found and not refused:
            refused["numbers"] = OrderRefused(
                "Donnez des numéros, un fichier ou l'adresse d'une liste.",
                code="nothing-given",
            )
        return found, refused


async def _fetched(desk: Desk, url: str) -> Source:
    fetched = await desk.client.fetch(
        url, max_bytes=BULK.file_bytes, seconds=FETCH_SECONDS
    )
    return Source(
        source=ListSource.URL,
        # The rest of a URL may be a key.
        origin=read_url(fetched.url).host,
        content=await desk.db.keep(fetched.content),
    )


def _too_large() -> OrderRefused:
    return OrderRefused(
        f"Le fichier dépasse {BULK.file_bytes // 1024**2} Mo.", code="list-too-large"
    )
