"""
Pages in a file, for terminals without a call round them.
"""

import pytest
from PIL import Image, ImageDraw

from ecofax_gateway.spandsp.job import Sending, SourceFile


@pytest.fixture
def sending(tmp_path):
    """Make a job of some pages; gives their images too."""

    def make(pages=1, *, rows=1100):
        images = []
        for number in range(pages):
            image = Image.new("1", (1728, rows), 1)
            draw = ImageDraw.Draw(image)
            for y in range(20, rows - 20, 30):
                draw.text(
                    (60, y), f"{number}/{y} " + "the quick brown fox " * 9, fill=0
                )
            images.append(image)
        path = tmp_path / "pages.tif"
        images[0].save(
            path,
            save_all=True,
            append_images=images[1:],
            compression="group4",
            dpi=(204, 196),
        )
        source = SourceFile(path=str(path), vertical_dpi=196, rows=(rows,) * pages)
        return Sending(files=(source,)), images

    return make
