"""
Each format from the mail to the fax machine: what arrives is what was converted.
"""

from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
from PIL import Image, ImageSequence

from bench.samples import DOCUMENTS, EPS, SAMPLES
from converters import formats
from converters.fax_file import same_pixels
from converters.sheet import BAND_ROWS
from converters.tiff_f import decode
from ecofax_gateway.domain.document import Quality
from ecofax_gateway.pipeline import sheets

from .conftest import PASSWORD, write_mail

PARIS = ZoneInfo("Europe/Paris")


def test_what_arrives_is_what_was_converted(fax_machine, gateway):
    """
    Below the tag line bit for bit the converted pages; whole, those made again.
    """
    documents = {
        label: (Path(paths[0]).name, (DOCUMENTS / paths[0]).read_bytes())
        for label, paths in SAMPLES.items()
    } | {"EPS": ("cadre.eps", EPS)}
    assert set(documents) == {row.label for row in formats.FORMATS}
    far_end = fax_machine()
    house = gateway(far_end, max_calls=4)

    refs = {}
    for number, document in enumerate(documents.values(), 972101000):
        mail = write_mail(f"p:{PASSWORD}\nqualite:normal\n", attached=[document])
        refs[f"0{number}"] = house.hand_in(mail, f"0{number}@ecofax.fr")
    arrived = {number: far_end.printed(number) for number in refs}

    db = house.store()
    try:
        differences = {
            label: different(db, ref, arrived[number])
            for label, (number, ref) in zip(documents, refs.items(), strict=True)
        }
    finally:
        db.close()
    assert differences == {label: [] for label in documents}


def different(db, ref, printed):
    """What a printed fax has that the converted pages have not, in words."""
    converted = [
        ink
        for tiff in db.sync_read(sheets.document_pages, ref, Quality.NORMAL)
        for ink in decode(tiff)
    ]
    band = BAND_ROWS[98]
    with Image.open(printed) as picture:
        frames = [
            np.asarray(frame.convert("1")) == 0
            for frame in ImageSequence.Iterator(picture)
        ]
    told = [
        f"page {number} differs"
        for number, (ink, frame) in enumerate(zip(converted, frames, strict=True), 1)
        if not np.array_equal(ink[band:], frame[band:]) or not ink.any()
    ]
    again = db.sync_read(sheets.pages_of_attempt, ref, 1, zone=PARIS)
    return told + same_pixels(again, printed)
