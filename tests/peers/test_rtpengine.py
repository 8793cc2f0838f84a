"""
Faxes through rtpengine, which changes T.38 into modem tones and back, at a real pace.
"""

import asyncio

from ecofax_gateway.domain.outcome import Ending
from ecofax_gateway.engine.protocol import TrunkAddress

from .rtpengine import running_gateway


async def ignore(progress):
    """Steps are others' matter."""


def same_pages(received, sent):
    return [page.tobytes() for page in received] == [page.tobytes() for page in sent]


async def test_t38_and_tones_meet_in_a_gateway(
    sender, start_fax_machine, order, paper, tmp_path
):
    """
    Our T.38 to a machine that has tones only, and our tones to one that has T.38; both
    at once, because a page takes its time here.
    """
    pages = paper(1, rows=700)

    async def go_through(mode, media_ports, machine, **values):
        folder = tmp_path / mode
        folder.mkdir()
        async with running_gateway(
            folder, fax_port=machine.port, mode=mode, media_ports=media_ports
        ) as port:
            trunk = TrunkAddress(host="127.0.0.1", port=port)
            outcome = await sender.send(
                order(machine, pages, trunk=trunk, **values), ignore
            )
            return outcome, await machine.wait_for("fax")

    tones = await start_fax_machine("--audio-only", paced=True)
    packets = await start_fax_machine("--t38=wait", paced=True)
    async with asyncio.timeout(150), asyncio.TaskGroup() as tasks:
        to_tones = tasks.create_task(
            go_through("decode", (23000, 23999), tones, direct_t38=True, media="t38")
        )
        to_t38 = tasks.create_task(
            go_through("force", (24000, 24999), packets, media="audio")
        )

    for task, machine in ((to_tones, tones), (to_t38, packets)):
        outcome, line = task.result()
        assert outcome.ending is Ending.DELIVERED, outcome
        assert same_pages(machine.received(line), pages.images)
