"""
Where documents become fax pages: what the gateway starts, uses and closes.

I/O: child processes in sandboxes, LibreOffice among them.

A document meets at most three children: one recognises it (and draws it, if it is a
PDF or a picture), LibreOffice makes a PDF of it, one draws that. What comes back are
bare pixels, as many as a page has: whatever they are, they are coded here.
"""

import asyncio
import contextlib
import json
import logging
import signal
from collections.abc import AsyncIterator, Coroutine
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from . import bundle, tiff_f
from .budget import Budget
from .contract import VERTICAL_DPI, Cause, ConversionFailed, Limits, Rendered
from .desk import Desk, Worker
from .office import TOO_LARGE, TOO_SLOW, Office, OfficeLost
from .place import places_of
from .sandbox import walls
from .sheet import BAND_ROWS, ROWS, WIDTH_PX
from .tiff_f import CodedPage

logger = logging.getLogger(__name__)

DEFECT = Cause(
    for_requester="Le document n’a pas pu être converti. Enregistrez-le à nouveau, ou envoyez-le en"
    " PDF.",
    code="crashed",
)
NO_OFFICE = Cause(
    for_requester="La conversion des documents bureautiques est momentanément indisponible."
    " Renvoyez le document plus tard, ou envoyez-le en PDF.",
    code="office-unavailable",
)

NESTED = Cause(
    for_requester="Des archives ou des messages y sont contenus les uns dans les autres."
    " Envoyez les documents eux-mêmes.",
    code="too-deep",
)

MAX_DEPTH = 2
"An archive in a mail, a mail in a mail; deeper is no letter."

DESKS = 2
"Workers at a time: the machines we know have two cores or more."

TRIES = 2
"""Of a document whose worker died with what it was forked from: which a document cannot
do, but by the memory it takes."""

BIT_RATE = 14_400
"At which most faxes travel."

SLOW_PAGE_SECONDS, LONG_MINUTES = 60.0, 10
"From here on a page, and a document, is worth a word. A page of text takes 20 s."

MAX_NAME = 80
"Characters of a document's name that are told."

MAX_WARNINGS = 10
"A reply with more is not read."

_NO_ANSWER = (
    *(OSError, EOFError),
    *(ValueError, KeyError, TypeError, OverflowError, RecursionError),
)
"""All that reading an answer raises when the child died, or was taken over by its
document and says what it likes."""


class _WorkerLost(Exception):
    """What a worker was forked from died, and the worker with it."""


