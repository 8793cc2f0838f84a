"""
A captured fax, seen by tshark: SIP, T.38 and the frames of T.30.
"""

import subprocess

import pytest

from ecofax_gateway.domain.outcome import Ending
from ecofax_gateway.senders.sip_t38 import SipT38Sender


async def nothing(progress):
    """Nobody listens."""


@pytest.fixture
async def capturing(tmp_path):
    folder = tmp_path / "captures"
    async with SipT38Sender(engine_options=[f"--capture={folder}"]) as sender:
        yield sender, folder


def tshark(path, *arguments):
    return subprocess.run(
        ["tshark", "-r", path, *arguments],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    ).stdout


async def test_a_captured_call_is_read_without_a_complaint(
    capturing, start_fax_machine, order, paper
):
    sender, folder = capturing
    machine = await start_fax_machine("--station-id=+33 9 72 10 19 27")

    outcome = await sender.send(order(machine, paper(2)), nothing)

    (path,) = folder.iterdir()
    assert outcome.ending is Ending.DELIVERED
    assert outcome.journal.capture == path.name
    assert path.name.startswith("call-1-")
    sip_port = f"udp.port=={machine.port},sip"
    shown = tshark(path, "-d", sip_port)
    complaints = tshark(
        path, "-d", sip_port, "-Y", "_ws.malformed or _ws.expert.severity >= 6291456"
    )
    assert complaints == ""
    for wanted in ("Request: INVITE", "Status: 200 OK", "Request: BYE", "T.38"):
        assert wanted in shown, wanted
    fax = tshark(path, "-d", sip_port, "-Y", "t30", "-V")
    for frame, times in (
        ("Digital Identification Signal", 1),
        ("Digital Command Signal", 1),
        ("Confirmation To Receive", 1),
        ("Partial Page Signal", 2),
        ("Message Confirmation", 2),
        ("Disconnect", 1),
    ):
        assert fax.count(f"Facsimile Control: {frame}") == times, frame
