"""
Every file of the corpus becomes pages or a clear refusal, in time, and leaves nothing.

A few of each format here; all of them with ECOFAX_CORPUS=all.
"""

import os
import time
from pathlib import Path

import pytest

from converters.contract import ConversionFailed
from converters.tiff_f import verify

DOCUMENTS = (Path(__file__).parents[2] / "../shared/corpus/documents").resolve()

SECONDS = 75.0
"The limit of 60 s, and what a busy machine needs to notice."

A_FEW = 1
"Of each folder: the first of these names that no other test converts."


def files():
    every = sorted(
        path
        for path in DOCUMENTS.rglob("*")
        if path.is_file() and path.name != "SOURCES.txt"
    )
    if os.environ.get("ECOFAX_CORPUS") == "all":
        return every
    small = [path for path in every if path.stat().st_size < 200_000]
    folders = {path.parent for path in small}
    return [
        path
        for folder in sorted(folders)
        for path in [each for each in small if each.parent == folder][-A_FEW:]
    ]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("corpus")


@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.parametrize(
    "path", files(), ids=lambda path: str(path.relative_to(DOCUMENTS))
)
async def test_pages_or_a_clear_refusal(workshop, path):
    began = time.monotonic()
    rendered = refusal = None

    try:
        rendered = await workshop.render(path.read_bytes(), path.name, vertical_dpi=98)
    except ConversionFailed as failure:
        refusal = failure

    if rendered is not None:
        assert verify(rendered.tiff) == rendered.pages
    if refusal is not None:
        assert refusal.for_requester.endswith(".")
        assert refusal.code not in {"crashed", "office-unavailable"}
    assert time.monotonic() - began < SECONDS


@pytest.mark.asyncio(loop_scope="session")
async def test_nothing_is_left_behind(opened):
    """
    Neither a file nor a folder of a document that failed in the middle.
    """
    async with opened(seconds=5) as workshop:
        for name in ("ps/x-loop.ps", "pdf/x-truncated.pdf", "png/x-bomb-50k-1bit.png"):
            with pytest.raises(ConversionFailed):
                await workshop.render(
                    (DOCUMENTS / name).read_bytes(), name, vertical_dpi=98
                )
