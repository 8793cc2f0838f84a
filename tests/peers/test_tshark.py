"""
Wireshark's own decoders read what we put on the wire, and have nothing to say against it.
"""

import itertools
import re

import pytest

from ecofax_gateway.domain.outcome import Ending
from ecofax_gateway.senders.sip_t38 import SipT38Sender

from .program import output_of

COMPLAINTS = "_ws.malformed || _ws.expert.severity >= 0x00600000"
"""What cannot be decoded, and whatever an expert would warn of."""

MEETING = ["CSI", "DIS", "TSI", "DCS", "CFR"]

LADDERS = {
    True: [*MEETING, "FCD", "RCP", "PPS", "MCF", "FCD", "RCP", "PPS", "MCF", "DCN"],
    False: [*MEETING, "MPS", "MCF", "EOP", "MCF", "DCN"],
}
"""T.30's frames of a fax of two pages, with error correction and without; the same ones
after each other count once."""


async def ignore(progress):
    """Steps are others' matter."""


@pytest.mark.parametrize("ecm", [True, False], ids=["ecm", "no-ecm"])
async def test_tshark_reads_a_whole_call_without_a_warning(
    start_fax_machine, order, paper, tmp_path, ecm
):
    machine, pages = await start_fax_machine(), paper(2)
    captures = tmp_path / "captures"
    async with SipT38Sender(engine_options=[f"--capture={captures}"]) as sender:
        outcome = await sender.send(order(machine, pages, ecm=ecm), ignore)
        ports = [machine.port, sender.sip_port]
    (capture,) = captures.glob("*.pcap")

    async def lines(show):
        sip = [part for port in ports for part in ("-d", f"udp.port=={port},sip")]
        text = await output_of("tshark", "-n", "-r", capture, *sip, "-Y", show)
        return text.splitlines()

    signalling, t38 = await lines("sip"), await lines("t38")
    named = re.findall(r"HDLC Reassembled: (\w+)", "\n".join(await lines("t30")))

    assert outcome.ending is Ending.DELIVERED
    assert await lines(COMPLAINTS) == []
    assert sum("INVITE sip:" in line for line in signalling) == 2
    assert sum("BYE sip:" in line for line in signalling) == 1
    assert len(t38) > 50
    assert all("UDPTLPacket" in line for line in t38)
    assert [name for name, _ in itertools.groupby(named)] == LADDERS[ecm]
