"""
LibreOffice killed and stopped under a daemon with ten orders: all of them end right.
"""

import contextlib
import os
import signal
from pathlib import Path
from zoneinfo import ZoneInfo

from converters import fax_file
from converters.process import tree
from ecofax_gateway.pipeline import sheets

from .conftest import LETTER, write_mail

NUMBERS = [f"0{number}" for number in range(972101010, 972101020)]


def strike(daemon, how):
    """Send a signal to the LibreOffice of a daemon."""
    struck = 0
    for pid in tree(daemon.pid):
        # One that is just ending may be gone before it is looked at.
        with contextlib.suppress(OSError):
            if Path(f"/proc/{pid}/comm").read_text() == "soffice.bin\n":
                os.kill(pid, how)
                struck += 1
    assert struck, "the daemon has no LibreOffice"


def test_ten_orders_end_right(fax_machine, gateway):
    """
    One instance stands still with a document, the next is killed among the others.
    """
    far_end = fax_machine()
    house = gateway(far_end, max_calls=4)
    house.hand_in(write_mail(attached=[LETTER]), "0972101927@ecofax.fr")
    house.reply("sent")
    strike(house.daemon, signal.SIGSTOP)

    refs = {
        number: house.hand_in(
            write_mail(attached=[("note.txt", f"Bon pour {number}.\n".encode())]),
            f"{number}@ecofax.fr",
        )
        for number in NUMBERS
    }
    house.daemon.wait_for("LibreOffice ended or hung under a document")
    far_end.printed(NUMBERS[0])
    strike(house.daemon, signal.SIGKILL)
    arrived = {number: far_end.printed(number) for number in NUMBERS}

    db = house.store()
    try:
        for number, ref in refs.items():
            pages = db.sync_read(
                sheets.pages_of_attempt, ref, 1, zone=ZoneInfo("Europe/Paris")
            )
            assert fax_file.same_pixels(pages, arrived[number]) == []
    finally:
        db.close()
    assert [house.fax(ref).state for ref in refs.values()] == ["sent"] * 10
    assert far_end.calls() == 11
