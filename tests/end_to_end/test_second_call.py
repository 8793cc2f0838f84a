"""
The pages of a second call are a dot longer, and are made again as exactly as the first.
"""

import hashlib
from pathlib import Path

from converters import fax_file, tiff_f

QUOTE = Path(__file__).parents[2] / "ecofax_gateway/cli/documents/devis.pdf"


def test_the_pages_of_a_second_call_are_made_again_bit_for_bit(
    fax_machine, gateway, tmp_path
):
    far_end = fax_machine("--number=0972101010=busy*1")
    house = gateway(far_end)

    sent = house.command("send", "0972101010", str(QUOTE), "--wait")

    assert sent.returncode == 0, sent.stdout + sent.stderr
    ref = sent.stdout.split()[1].rstrip(":")
    pages = tmp_path / "sent.tif"
    assert house.command("show", ref, "--pages", str(pages)).returncode == 0
    (received,) = far_end.received()
    printed = far_end.folder / received["file"]
    assert fax_file.same_pixels(pages.read_bytes(), printed.read_bytes()) == []
    last = house.last_call(ref)
    assert last.n == 2
    assert hashlib.sha256(pages.read_bytes()).hexdigest() == last.pages_sha256
    (page,) = tiff_f.decode(pages.read_bytes())
    # One black pixel, in the corner that no machine prints.
    assert (page[0].sum(), page[0][0]) == (1, 1)
