"""
`convert FILE -o pages.tif`: the pages that a document becomes, without sending them.
"""

import argparse
import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from converters.contract import ConversionFailed, Limits, Rendered
from converters.workshop import Workshop

from ..domain.document import Quality
from ..domain.errors import OrderRefused
from .files import read_document, write_file
from .options import Commands, add_command


def add_parsers(commands: Commands) -> None:
    """Add `convert`."""
    parser = add_command(
        commands,
        "convert",
        "turn a document into fax pages, to look at them",
        example="convert letter.odt -o pages.tif --quality normal",
        config=False,
    )
    parser.add_argument("file", metavar="FILE", type=Path)
    parser.add_argument("-o", "--output", metavar="TIFF", type=Path, required=True)
    parser.add_argument(
        "--quality", choices=list(Quality), type=Quality, default=Quality.PREMIUM
    )
    parser.set_defaults(run=convert)


def convert(arguments: argparse.Namespace) -> int:
    """Write the pages of one document as TIFF-F."""
    name, content = read_document(arguments.file)
    try:
        rendered = asyncio.run(render(content, name, arguments.quality.vertical_dpi))
    except ConversionFailed as failure:
        raise OrderRefused(
            f"{name}: {failure.for_requester}", code=failure.code
        ) from failure
    write_file(arguments.output, [rendered.tiff])
    for warning in rendered.warnings:
        print(warning)
    print(f"{arguments.output}: {rendered.pages} pages, {arguments.quality}")
    return 0


async def render(content: bytes, name: str, vertical_dpi: int) -> Rendered:
    """
    Make pages of one document, in a workshop of its own.

    Raises:
        ConversionFailed: If it cannot be done.
    """
    async with _workshop(office_instances=1) as workshop:
        await workshop.start()
        return await workshop.render(content, name, vertical_dpi=vertical_dpi)


async def render_cover(content: bytes, vertical_dpi: int) -> Rendered:
    """
    Make pages of a cover page's template, as `render` does of a document.

    Raises:
        ConversionFailed: If it cannot be done.
    """
    async with _workshop(office_instances=0) as workshop:
        return await workshop.render_cover(content, vertical_dpi=vertical_dpi)


@asynccontextmanager
async def _workshop(*, office_instances: int) -> AsyncIterator[Workshop]:
    with tempfile.TemporaryDirectory(prefix="ecofax-convert-") as folder:
        workshop = Workshop(
            folder=Path(folder), limits=Limits(), office_instances=office_instances
        )
        try:
            yield workshop
        finally:
            await workshop.close()
