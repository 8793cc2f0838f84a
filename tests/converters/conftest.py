"""
Real documents, and one workshop for all tests that convert them.
"""

from contextlib import asynccontextmanager
from pathlib import Path

import numpy as np
import pytest
import pytest_asyncio

from converters.contract import Limits
from converters.sheet import ROWS
from converters.tiff_f import decode
from converters.workshop import Workshop

DOCUMENTS = (Path(__file__).parents[2] / "../shared/corpus/documents").resolve()


@pytest.fixture(scope="session")
def document():
    """
    Read a real document by its path below the corpus.
    """
    return lambda path: (DOCUMENTS / path).read_bytes()


@pytest_asyncio.fixture(loop_scope="session", scope="session")
async def workshop(tmp_path_factory):
    """
    A workshop with its LibreOffice, as the gateway starts it.
    """
    workshop = Workshop(folder=tmp_path_factory.mktemp("workshop"))
    await workshop.start()

    yield workshop

    await workshop.close()


@pytest.fixture
def opened(tmp_path):
    """
    A workshop without LibreOffice and with limits of its own, for as long as it is used.
    """

    @asynccontextmanager
    async def open_one(**limits):
        folder = tmp_path / "workshop"
        workshop = Workshop(folder=folder, limits=Limits(**limits), office_instances=0)
        try:
            yield workshop
        finally:
            await workshop.close()
        assert list(folder.iterdir()) == []

    return open_one


@pytest.fixture
def blank():
    """
    A blank page of a resolution, to draw on.
    """
    return lambda dpi: np.zeros((ROWS[dpi], 1728), np.bool_)


@pytest.fixture(scope="session")
def ink_box():
    """
    Left, top, right, bottom of the ink of a file's page, in pixels.
    """

    def box(tiff, page=0):
        rows, columns = np.nonzero(decode(tiff)[page])
        return columns.min(), rows.min(), columns.max() + 1, rows.max() + 1

    return box
