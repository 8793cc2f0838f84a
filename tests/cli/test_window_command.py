"""
`line window`, as an operator types it.
"""

import pytest

from ecofax_gateway.domain.window import WORKING_DAYS, Window
from ecofax_gateway.store.database import Database
from ecofax_gateway.store.tables import line


def stored(tmp_path):
    db = Database.open(
        f"sqlite:///{tmp_path}/state/ecofax.sqlite", spool=tmp_path / "spool"
    )
    (window,) = db.sync_read(lambda conn: conn.execute(line.select()).mappings().all())
    db.close()
    return window["window"] and Window.from_json(window["window"])


def test_a_line_gets_a_window_and_loses_it(ecofax, tmp_path):
    given = ecofax(
        "line", "window", "0366720307",
        "--days", "1-5", "--hours", "08:00-20:00", "--quiet", "12:00-14:00",
        "--country", "FR",
    )  # fmt: skip

    assert given.returncode == 0, given.stderr
    window = stored(tmp_path)
    assert window.days == WORKING_DAYS
    assert (window.opens.hour, window.closes.hour, window.country) == (8, 20, "FR")
    assert [begin.hour for begin, _ in window.quiet] == [12]
    assert ecofax("line", "window", "0366720307", "--always").returncode == 0
    assert stored(tmp_path) is None


@pytest.mark.parametrize(
    "options",
    [
        pytest.param([], id="nothing"),
        pytest.param(["--days", "0-9"], id="days"),
        pytest.param(["--hours", "noon"], id="hours"),
        pytest.param(["--country", "XX"], id="country"),
        pytest.param(["--days", "1", "--always"], id="both"),
    ],
)
def test_what_is_no_window_is_refused(ecofax, options):
    refused = ecofax("line", "window", "0366720307", *options)

    assert refused.returncode == 1
    assert "--days" in refused.stderr
    assert "Traceback" not in refused.stderr
