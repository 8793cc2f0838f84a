"""
The journal and its files.
"""

import json
from datetime import UTC, datetime

import pytest

from ecofax_gateway.domain.outcome import Ending
from ecofax_gateway.fax_machine.logbook import JOURNAL, Logbook, Reception
from ecofax_gateway.spandsp.job import Result


def reception(pages=2, caller="+33366720307"):
    return Reception(
        started=datetime(2026, 3, 2, 12, tzinfo=UTC),
        caller=caller,
        called="0972101927",
        result=Result(
            ending=Ending.DELIVERED,
            detail="T.30 0 OK",
            pages=pages,
            fax_met=True,
            remote_id="+33 3",
            bit_rate=14400,
            ecm=True,
            vertical_dpi=196,
        ),
        duration_s=1.25,
    )


def test_a_fax_is_kept_under_its_name_and_told_of(tmp_path, capsys):
    logbook = Logbook(tmp_path / "new" / "folder")
    incoming = logbook.incoming_path()
    incoming.write_bytes(b"pages")

    logbook.file(incoming, reception())
    line = json.loads((incoming.parent / JOURNAL).read_text())

    assert (incoming.parent / line["file"]).read_bytes() == b"pages"
    assert not incoming.exists()
    assert (line["caller"], line["called"]) == ("+33366720307", "0972101927")
    assert (line["pages"], line["bit_rate"], line["ecm"]) == (2, 14400, True)
    assert (line["station_id"], line["result"]) == ("+33 3", "delivered")
    assert json.loads(capsys.readouterr().out) == {"event": "fax", **line}


def test_a_call_without_pages_leaves_a_line_and_no_file(tmp_path):
    logbook = Logbook(tmp_path)
    incoming = logbook.incoming_path()
    incoming.write_bytes(b"half a page")

    logbook.file(incoming, reception(pages=0))

    assert json.loads((tmp_path / JOURNAL).read_text())["file"] is None
    assert [path.name for path in tmp_path.iterdir()] == [JOURNAL]


@pytest.mark.parametrize("caller", ["../../etc/passwd", "", "a\0b", "1" * 500, "é/\n"])
def test_a_strangers_number_names_no_path(tmp_path, caller):
    logbook = Logbook(tmp_path)
    incoming = logbook.incoming_path()
    incoming.write_bytes(b"pages")

    logbook.file(incoming, reception(caller=caller))

    assert len(list(tmp_path.glob("*.tif"))) == 1
    assert len((tmp_path / JOURNAL).read_text().splitlines()) == 1


def test_two_faxes_of_one_moment_do_not_overwrite_each_other(tmp_path):
    for _ in range(2):
        # Each begins to count anew, as after a restart.
        logbook = Logbook(tmp_path)
        incoming = logbook.incoming_path()
        incoming.write_bytes(b"pages")
        logbook.file(incoming, reception())

    assert len(list(tmp_path.glob("*.tif"))) == 2


def test_a_folder_too_deep_for_libspandsp_is_refused(tmp_path):
    with pytest.raises(ValueError, match="too long"):
        Logbook(tmp_path / "/".join(["deep" * 10] * 6))