class Workshop:
    """
    Turns documents into fax pages.

    Args:
        folder: Private; temporary files of children without a sandbox. Made if absent.

        limits: What one document may cost.

        office_instances: As many as there are cores is best; each takes 0.8 GB.
    """

    def __init__(
        self, *, folder: Path, limits: Limits | None = None, office_instances: int = 1
    ) -> None:
        self._limits = limits or Limits()
        self._offices = [
            Office(limits=self._limits, folder=folder) for _ in range(office_instances)
        ]
        self._idle: asyncio.Queue[Office] = asyncio.Queue()
        self._desks = [Desk(folder=folder) for _ in range(DESKS)]
        # The last one used is the next: its zygote is there.
        self._free: asyncio.LifoQueue[Desk] = asyncio.LifoQueue()
        self._background: set[asyncio.Task[None]] = set()
        self._closed = False
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for desk in self._desks:
            self._free.put_nowait(desk)
        for office in self._offices:
            self._idle.put_nowait(office)

    async def start(self) -> None:
        """Begin to warm up what waits for documents; returns at once."""
        await asyncio.to_thread(walls)
        for desk in self._desks:
            self._later(desk.start())
        for office in self._offices:
            self._later(office.renew())

    async def close(self) -> None:
        """End every child; idempotent."""
        self._closed = True
        for task in tuple(self._background):
            task.cancel()
        await asyncio.gather(*self._background, return_exceptions=True)
        for office in self._offices:
            await office.close()
        for desk in self._desks:
            await desk.close()

    async def render(self, content: bytes, name: str, *, vertical_dpi: int) -> Rendered:
        """
        Turn one document into pages.

        Args:
            content: As received.

            name: As the requester wrote it; only breaks ties between formats.

            vertical_dpi: 98, 196 or 391.

        Raises:
            ConversionFailed: If it cannot be done; says why and what would help.
        """
        if vertical_dpi not in VERTICAL_DPI:
            raise ValueError(f"no fax resolution: {vertical_dpi}")
        if len(content) > self._limits.file_bytes:
            raise ConversionFailed(
                "Le fichier est trop volumineux (plus de"
                f" {self._limits.file_bytes // 1024**2} Mo). Réduisez-le ou envoyez-le"
                " en plusieurs parties.",
                code="too-large",
            )
        budget = Budget(self._limits.seconds)
        return await self._render(content, name, vertical_dpi, budget, depth=0)

    async def render_cover(self, content: bytes, *, vertical_dpi: int) -> Rendered:
        """
        Set a cover page, as `marking.with_texts` made it: its pages and their places.

        Raises:
            ConversionFailed: If it cannot be set.
        """
        request = {"name": "", "vertical_dpi": vertical_dpi, "is_cover": True}
        budget = Budget(self._limits.seconds)
        answer, _, pages = await self._ask(request, content, budget)
        try:
            places = places_of(answer.get("places"), pages=len(pages))
        except ValueError:
            raise DEFECT.failure() from None
        return Rendered(tiff=tiff_f.write(pages), pages=len(pages), places=places)

    async def _render(
        self,
        content: bytes,
        name: str,
        vertical_dpi: int,
        budget: Budget,
        *,
        depth: int,
    ) -> Rendered:
        request = {"name": name, "vertical_dpi": vertical_dpi, "is_pdf": False}
        answer, body, pages = await self._ask(request, content, budget)
        if "parts" in answer:
            parts = _parts(answer, body)
            return await self._render_parts(parts, vertical_dpi, budget, depth=depth)
        if "office_filter" in answer:
            source = content if answer.get("echo") else body
            office_filter = str(answer["office_filter"])
            pdf = await self._through_office(source, office_filter, budget)
            answer, _, pages = await self._ask({**request, "is_pdf": True}, pdf, budget)
        if not pages:
            raise DEFECT.failure()
        return Rendered(
            tiff=tiff_f.write(pages),
            pages=len(pages),
            warnings=(*_warnings(answer), *_of_length(pages)),
        )

    async def _render_parts(
        self,
        parts: list[tuple[str, bytes]],
        vertical_dpi: int,
        budget: Budget,
        *,
        depth: int,
    ) -> Rendered:
        """The documents of a mail or an archive, in their order; all of them or none."""
        if depth == MAX_DEPTH:
            raise NESTED.failure()
        coded: list[CodedPage] = []
        warnings: list[str] = []
        for name, content in parts:
            try:
                made = await self._render(
                    content, name, vertical_dpi, budget, depth=depth + 1
                )
            except ConversionFailed as failure:
                raise ConversionFailed(
                    f"« {name} » : {failure.for_requester}", code=failure.code
                ) from failure
            coded += tiff_f.read(made.tiff)
            warnings += [f"« {name} » : {warning}" for warning in made.warnings]
            if len(coded) > self._limits.max_pages:
                raise ConversionFailed(
                    "Les documents ont ensemble plus de"
                    f" {self._limits.max_pages} pages. Envoyez-les séparément.",
                    code="too-many-pages",
                )
        return Rendered(
            tiff=tiff_f.write(coded),
            pages=len(coded),
            warnings=tuple(warnings[:MAX_WARNINGS]),
        )

    async def _through_office(
        self, content: bytes, office_filter: str, budget: Budget
    ) -> bytes:
        if not self._offices:
            raise NO_OFFICE.failure()
        office = await self._idle.get()
        try:
            return await office.convert(content, office_filter, budget)
        except OfficeLost as error:
            logger.error("LibreOffice cannot be started: %s", error)
            raise NO_OFFICE.failure() from error
        finally:
            self._idle.put_nowait(office)
            if not self._closed:
                self._later(office.renew())

    def _later(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._background.add(task)
        task.add_done_callback(self._background.discard)

    async def _ask(
        self, request: dict[str, Any], content: bytes, budget: Budget
    ) -> tuple[dict[str, Any], bytes, list[CodedPage]]:
        limits = asdict(replace(self._limits, seconds=max(1.0, budget.left)))
        header = {**request, "bytes": len(content), "limits": limits}
        for more in reversed(range(TRIES)):
            try:
                answer, body, pages = await self._answer(header, content, budget)
                break
            except _WorkerLost:
                if not more:
                    raise DEFECT.failure() from None
        if "failed" in answer:
            if answer.get("code") == "memory":
                raise TOO_LARGE.failure()
            raise ConversionFailed(str(answer["failed"]), code=str(answer.get("code")))
        return answer, body, pages

    async def _answer(
        self, header: dict[str, Any], content: bytes, budget: Budget
    ) -> tuple[dict[str, Any], bytes, list[CodedPage]]:
        async with self._worker() as worker:
            try:
                async with budget.spend():
                    return await self._exchange(worker, header, content)
            except TimeoutError:
                raise TOO_SLOW.failure() from None

    @contextlib.asynccontextmanager
    async def _worker(self) -> AsyncIterator[Worker]:
        desk = await self._free.get()
        try:
            async with desk.worker() as worker:
                yield worker
        finally:
            self._free.put_nowait(desk)

    async def _exchange(
        self, worker: Worker, header: dict[str, Any], content: bytes
    ) -> tuple[dict[str, Any], bytes, list[CodedPage]]:
        dpi = header["vertical_dpi"]
        pages: list[CodedPage] = []
        try:
            worker.sink.writelines((json.dumps(header).encode() + b"\n", content))
            await worker.sink.drain()
            while True:
                answer = json.loads(await worker.source.readline())
                length = int(answer["bytes"])
                if not 0 <= length <= self._limits.result_bytes:
                    raise TOO_LARGE.failure()
                body = await worker.source.readexactly(length)
                if "page" not in answer:
                    return answer, body, pages
                if len(pages) == self._limits.max_pages:
                    raise TOO_LARGE.failure()
                pages.append(await asyncio.to_thread(_coded, body, dpi))
        except _NO_ANSWER:
            status = await worker.ended()
        if status is None:
            raise _WorkerLost
        logger.warning("a conversion child ended with status %s", status)
        if status in (-signal.SIGXCPU, 128 + signal.SIGXCPU):
            raise TOO_SLOW.failure()
        raise DEFECT.failure()


def _coded(pixels: bytes, vertical_dpi: int) -> CodedPage:
    """
    Code the pixels of one page.

    Raises:
        ValueError: If they are not one page of this resolution, its band blank.
    """
    row = WIDTH_PX // 8
    if len(pixels) != ROWS[vertical_dpi] * row:
        raise ValueError("not a page")
    if pixels[: BAND_ROWS[vertical_dpi] * row].strip(b"\0"):
        raise ValueError("ink where the tag line goes")
    return tiff_f.encode_packed(pixels, vertical_dpi=vertical_dpi)


def _warnings(answer: dict[str, Any]) -> tuple[str, ...]:
    given = answer.get("warnings")
    return tuple(map(str, given[:MAX_WARNINGS])) if isinstance(given, list) else ()


def _of_length(pages: list[CodedPage]) -> tuple[str, ...]:
    """What the line is held for, where that is more than a page of text takes."""
    seconds = [len(page.strip) * 8 / BIT_RATE for page in pages]
    slow = [
        number for number, each in enumerate(seconds, 1) if each > SLOW_PAGE_SECONDS
    ]
    minutes = round(sum(seconds) / 60)
    if not slow and minutes < LONG_MINUTES:
        return ()
    told = f"La transmission durera environ {max(1, minutes)} min"
    if not slow:
        return (f"{told}.",)
    holds = "contient" if len(slow) == 1 else "contiennent"
    some = "la page" if len(slow) == 1 else f"{len(slow)} pages, dont la page"
    return (f"{told} : {some} {slow[0]} {holds} surtout des photos ou des trames.",)


def _parts(answer: dict[str, Any], body: bytes) -> list[tuple[str, bytes]]:
    """
    The documents that a child found in a bundle.

    Raises:
        ConversionFailed: If they are not what it says they are.
    """
    found: list[tuple[str, bytes]] = []
    at = 0
    try:
        for part in answer["parts"][: bundle.MAX_PARTS]:
            length = int(part["bytes"])
            if not 0 <= length <= len(body) - at:
                raise ValueError("a part beyond the end")
            name = "".join(filter(str.isprintable, str(part["name"])))
            found.append((name[:MAX_NAME], body[at : at + length]))
            at += length
    except (ValueError, KeyError, TypeError, OverflowError):
        raise DEFECT.failure() from None
    if not found:
        raise DEFECT.failure()
    return found
