"""
The contract of a family of formats, walked for each row of the table.
"""

import contextlib
import io
import json
import sys
import types
from importlib import import_module

import numpy as np
import pytest

from bench.samples import EPS, SAMPLES
from converters import formats, image, worker
from converters.contract import (
    Bundled,
    ConversionFailed,
    Drawn,
    ForOffice,
    Given,
    Limits,
)
from converters.sniff import recognise
from converters.tiff_f import encode

LIMITS = Limits(seconds=30)
ROWS = {f"{row.label}-{number}": row for number, row in enumerate(formats.FORMATS)}


def samples_of(row, document):
    named = [(path, document(path)) for path in SAMPLES.get(row.label, ())]
    return named or [("cadre.eps", EPS)]


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
def test_a_family_opens_a_document_of_it(row, document):
    path, content = samples_of(row, document)[0]
    given = Given(content=content, name=path, found=row, limits=LIMITS)

    opened = import_module(f"converters.{row.family}").open_document(given)

    match opened:
        case Drawn(sheets=sheets):
            assert next(sheets).size_mm > (0, 0)
            sheets.close()
        case ForOffice(content=made, office_filter=office_filter):
            assert made
            assert office_filter
        case Bundled(parts=parts):
            assert parts
        case _:
            pytest.fail(f"{row.label}: {opened!r}")


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
def test_its_real_files_are_recognised_whatever_they_are_called(row, document):
    """What people write by hand has no mark of its own: there the name decides."""
    for path, content in samples_of(row, document):
        name = path if row.family == "written" or row is formats.WPD else "a.exe"
        assert recognise(content, name).label == row.label, path


@pytest.mark.filterwarnings("ignore")  # as in the worker
@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
def test_what_is_cut_short_is_opened_or_refused(row, document):
    path, content = samples_of(row, document)[0]
    for length in (0, 3, 20, len(content) // 2, len(content) - 1):
        cut = Given(content=content[:length], name=path, found=row, limits=LIMITS)
        with contextlib.suppress(ConversionFailed):
            opened = worker.open_document(cut)
            if isinstance(opened, Drawn):
                list(opened.sheets)


def test_one_file_and_one_row_add_a_format(monkeypatch, capfdbinary):
    """A family nobody has heard of, through the worker, to a page."""
    page = np.zeros((1143, 1728), np.bool_)
    page[100:200, 100:200] = True
    family = types.ModuleType("converters.petroglyph")
    family.open_document = lambda given: Drawn(
        image.sheets(encode([page], vertical_dpi=98), limits=given.limits)
    )
    row = formats.Format(
        label="STONE", suffixes=(".stone",), family="petroglyph", starts=(b"\x01STONE",)
    )
    monkeypatch.setitem(sys.modules, "converters.petroglyph", family)
    monkeypatch.setattr(formats, "FORMATS", (*formats.FORMATS, row))

    answer, _ = worker.carry_out(
        {"is_pdf": False, "name": "a", "vertical_dpi": 98}, b"\x01STONE...", LIMITS
    )

    out = io.BytesIO(capfdbinary.readouterr().out)
    assert json.loads(out.readline())["page"] is True
    assert np.array_equal(
        np.unpackbits(np.frombuffer(out.read(1143 * 216), np.uint8)),
        page.ravel(),
    )
    assert answer == {"warnings": ()}
    assert "STONE" in formats.unsupported().for_requester
