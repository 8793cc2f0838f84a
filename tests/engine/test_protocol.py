"""
Lines between daemon and engine.
"""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecofax_gateway.domain.errors import Malformed
from ecofax_gateway.domain.outcome import Ending, Outcome
from ecofax_gateway.engine.protocol import (
    Ended,
    HangUp,
    Health,
    KeepTrunk,
    PageFile,
    PlaceCall,
    Progress,
    Ready,
    Step,
    TrunkAddress,
    TrunkHealth,
    format_command,
    format_event,
    parse_command,
    parse_event,
)

ORDER = PlaceCall(
    call="attempt-7",
    number="0972101927",
    caller_id="0366720307",
    station_id="+33 3 66 72 03 07",
    files=(
        PageFile(path="/pages/é.tif", vertical_dpi=391),
        PageFile(path="/pages/b.tif", vertical_dpi=196),
    ),
    pages=3,
    trunk=TrunkAddress(host="192.0.2.1", username="gateway", password="hunter2"),
    ecm=False,
)
KEEP = KeepTrunk(name="carrier", address=ORDER.trunk)


@pytest.mark.parametrize("command", [ORDER, HangUp(call="attempt-7"), KEEP])
def test_a_command_is_read_as_it_was_written(command):
    line = format_command(command)

    assert parse_command(line) == command
    assert line.count(b"\n") == 1


@pytest.mark.parametrize(
    "event",
    [
        Ready(sip_port=5060),
        *(TrunkHealth(name="a", state=state, detail="503 ü") for state in Health),
        Progress(call="a", step=Step.PAGE_CONFIRMED, pages_confirmed=2, detail="é\n"),
        *(
            Ended(call="a", outcome=Outcome(ending=ending, ecm=True, detail="x\r\ny"))
            for ending in Ending
        ),
    ],
    ids=str,
)
def test_an_event_is_read_as_it_was_written(event):
    line = format_event(event)

    assert parse_event(line) == event
    assert line.count(b"\n") == 1


def test_an_order_does_not_show_the_trunks_password():
    assert "hunter2" not in repr(ORDER) + repr(KEEP)


@pytest.mark.parametrize("parse", [parse_command, parse_event])
@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b'{"kind":"Wave"}',
        b'{"kind":"HangUp"}',
        b'{"kind":"PlaceCall","files":5}',
        b'{"kind":"KeepTrunk","name":"a"}',
        b'{"kind":"TrunkHealth","name":"a","state":"odd"}',
        b'{"kind":"Ended","call":"a","outcome":{"ending":"happy"}}',
        b'{"kind":"Progress","call":"a","step":"nowhere"}',
        b"\xff",
    ],
)
def test_what_is_no_line_of_ours_is_malformed(parse, line):
    with pytest.raises(Malformed):
        parse(line)


@given(st.binary(max_size=100))
def test_any_bytes_are_a_line_or_malformed(data):
    for parse in (parse_command, parse_event):
        with contextlib.suppress(Malformed):
            parse(data)
